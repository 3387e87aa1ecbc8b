"""Putting a booking in its place: which room, what is taken, and what to say when it cannot be had."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range

from backoffice.bookings import claims, rules
from backoffice.bookings.availability import nearest_free
from backoffice.bookings.models import Booking, Claim, Resource, resource_key
from backoffice.bookings.refusals import (
    GUEST_TAKEN,
    ROOM_TAKEN,
    TRAINER_TAKEN,
    InTheWay,
    NotFree,
    Rule,
    Slot,
    SlotTaken,
    Waiver,
)
from backoffice.core.clock import local
from backoffice.core.db import db, fetch
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room, Service, Studio

_IS_TAKEN = (
    select(Claim.id)
    .where(
        claims.holds(Room.id * 4 + int(Resource.ROOM), bindparam("busy", type_=TSTZRANGE)),
        Claim.booking_id.is_distinct_from(bindparam("without", type_=BigInteger)),
    )
    .exists()
)
_ROOMS = (
    select(Room.id, _IS_TAKEN.label("is_taken"))
    .where(Room.studio_id == bindparam("studio"), Room.archived_at.is_(None))
    .order_by(Room.position, Room.id)
)
"""The rooms in use, in the studio's order, and whether somebody else holds them in a span."""

TAKEN = {Resource.PERSON: GUEST_TAKEN, Resource.TRAINER: TRAINER_TAKEN, Resource.ROOM: ROOM_TAKEN}
"""What is said, the first that applies: a guest cannot be elsewhere, another trainer or room may be free."""


@dataclass(frozen=True)
class Place:
    """When, with whom and where, as asked for. Without a room one is chosen if the service needs one.

    `minutes` is the length of the visit where it is not the service's own. `without` is the booking that is being
    moved: what it holds does not stand in its own way. `is_offered` says that
    `free_slots` gave this start in the same transaction, so that its rules need not be asked again.
    """

    studio: Studio
    service: Service
    trainer_id: int
    starts_at: datetime
    room_id: int | None
    person_ids: tuple[int, ...]
    walk_in: bool
    wants_woman: bool = False
    without: Booking | None = None
    is_offered: bool = False
    minutes: int | None = None

    @property
    def length(self) -> int:
        """How long the visit lasts, in minutes."""
        return self.service.minutes if self.minutes is None else self.minutes


class _NotHad(Exception):
    """Carries what could not be taken out of the savepoint that it undoes."""

    def __init__(self, refused: Sequence[claims.Wanted]) -> None:
        super().__init__()
        self.refused = refused


def check_place(place: Place, waiver: Waiver | None, *, now: datetime) -> frozenset[Rule]:
    """Refuse a wrong wish (Invalid) or a broken rule (with the nearest free slots); answer the rules waived."""
    rules.check_waiver(waiver)
    rules.check_instant(place.starts_at, now=now)
    trainer = db.session.get(Trainer, place.trainer_id)
    if trainer is None or trainer.studio_id != place.studio.id or trainer.archived_at is not None:
        raise Invalid(N_("Please choose a trainer."), field="trainer_id")
    if place.service.studio_id != place.studio.id or place.service.archived_at is not None:
        raise Invalid(N_("Please choose a service."), field="service_id")
    if place.wants_woman and not trainer.is_woman:
        raise Invalid(N_("A female trainer was asked for."), field="trainer_id")
    if place.is_offered:
        return frozenset()
    broken = rules.broken_rules(
        place.studio, place.service, place.trainer_id, place.starts_at, minutes=place.length, walk_in=place.walk_in,
        now=now,
    )  # fmt: skip
    try:
        return rules.insist(broken, waiver)
    except NotFree as refusal:
        refusal.nearest = tuple(_nearest(place, now=now))
        raise


def settle(
    place: Place,
    prepare: Callable[[], Booking],
    write: Callable[[Booking, list[claims.Wanted]], list[claims.Wanted]],
    waiver: Waiver | None,
    *,
    now: datetime,
) -> tuple[Booking, bool]:
    """Have `prepare` give the booking (new and filled, or the one to move) and take what it needs, or undo it all.

    `write` puts the booking and its claims into the database and answers what could not be had; then it has taken
    nothing. True when preparation had to be given up, which only a waiver allows. Raises `SlotTaken`.
    """
    rooms = _rooms(place)
    lengths = [(place.service.prep_minutes, place.service.cleanup_minutes)]
    if waiver is not None and any(lengths[0]):
        lengths.append((0, 0))

    def work() -> tuple[Booking, bool]:
        booking = prepare()
        refused: list[claims.Wanted] = []
        for length in lengths:
            for room_id in rooms:
                _put(booking, place, room_id, *length)
                refused = write(booking, claims.wanted_by_booking(booking, place.person_ids))
                if not refused:
                    return booking, length != lengths[0]
                if any(_kind(one) is not Resource.ROOM for one in refused):
                    break
        raise _NotHad(refused)

    try:
        return claims.in_savepoint(work)
    except _NotHad as error:
        raise slot_taken(place, error.refused, rooms, now=now) from None


def take_again(place: Place, booking: Booking, *, now: datetime) -> None:
    """Take once more exactly what a cancelled booking had. Raises `SlotTaken`."""

    def work() -> None:
        wanted = claims.wanted_by_booking(booking, place.person_ids)
        if refused := claims.take(wanted, booking_id=booking.id, now=now):
            raise _NotHad(refused)

    try:
        claims.in_savepoint(work)
    except _NotHad as error:
        raise slot_taken(place, error.refused, [booking.room_id], now=now) from None


def slot_taken(
    place: Place, refused: Sequence[claims.Wanted], rooms: Collection[int | None], *, now: datetime
) -> SlotTaken:
    """The refusal that says who or what is in the way and offers the three nearest free slots."""
    asked = list(refused)
    if any(_kind(one) is Resource.ROOM for one in refused):
        span = next(one for one in refused if _kind(one) is Resource.ROOM)
        others = {resource_key(Resource.ROOM, room) for room in rooms if room is not None} - {span.resource}
        asked += [span._replace(resource=key) for key in others]
    without = None if place.without is None else place.without.id
    in_the_way = [
        one for one in claims.who_is_in_the_way(asked) if without is None or one.booking_id != without
    ]
    message, shown = _said(in_the_way, place.studio.zone)
    return SlotTaken(message, in_the_way=in_the_way, nearest=_nearest(place, now=now), **shown)


def _said(in_the_way: Sequence[InTheWay], zone: str) -> tuple[str | None, dict[str, str]]:
    for kind, message in TAKEN.items():
        for one in in_the_way:
            if one.kind is kind:
                start, end = local(one.starts_at, zone), local(one.ends_at, zone)
                return message, {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    return None, {}


def _nearest(place: Place, *, now: datetime) -> list[Slot]:
    return nearest_free(
        place.studio,
        place.service,
        place.starts_at,
        now=now,
        trainer_id=place.trainer_id,
        women_only=place.wants_woman,
        walk_in=place.walk_in,
        person_ids=place.person_ids,
        without_booking=place.without.id if place.without else None,
        minutes=place.length,
    )


def _rooms(place: Place) -> list[int | None]:
    """The rooms to try, the likeliest first; one statement. Raises `Invalid` for a room that is not there.

    Free ones first, among them the one that is kept, then the trainer's own: by their place in the studio's order each
    trainer begins at another room. So trainers seldom change rooms, and two desks that book the same hour for two
    trainers do not wait for each other's room.
    """
    if place.room_id is None and not place.service.needs_room:
        return [None]
    service, without = place.service, place.without
    asked = {
        "studio": place.studio.id,
        "busy": Range(
            place.starts_at - timedelta(minutes=service.prep_minutes),
            place.starts_at + timedelta(minutes=place.length + service.cleanup_minutes),
        ),
        "without": without.id if without else None,
    }
    found = fetch(_ROOMS, asked).all()
    if place.room_id is not None:
        found = [room for room in found if room.id == place.room_id]
    if not found:
        raise Invalid(N_("Please choose a room."), field="room_id")
    kept = without.room_id if without else None
    own = db.session.get_one(Trainer, place.trainer_id).position % len(found)
    order = sorted(
        enumerate(found),
        key=lambda room: (room[1].is_taken, room[1].id != kept, (room[0] - own) % len(found)),
    )
    return [room.id for _, room in order]


def _kind(one: claims.Wanted) -> Resource:
    return Resource(one.resource & 3)


def _put(booking: Booking, place: Place, room_id: int | None, prep: int, cleanup: int) -> None:
    booking.trainer_id, booking.room_id = place.trainer_id, room_id
    booking.starts_at = place.starts_at
    booking.ends_at = place.starts_at + timedelta(minutes=place.length)
    booking.prep_minutes, booking.cleanup_minutes = prep, cleanup
