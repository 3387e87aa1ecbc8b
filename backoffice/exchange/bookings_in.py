"""Importing past bookings: each row is looked up and judged, then what is new is written down."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, any_, func, literal, select

from backoffice.bookings.claims import Wanted
from backoffice.bookings.models import CANCELLED_STATES, Booking, Participant, Resource, resource_key
from backoffice.bookings.past import PastBooking, enter_past, taken_among
from backoffice.core.audit import Actor, record
from backoffice.core.db import db, fetch
from backoffice.core.language import N_
from backoffice.exchange.bookings_file import BookingRow
from backoffice.exchange.bookings_lookup import People, by_names, named
from backoffice.exchange.verdicts import Judged, Verdict, counted
from backoffice.staff.models import Trainer
from backoffice.staff.trainers import all_trainers
from backoffice.studio.models import Service, Studio
from backoffice.studio.queries import all_services

AHEAD = N_("It is not over yet: please book it in the calendar.")
LONG_AGO = N_("It lies before the year 2000.")
NO_SERVICE = N_("No service here is called so.")
NO_TRAINER = N_("No trainer here is called so.")
KNOWN = N_("This person has a booking at this time already.")
TRAINER_BUSY = N_("The trainer has something else at this time.")
PERSON_BUSY = N_("The person is somewhere else at this time.")

EARLIEST_YEAR = 2000
_LOCK = "bookings import"

Key = tuple[object, ...]


@dataclass(slots=True)
class _Visit:
    """A row whose names are known. Rows with one `key` are one booking with two guests."""

    row: BookingRow
    judged: Judged
    service: Service
    trainer: Trainer
    person_id: int
    starts_at: datetime
    ends_at: datetime

    @property
    def is_cancelled(self) -> bool:
        """Whether it takes no time."""
        return self.row.state in CANCELLED_STATES

    @property
    def key(self) -> Key:
        """What makes it one booking; a cancelled one stands alone."""
        alone = self.row.number if self.is_cancelled else None
        return self.trainer.id, self.starts_at, self.ends_at, self.service.id, alone

    @property
    def by_trainer(self) -> Wanted:
        """The time of the trainer."""
        return Wanted(resource_key(Resource.TRAINER, self.trainer.id), self.starts_at, self.ends_at)

    @property
    def by_person(self) -> Wanted:
        """The time of the guest."""
        return Wanted(resource_key(Resource.PERSON, self.person_id), self.starts_at, self.ends_at)

    def judge(self, verdict: Verdict, why: str) -> None:
        """Change the verdict on the row."""
        self.judged = replace(self.judged, verdict=verdict, why=why)


@dataclass(slots=True)
class _Diary:
    """What the rows so far have taken, by resource: spans in order that never overlap."""

    spans: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def is_free(self, one: Wanted) -> bool:
        """Whether nothing taken so far overlaps."""
        taken = self.spans.get(one.resource, [])
        at = bisect_left(taken, (one.starts_at, one.ends_at))
        before = at > 0 and taken[at - 1][1] > one.starts_at
        return not before and not (at < len(taken) and taken[at][0] < one.ends_at)

    def take(self, one: Wanted) -> None:
        """Take a span that is free."""
        taken = self.spans.setdefault(one.resource, [])
        taken.insert(bisect_left(taken, (one.starts_at, one.ends_at)), (one.starts_at, one.ends_at))


def plan(rows: Sequence[BookingRow], studio: Studio, *, now: datetime) -> list[Judged]:
    """The verdict on every row, in their order. A handful of statements, whatever the size; nothing is written."""
    return _plan(rows, studio, now=now)[0]


def run(rows: Sequence[BookingRow], studio: Studio, *, by: Actor, now: datetime) -> list[Judged]:
    """Write the new bookings down. One import at a time, judged anew, so a file imported again adds nothing.

    Nothing ahead is claimed and no message is planned. Who overlaps is left out and told.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))
    judged, visits = _plan(rows, studio, now=now)
    written = {_booking(guests, studio): guests for guests in visits.values()}
    missed = enter_past(list(written), by=by, now=now)
    late = {guest.row.number for one in missed for guest in written[one]}
    judged = [
        replace(one, verdict=Verdict.OVERLAP, why=TRAINER_BUSY) if one.number in late else one
        for one in judged
    ]
    counts = counted(judged)
    after = {**counts, "added": counts[Verdict.NEW]}
    record("bookings.imported", "bookings", None, by=by, now=now, after=after)
    return judged


def _plan(
    rows: Sequence[BookingRow], studio: Studio, *, now: datetime
) -> tuple[list[Judged], dict[Key, list[_Visit]]]:
    """The verdicts, and the visits to be written, each with its one or two guests."""
    looked_up = _look_up(rows, studio, now=now)
    visits = [one for one in looked_up if isinstance(one, _Visit)]
    _mark_known(visits)
    new = [one for one in visits if one.judged.verdict is Verdict.NEW]
    live = [one for one in new if not one.is_cancelled]
    taken = taken_among(sorted({want for one in live for want in (one.by_trainer, one.by_person)}))
    diary, together = _Diary(), dict[Key, list[_Visit]]()
    for one in new:
        why = "" if one.is_cancelled else _in_the_way(one, taken, diary, together)
        if why:
            one.judge(Verdict.OVERLAP, why)
        else:
            together.setdefault(one.key, []).append(one)
    return [one.judged if isinstance(one, _Visit) else one for one in looked_up], together


def _look_up(rows: Sequence[BookingRow], studio: Studio, *, now: datetime) -> list[Judged | _Visit]:
    people = People([row.identity for row in rows if not row.blank and not row.refused])
    services, trainers = by_names(all_services(studio.id)), by_names(all_trainers(studio.id))
    return [
        _look(row, people, named(services, row.service), named(trainers, row.trainer), now) for row in rows
    ]


def _look(
    row: BookingRow, people: People, service: Service | None, trainer: Trainer | None, now: datetime
) -> Judged | _Visit:
    if row.blank:
        return Judged(row.number, (), Verdict.BLANK)
    who = row.name or row.kana or next(iter(row.identity.phones | row.identity.mails), "")
    judged = Judged(
        row.number, (who, row.service, row.trainer), Verdict.REFUSED, row.refused, at=row.starts_at
    )
    if row.refused or row.starts_at is None:
        return judged
    if service is None or trainer is None:
        return replace(judged, why=NO_SERVICE if service is None else NO_TRAINER)
    ends_at = row.ends_at or row.starts_at + timedelta(minutes=service.minutes)
    if ends_at > now or row.starts_at.year < EARLIEST_YEAR:
        return replace(judged, why=AHEAD if ends_at > now else LONG_AGO)
    person_id, verdict, why = people.meant(row.identity)
    judged = replace(judged, verdict=verdict, why=why, person_id=person_id)
    if person_id is None:
        return judged
    return _Visit(row, judged, service, trainer, person_id, row.starts_at, ends_at)


def _mark_known(visits: Sequence[_Visit]) -> None:
    """Mark what is here already, or stands in an earlier row: the same person at the same time, live or cancelled."""
    seen: dict[tuple[int, datetime, bool], int | None] = dict.fromkeys(_known_starts(visits))
    for one in visits:
        key = (one.person_id, one.starts_at, one.is_cancelled)
        if key in seen:
            one.judged = replace(one.judged, verdict=Verdict.ALREADY, why=KNOWN, like_row=seen[key])
        else:
            seen[key] = one.row.number


def _known_starts(visits: Sequence[_Visit]) -> set[tuple[int, datetime, bool]]:
    if not visits:
        return set()
    people = any_(literal(sorted({one.person_id for one in visits}), ARRAY(BigInteger)))
    first, last = min(one.starts_at for one in visits), max(one.starts_at for one in visits)
    rows = fetch(
        select(Participant.person_id, Booking.starts_at, Booking.state)
        .join(Booking, Booking.id == Participant.booking_id)
        .where(Participant.person_id == people, Booking.starts_at.between(first, last))
    )
    return {(row.person_id, row.starts_at, row.state in CANCELLED_STATES) for row in rows}


def _in_the_way(one: _Visit, taken: set[Wanted], diary: _Diary, together: dict[Key, list[_Visit]]) -> str:
    """Why a visit cannot have taken place beside what is known; when it can, its time is taken."""
    beside = together.get(one.key, [])
    if one.by_trainer in taken or len(beside) >= min(2, one.service.max_participants):
        return TRAINER_BUSY
    if one.by_person in taken or not diary.is_free(one.by_person):
        return PERSON_BUSY
    if not beside and not diary.is_free(one.by_trainer):
        return TRAINER_BUSY
    diary.take(one.by_person)
    if not beside:
        diary.take(one.by_trainer)
    return ""


def _booking(guests: Sequence[_Visit], studio: Studio) -> PastBooking:
    first = guests[0]
    return PastBooking(
        studio.id, first.service.id, first.trainer.id, first.starts_at, first.ends_at,
        tuple((guest.person_id, guest.row.state) for guest in guests),
    )  # fmt: skip
