"""Bookings of the past that are written down afterwards: they claim their time like any, and nobody is told.

No rule of the shift applies any more, no message is planned, no lead moves and no fee is owed. What cannot change is
that nobody was in two places at once: whoever overlaps stays out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import INT8RANGE, TSTZRANGE, Range, insert

from backoffice.bookings.claims import Wanted
from backoffice.bookings.models import (
    CANCELLED_STATES,
    Attendance,
    Booking,
    BookingChannel,
    BookingState,
    Claim,
    Participant,
    Resource,
    resource_key,
)
from backoffice.core.audit import Actor, Entry, record_many
from backoffice.core.db import db, fetch

_CLAIMS = cast(Table, Claim.__table__)


@dataclass(frozen=True, slots=True)
class PastBooking:
    """What took place or was cancelled; one or two guests, each with how it ended for them."""

    studio_id: int
    service_id: int
    trainer_id: int
    starts_at: datetime
    ends_at: datetime
    guests: tuple[tuple[int, BookingState], ...]

    @property
    def state(self) -> BookingState:
        """Attended when one of the guests came; else as it ended for the first."""
        states = [state for _, state in self.guests]
        return BookingState.ATTENDED if BookingState.ATTENDED in states else states[0]

    @property
    def wanted(self) -> list[Wanted]:
        """What it takes: trainer and guests for the visit itself; nothing when it was cancelled."""
        if self.state in CANCELLED_STATES:
            return []
        keys = [resource_key(Resource.TRAINER, self.trainer_id)]
        keys += [resource_key(Resource.PERSON, person_id) for person_id, _ in self.guests]
        return [Wanted(key, self.starts_at, self.ends_at) for key in keys]


_GIVEN = (
    func.unnest(bindparam("resources", type_=ARRAY(BigInteger)), bindparam("spans", type_=ARRAY(TSTZRANGE)))
    .table_valued("resource", "span")
    .render_derived()
)
_ONE: ColumnElement[str] = literal_column("'[]'")
_TAKEN = select(_GIVEN.c.resource, _GIVEN.c.span).where(
    select(Claim.id)
    .where(
        func.int8range(Claim.resource, Claim.resource, _ONE, type_=INT8RANGE).op("&&")(
            func.int8range(_GIVEN.c.resource, _GIVEN.c.resource, _ONE, type_=INT8RANGE)
        ),
        Claim.span.op("&&")(_GIVEN.c.span),
    )
    .exists()
)


def taken_among(wanted: Sequence[Wanted]) -> set[Wanted]:
    """Which of these somebody else holds, wholly or in part. One statement for any number."""
    given = {"resources": [one.resource for one in wanted], "spans": [one.span for one in wanted]}
    rows = fetch(_TAKEN, given) if wanted else ()
    return {Wanted(row.resource, row.span.lower, row.span.upper) for row in rows}


def enter_past(bookings: Sequence[PastBooking], *, by: Actor, now: datetime) -> list[PastBooking]:
    """Write them down in a handful of statements. Answers those whom somebody got in the way of, unwritten."""
    rows = [_row(one, by=by, now=now) for one in bookings]
    db.session.add_all(rows)
    db.session.flush()
    missed = _take({row.id: one.wanted for row, one in zip(rows, bookings, strict=True)})
    _strike([row for row in rows if row.id in missed])
    written = [(row, one) for row, one in zip(rows, bookings, strict=True) if row.id not in missed]
    db.session.add_all(
        Participant(booking_id=row.id, person_id=person_id, position=position, attendance=_attendance(state))
        for row, one in written
        for position, (person_id, state) in enumerate(one.guests, start=1)
    )
    db.session.flush()
    lines = [
        Entry("booking.imported", "booking", row.id, one.guests[0][0], after={"state": row.state})
        for row, one in written
    ]
    record_many(lines, by=by, now=now)
    return [one for row, one in zip(rows, bookings, strict=True) if row.id in missed]


def _row(one: PastBooking, *, by: Actor, now: datetime) -> Booking:
    return Booking(
        studio_id=one.studio_id, service_id=one.service_id, trainer_id=one.trainer_id, starts_at=one.starts_at,
        ends_at=one.ends_at, state=one.state.value, channel=BookingChannel.DESK.value, ended_at=one.ends_at,
        created_at=now, created_by=by.label,
    )  # fmt: skip


def _take(wanted: dict[int, list[Wanted]]) -> set[int]:
    """Claim what each booking (by id) wants, in the order of all writers; the ids that did not get everything."""
    rows = sorted((one, booking_id) for booking_id, many in wanted.items() for one in many)
    if not rows:
        return set()
    values = [
        {"resource": one.resource, "span": Range(one.starts_at, one.ends_at), "booking_id": booking_id}
        for one, booking_id in rows
    ]
    take = insert(_CLAIMS).on_conflict_do_nothing().returning(_CLAIMS.c.resource, _CLAIMS.c.booking_id)
    had = {(row.resource, row.booking_id) for row in db.session.execute(take, values)}
    return {booking_id for one, booking_id in rows if (one.resource, booking_id) not in had}


def _strike(rows: Sequence[Booking]) -> None:
    ids = [row.id for row in rows]
    for row in rows:
        db.session.expunge(row)
    if ids:
        db.session.execute(delete(Claim).where(Claim.booking_id.in_(ids)))
        db.session.execute(delete(Booking).where(Booking.id.in_(ids)))


def _attendance(state: BookingState) -> str:
    marks = {
        BookingState.ATTENDED: Attendance.ATTENDED,
        BookingState.NO_SHOW: Attendance.NO_SHOW,
    }
    return marks.get(state, Attendance.EXPECTED).value
