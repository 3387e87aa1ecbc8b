"""The sum that explains a balance: its terms add up to it, at any moment and on any day, whatever happened."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random

import pytest

from backoffice.bookings import attendance
from backoffice.bookings.actions import book, cancel, undo_cancel
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets import actions
from backoffice.tickets.actions import Given
from backoffice.tickets.explaining import Term, why
from backoffice.tickets.queries import balance_of, entries_of, lots_of

TODAY = date(2026, 11, 24)


class Life:
    """A person's ledger, written by chance through the actions that staff use."""

    def __init__(self, gym: Studio, guest: Person, by: Actor, now: datetime, seed: int) -> None:
        self.gym, self.guest, self.by, self.now, self.chance = gym, guest, by, now, Random(seed)
        self.visits: list[Booking] = []

    def step(self) -> None:
        """One thing happens, or is refused; then time goes on."""
        does = self.chance.choice(
            [
                self.give,
                self.book,
                self.book,
                self.book,
                self.cancel,
                self.come,
                self.correct,
                self.reverse,
                self.end,
            ]
        )
        with suppress(DomainError), transaction():
            does()
        self.now += timedelta(hours=self.chance.choice([1, 20, 40]))

    def give(self) -> None:
        today = self.now.date()
        ends = self.chance.choice([None, today + timedelta(days=self.chance.randint(1, 40))])
        given = Given(self.chance.randint(1, 6), "回数券", "Pack", 9_000, today, ends)
        actions.grant(self.guest.id, given, studio_id=self.gym.id, by=self.by, now=self.now)

    def book(self) -> None:
        days = self.chance.randint(1, 20)
        starts_at = (self.now + timedelta(days=days)).replace(hour=self.chance.choice([1, 3, 7]))
        self.visits.append(
            book(
                studio=self.gym, service=service_by_slug(self.gym.id, "session"),
                trainer_id=trainers(self.gym.id)[0].id, starts_at=starts_at, participants=[Guest(self.guest)],
                channel=BookingChannel.DESK, by=self.by, now=self.now,
            )
        )  # fmt: skip

    def cancel(self) -> None:
        if self.visits:
            does = self.chance.choice([cancel, cancel, undo_cancel])
            more = {"by_gym": self.chance.random() < 0.3} if does is cancel else {}
            does(self.chance.choice(self.visits), by=self.by, now=self.now, **more)  # type: ignore[operator]

    def come(self) -> None:
        if self.visits:
            visit = self.chance.choice(self.visits)
            self.now = max(self.now, visit.starts_at)
            mark = self.chance.choice([attendance.attend, attendance.no_show, attendance.undo_attend])
            mark(guests_of(visit.id)[0], by=self.by, now=self.now)

    def correct(self) -> None:
        lots = lots_of(self.guest.id)
        if lots:
            grant_id, known = (
                self.chance.choice(lots).grant.id,
                {"note": "試験", "by": self.by, "now": self.now},
            )
            match self.chance.randint(0, 3):
                case 0:
                    actions.refund(grant_id, 1, **known)
                case 1:
                    actions.extend(grant_id, self.now.date() + timedelta(days=30), **known)
                case _:
                    actions.adjust(grant_id, self.chance.choice([-2, -1, 1, 3]), **known)

    def reverse(self) -> None:
        lines = [entry for entry, _grant in entries_of(self.guest.id) if actions.is_by_hand(entry)]
        if lines:
            actions.reverse(self.chance.choice(lines).id, note="試験", by=self.by, now=self.now)

    def end(self) -> None:
        actions.expire(by=self.by, now=self.now)


@pytest.mark.parametrize("seed", range(8))
def test_the_terms_add_up_at_every_moment(
    gym: Studio, guest: Person, by: Actor, now: datetime, seed: int
) -> None:
    life = Life(gym, guest, by, now, seed)
    with transaction():
        life.give()
    for _ in range(40):
        life.step()
    moments = {entry.at for entry, _grant in entries_of(guest.id)}
    assert len(moments) > 2
    for at in sorted(moments) + [at - timedelta(seconds=1) for at in moments] + [None]:
        entries = [entry for entry, _grant in entries_of(guest.id, at=at)]
        for day in (at.date() if at else TODAY, TODAY + timedelta(days=25), TODAY + timedelta(days=300)):
            found = why(entries, lots_of(guest.id, at=at), day=day)
            assert sum(found.terms.values()) == found.free == balance_of(guest.id, day=day, at=at).free
            assert found.terms.get(Term.GIVEN, 0) >= 0
            assert all(found.terms.get(term, 0) <= 0 for term in (Term.USED, Term.RESERVED, Term.ENDED))


def test_a_line_that_was_taken_back_is_not_in_the_sum(
    gym: Studio, guest: Person, by: Actor, now: datetime
) -> None:
    with transaction():
        row = actions.grant(guest.id, Given(8, "8回券", "8", 9_000, TODAY), studio_id=gym.id, by=by, now=now)
        actions.adjust(row.id, -3, note="試験", by=by, now=now)
        actions.adjust(row.id, 2, note="試験", by=by, now=now)
    taken, _added = [entry for entry, _grant in entries_of(guest.id)][1:]
    entries = [entry for entry, _grant in entries_of(guest.id)]
    assert why(entries, lots_of(guest.id), day=TODAY).terms == {Term.GIVEN: 8, Term.TAKEN: -3, Term.ADDED: 2}
    with transaction():
        actions.reverse(taken.id, note="試験", by=by, now=now)
    entries = [entry for entry, _grant in entries_of(guest.id)]
    assert why(entries, lots_of(guest.id), day=TODAY).terms == {Term.GIVEN: 8, Term.ADDED: 2}
