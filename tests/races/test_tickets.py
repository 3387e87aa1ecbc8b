"""Fifty writers and one ticket: it is spent once. Without the lock of the ledger the database still refuses."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text

from backoffice.bookings.actions import book, cancel
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, Participant
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction, transaction
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.models import Plan
from backoffice.memberships.tickets import give_months
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from backoffice.tickets import actions, following
from backoffice.tickets.actions import Given
from backoffice.tickets.following import Use, Wish, follow
from backoffice.tickets.models import TicketEntry, TicketGrant
from backoffice.tickets.queries import lots_of
from tests.races.test_double_booking import race

from .conftest import NOW

pytestmark = pytest.mark.races

WRITERS = 50
ROUNDS = 4


def prepare(app: Flask, *, tickets: int = 1) -> tuple[list[int], list[list[int]]]:
    """One guest for each round with so many tickets, and a visit without a ticket for each writer."""
    with app.app_context(), transaction():
        studio = the_studio()
        service = service_by_slug(studio.id, "session")
        people, seats = [], []
        for number in range(ROUNDS):
            person = create_person(
                name=f"客{number}", phones=[], mails=[f"t{number}@x.example"], by=SYSTEM, now=NOW
            )
            people.append(person.id)
            seats.append([_seat(studio.id, service.id, person.id, writer) for writer in range(WRITERS)])
            given = Given(tickets, "回数券", "Pack", 10_000, NOW.date())
            actions.grant(person.id, given, studio_id=studio.id, by=SYSTEM, now=NOW)
        return people, seats


def _seat(studio_id: int, service_id: int, person_id: int, number: int) -> int:
    starts_at = NOW + timedelta(days=1, hours=number)
    booking = Booking(
        studio_id=studio_id, service_id=service_id, trainer_id=trainers(studio_id)[0].id, starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1), channel=BookingChannel.DESK.value, created_at=NOW, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    seat = Participant(booking_id=booking.id, person_id=person_id)
    db.session.add(seat)
    db.session.flush()
    return seat.id


def spending(people: list[int], seats: list[list[int]]) -> Callable[[int, int], bool]:
    """Reserve a ticket for the writer's own visit; whether there was one."""
    day = (NOW + timedelta(days=1)).date()

    def spend(writer: int, number: int) -> bool:
        wish = Wish(seats[number][writer], people[number], day, Use.RESERVED)
        return in_transaction(lambda: follow([wish], by=SYSTEM, now=NOW))

    return spend


def refusals(ended: list[Counter[str]]) -> int:
    """How often the database said no."""
    return sum(count for round in ended for how, count in round.items() if how.startswith("IntegrityError"))


def test_of_fifty_who_spend_one_ticket_one_does(arena: Flask) -> None:
    people, seats = prepare(arena)
    ended = race(arena, WRITERS, ROUNDS, spending(people, seats))
    assert ended == [Counter(won=1, lost=WRITERS - 1)] * ROUNDS
    _check(arena, people, 1)


def test_without_the_lock_the_database_refuses_the_second(arena: Flask) -> None:
    people, seats = prepare(arena)
    with patch.object(following, "_held_lots", lambda ids: {one: lots_of(one) for one in ids}):
        ended = race(arena, WRITERS, ROUNDS, spending(people, seats))
    assert [counted["won"] for counted in ended] == [1] * ROUNDS
    assert refusals(ended) > 0, "the race is no race: nobody met"
    _check(arena, people, 1)


def test_control_without_lock_and_trigger_one_ticket_is_spent_twice(arena: Flask) -> None:
    people, seats = prepare(arena)
    with arena.app_context(), db.engine.begin() as connection:
        connection.execute(text("drop trigger holds on ticket_entries"))
    with patch.object(following, "_held_lots", lambda ids: {one: lots_of(one) for one in ids}):
        ended = race(arena, WRITERS, ROUNDS, spending(people, seats))
    assert max(counted["won"] for counted in ended) > 1, "the race is no race: nobody met"


def test_a_ticket_that_comes_back_is_not_given_to_a_visit_that_is_just_cancelled(arena: Flask) -> None:
    with arena.app_context(), transaction():
        studio = the_studio()
        service = service_by_slug(studio.id, "session")
        who = create_person(name="客", phones=[], mails=["c@x.example"], by=SYSTEM, now=NOW)
        given = Given(1, "回数券", "Pack", 10_000, NOW.date())
        pairs = []
        for number in range(10):
            pairs.append([
                book(
                    studio=studio, service=service, trainer_id=trainers(studio.id)[0].id, starts_at=_hour(number, half),
                    participants=[Guest(who)], channel=BookingChannel.DESK, by=SYSTEM, now=NOW,
                ).id
                for half in (1, 3)
            ])  # fmt: skip
            if number == 0:
                actions.grant(who.id, given, studio_id=studio.id, by=SYSTEM, now=NOW)
        person_id = who.id

    def write(writer: int, number: int) -> bool:
        def work() -> None:
            booking = db.session.get_one(Booking, pairs[number][writer])
            cancel(booking, by_gym=False, by=SYSTEM, now=NOW)

        in_transaction(work)
        return True

    assert race(arena, 2, len(pairs), write) == [Counter(won=2)] * len(pairs)
    with arena.app_context():
        (lot,) = lots_of(person_id)
        assert (lot.free, lot.reserved, lot.used) == (1, 0, 0)


def _hour(number: int, half: int) -> datetime:
    return (NOW + timedelta(days=2 + number)).replace(hour=half)


def _check(app: Flask, people: list[int], tickets: int) -> None:
    with app.app_context():
        for person_id in people:
            (lot,) = lots_of(person_id)
            assert (lot.free, lot.reserved) == (0, tickets)
        assert db.session.scalar(select(func.count()).select_from(Person)) == len(people)


def test_a_grant_and_its_lines_are_counted_by_one_writer_at_a_time(arena: Flask) -> None:
    """The trigger by itself: fifty refunds of one ticket of three, straight to the table."""
    people, _seats = prepare(arena, tickets=3)
    with arena.app_context():
        grants = [lots_of(person_id)[0].grant.id for person_id in people]
    row = {"kind": "REFUND", "free": -1, "reserved": 0, "used": 0, "reason": "", "at": NOW, "created_at": NOW}

    def write(_writer: int, number: int) -> bool:
        with transaction():
            db.session.execute(insert(TicketEntry).values(grant_id=grants[number], created_by="x", **row))
        return True

    ended = race(arena, WRITERS, ROUNDS, write)
    assert [counted["won"] for counted in ended] == [3] * ROUNDS
    assert refusals(ended) == (WRITERS - 3) * ROUNDS


def test_of_sweeps_at_once_one_gives_the_month(arena: Flask) -> None:
    with arena.app_context(), transaction():
        studio = the_studio()
        plan = db.session.query(Plan).filter_by(is_monthly=True).order_by(Plan.id).first()
        assert plan is not None
        for number in range(6):
            person = create_person(
                name=f"客{number}", phones=[], mails=[f"m{number}@x.example"], by=SYSTEM, now=NOW
            )
            terms = Joining(plan.id, (NOW - timedelta(days=40)).date(), trainers(studio.id)[0].id)
            join(person, terms, studio_id=studio.id, lead=None, by=SYSTEM, now=NOW - timedelta(days=40))

    def sweep(_writer: int, _number: int) -> bool:
        return in_transaction(lambda: give_months(the_studio(), by=SYSTEM, now=NOW)) > 0

    (ended,) = race(arena, 4, 1, sweep)
    assert set(ended) <= {"won", "lost"}
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(TicketGrant)) == 12


def test_of_two_late_cancels_at_the_same_moment_one_is_forgiven(arena: Flask) -> None:
    with arena.app_context(), transaction():
        studio = the_studio()
        service = service_by_slug(studio.id, "session")
        pairs, people = [], []
        for number in range(12):
            who = create_person(
                name=f"客{number}", phones=[], mails=[f"l{number}@x.example"], by=SYSTEM, now=NOW
            )
            given = Given(2, "回数券", "Pack", 10_000, NOW.date())
            actions.grant(who.id, given, studio_id=studio.id, by=SYSTEM, now=NOW)
            people.append(who.id)
            pairs.append(
                [
                    book(
                        studio=studio, service=service, trainer_id=trainers(studio.id)[half].id,
                        starts_at=_hour(number, 1 + 2 * half), participants=[Guest(who)],
                        channel=BookingChannel.DESK, by=SYSTEM, now=NOW,
                    ).id
                    for half in (0, 1)
                ]
            )  # fmt: skip

    def write(writer: int, number: int) -> bool:
        late = _hour(number, 0)

        def work() -> None:
            booking = db.session.get_one(Booking, pairs[number][writer])
            cancel(booking, by_gym=False, by=SYSTEM, now=late)

        in_transaction(work)
        return True

    assert race(arena, 2, len(pairs), write) == [Counter(won=2)] * len(pairs)
    with arena.app_context():
        months = [_hour(number, 1).month for number in range(len(pairs))]
        assert len(set(months)) <= 2  # each guest has both visits in one month
        assert [[(lot.free, lot.used) for lot in lots_of(one)] for one in people] == [[(1, 1)]] * len(people)
