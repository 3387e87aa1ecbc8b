"""Taking and giving back trainers, rooms and guests. The database refuses overlap; this file only asks.

All rows of a booking or block go in with one statement, in the order of their resources, so that two writers never
wait for each other. What still can (two moves that swap places) is a deadlock that `in_savepoint` tries again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, Range, insert
from sqlalchemy.exc import OperationalError

from backoffice.bookings.models import (
    Block,
    Booking,
    BookingState,
    Claim,
    Participant,
    Resource,
    resource_key,
)
from backoffice.bookings.refusals import InTheWay
from backoffice.core.audit import SYSTEM, record
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room

DEADLOCK = "40P01"
TRIES = 5
HOLD_LAPSED = N_("The hold was not confirmed in time.")

T = TypeVar("T")

_KIND = Claim.resource.op("&")(literal_column("3"))
_RESOURCE_ID = Claim.resource.op(">>")(literal_column("2"))
_RESOURCE_RANGE = func.int8range(Claim.resource, Claim.resource, literal_column("'[]'"))


_TAKE = insert(Claim.__table__).on_conflict_do_nothing().returning(Claim.resource)  # type: ignore[arg-type]


class Wanted(NamedTuple):
    """One resource for one span. Sorting puts the rows of every writer into the same order."""

    resource: int
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Range[datetime]:
        """The span as a claim holds it."""
        return Range(self.starts_at, self.ends_at)


def wanted_by_booking(booking: Booking, person_ids: Iterable[int]) -> list[Wanted]:
    """What a booking takes: trainer and room with preparation and clean-up, each guest for the visit itself."""
    rows = [Wanted(resource_key(Resource.TRAINER, booking.trainer_id), booking.busy_from, booking.busy_until)]
    if booking.room_id is not None:
        rows.append(
            Wanted(resource_key(Resource.ROOM, booking.room_id), booking.busy_from, booking.busy_until)
        )
    guests = [resource_key(Resource.PERSON, person_id) for person_id in person_ids]
    return sorted(rows + [Wanted(guest, booking.starts_at, booking.ends_at) for guest in guests])


def take(
    wanted: Sequence[Wanted], *, booking_id: int | None = None, block_id: int | None = None, now: datetime
) -> list[Wanted]:
    """Take everything wanted for one booking or block; answer what could not be had (nothing: all is taken).

    A hold whose time is over gives way. When something is refused, the caller must undo the rest (a savepoint).
    """
    refused = _insert(sorted(wanted), booking_id, block_id)
    return second_try(refused, booking_id=booking_id, block_id=block_id, now=now)


def second_try(
    refused: Sequence[Wanted], *, booking_id: int | None = None, block_id: int | None = None, now: datetime
) -> list[Wanted]:
    """Take what was refused once more if a hold whose time is over stood in the way; answer what is still refused."""
    if refused and _expire_stale_holds(refused, now=now):
        return _insert(sorted(refused), booking_id, block_id)
    return list(refused)


def release(*, booking_id: int | None = None, block_id: int | None = None) -> None:
    """Give back everything that a booking or a block holds."""
    column, holder = (Claim.booking_id, booking_id) if block_id is None else (Claim.block_id, block_id)
    db.session.execute(delete(Claim).where(column == holder))


def in_savepoint(work: Callable[[], T]) -> T:
    """Run `work` so that a refusal inside it undoes all it wrote, and a deadlock is tried again, unseen."""
    for _ in range(TRIES - 1):
        try:
            with db.session.begin_nested():
                return work()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
    with db.session.begin_nested():
        return work()


def overlapping(wanted: Sequence[Wanted]) -> ColumnElement[bool]:
    """The condition that a claim is in the way of something wanted (written so that the constraint's index serves)."""
    by_span: dict[tuple[datetime, datetime], list[int]] = {}
    for one in wanted:
        by_span.setdefault((one.starts_at, one.ends_at), []).append(one.resource)
    return or_(*(claims_of(resources, *span) for span, resources in by_span.items()))


def claims_of(resources: Iterable[int], start: datetime, end: datetime) -> ColumnElement[bool]:
    """The condition that a claim holds one of the resources at some time between two instants."""
    return and_(_is_any_of(resources), Claim.span.op("&&")(Range(start, end)))


def holds(resource: ColumnElement[int], span: ColumnElement[Range[datetime]]) -> ColumnElement[bool]:
    """The condition that a claim holds the resource of another row at some time of a span.

    The span stands in a subquery of its own, so that the plan does not depend on it and PostgreSQL keeps one.
    """
    wanted = func.int8range(resource, resource, literal_column("'[]'"))
    return and_(_RESOURCE_RANGE.op("&&")(wanted), Claim.span.op("&&")(select(span).scalar_subquery()))


def not_a_stale_hold(now: datetime) -> ColumnElement[bool]:
    """The condition, with bookings joined, that a claim still counts: lapsed holds do not."""
    return or_(Booking.id.is_(None), Booking.state != BookingState.HELD, Booking.held_until > now)


def who_is_in_the_way(wanted: Sequence[Wanted]) -> list[InTheWay]:
    """What holds the trainer, room or guest that is wanted, in order of time. One statement."""
    guests = (
        select(func.string_agg(case((Person.name != "", Person.name), else_=Person.kana), "、"))
        .select_from(Participant)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.booking_id == Claim.booking_id)
        .correlate(Claim)
        .scalar_subquery()
    )
    person_name = func.coalesce(func.nullif(Person.name, ""), Person.kana)
    query = (
        select(
            _KIND.label("kind"),
            _RESOURCE_ID.label("resource_id"),
            func.coalesce(Trainer.name_ja, Room.name_ja, person_name, "").label("name_ja"),
            func.coalesce(Trainer.name_en, Room.name_en, person_name, "").label("name_en"),
            func.lower(Claim.span).label("starts_at"),
            func.upper(Claim.span).label("ends_at"),
            Claim.booking_id,
            Claim.block_id,
            func.coalesce(guests, "").label("guests"),
            func.coalesce(Block.reason, "").label("reason"),
        )
        .select_from(Claim)
        .outerjoin(Trainer, and_(_KIND == Resource.TRAINER, Trainer.id == _RESOURCE_ID))
        .outerjoin(Room, and_(_KIND == Resource.ROOM, Room.id == _RESOURCE_ID))
        .outerjoin(Person, and_(_KIND == Resource.PERSON, Person.id == _RESOURCE_ID))
        .outerjoin(Block, Block.id == Claim.block_id)
        .where(overlapping(wanted))
        .order_by(func.lower(Claim.span), Claim.id)
    )
    rows = db.session.execute(query).mappings()
    return [InTheWay(**{**row, "kind": Resource(row["kind"])}) for row in rows]


def _insert(wanted: Sequence[Wanted], booking_id: int | None, block_id: int | None) -> list[Wanted]:
    rows = [
        {
            "resource": one.resource,
            "span": one.span,
            "booking_id": booking_id,
            "block_id": block_id,
        }
        for one in wanted
    ]
    taken = set(db.session.scalars(_TAKE, rows))
    return [one for one in wanted if one.resource not in taken]


def _expire_stale_holds(wanted: Sequence[Wanted], *, now: datetime) -> bool:
    """End the holds in the way whose time is over, and give back what they held. Whether there were any.

    A constraint cannot read the clock, so a lapsed hold keeps its claims until somebody wants them.
    """
    if db.session.scalar(select(Booking.id).where(*_is_lapsed(now)).limit(1)) is None:
        return False
    in_the_way = select(Claim.booking_id).where(Claim.booking_id.is_not(None), overlapping(wanted))
    return lapse_holds(Booking.id.in_(in_the_way), now=now) > 0


def lapse_holds(*among: ColumnElement[bool], now: datetime) -> int:
    """End the holds (all, or those `among` the conditions) whose time is over; give back what they held. How many."""
    lapsed = list(
        db.session.scalars(
            update(Booking)
            .where(*among, *_is_lapsed(now))
            .values(
                state=BookingState.CANCELLED.value,
                cancel_reason=HOLD_LAPSED,
                ended_at=now,
                version=Booking.version + 1,
            )
            .returning(Booking.id)
            .execution_options(synchronize_session=False)
        )
    )
    for booking_id in lapsed:
        release(booking_id=booking_id)
        record("booking.hold_lapsed", "booking", booking_id, by=SYSTEM, now=now)
    return len(lapsed)


def _is_lapsed(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Booking.state == BookingState.HELD, Booking.held_until <= now


def _is_any_of(resources: Iterable[int]) -> ColumnElement[bool]:
    keys = "{" + ",".join(f"[{key},{key}]" for key in sorted(set(resources))) + "}"
    return _RESOURCE_RANGE.op("&&")(cast(literal(keys, Text), INT8MULTIRANGE))
