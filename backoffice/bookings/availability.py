"""Free starts, worked out each time and never stored.

Opening hours and special days, shifts minus breaks and time off, minus what is taken, with preparation and clean-up
for trainer and room. The number of statements is the same for one day and for sixty; the rest is arithmetic.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import func, select

from backoffice.bookings.claims import claims_of, not_a_stale_hold
from backoffice.bookings.models import Booking, Claim, Resource, resource_key
from backoffice.bookings.refusals import Slot
from backoffice.bookings.spans import (
    Grid,
    Length,
    Span,
    clear_of,
    instant,
    joined,
    minus,
    minute_after,
    minute_of,
    starts,
)
from backoffice.bookings.working_time import Hours, hours_of
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db
from backoffice.staff.models import Trainer
from backoffice.studio.models import Room, Service, Studio

LONGEST_RANGE = 92
NEAR_DAYS = 7
FAR_DAYS = 28


@dataclass(frozen=True)
class Wish:
    """What is looked for. `public` keeps to trainers shown to visitors and the horizon.

    `walk_in` drops the notice, `person_ids` must be free as well, and what `without_booking` holds counts as free
    (it is about to be moved). `minutes` is the length where it is not the service's own.
    """

    trainer_id: int | None = None
    women_only: bool = False
    public: bool = False
    walk_in: bool = False
    person_ids: Collection[int] = ()
    without_booking: int | None = None
    minutes: int | None = None


def free_slots(
    studio: Studio,
    service: Service,
    first_day: date,
    last_day: date,
    *,
    now: datetime,
    trainer_id: int | None = None,
    women_only: bool = False,
    public: bool = False,
    walk_in: bool = False,
    person_ids: Collection[int] = (),
    without_booking: int | None = None,
) -> list[Slot]:
    """Every free start between two days (both included, at most 92), once per trainer, in order of time.

    See `Wish` for what the options mean.
    """
    wish = Wish(trainer_id, women_only, public, walk_in, person_ids, without_booking)
    return _free(studio, service, first_day, last_day, wish, now=now)


def nearest_free(
    studio: Studio,
    service: Service,
    wanted_at: datetime,
    *,
    now: datetime,
    trainer_id: int | None = None,
    women_only: bool = False,
    public: bool = False,
    walk_in: bool = False,
    person_ids: Collection[int] = (),
    without_booking: int | None = None,
    minutes: int | None = None,
    count: int = 3,
) -> list[Slot]:
    """The free slots nearest to a time, in order of time. Looks a week around first, then four.

    `trainer_id` here is only a preference between two that are as near; each start is offered once.
    """
    wish = Wish(None, women_only, public, walk_in, person_ids, without_booking, minutes)
    day, today = local_date(wanted_at, studio.zone), local_date(now, studio.zone)
    found: list[Slot] = []
    for reach in (NEAR_DAYS, FAR_DAYS):
        first = max(today, day - timedelta(days=reach))
        last = max(first, day) + timedelta(days=reach)
        found = nearest(_free(studio, service, first, last, wish, now=now), wanted_at, trainer_id, count)
        if len(found) == count:
            break
    return found


def nearest(slots: Iterable[Slot], wanted_at: datetime, trainer_id: int | None, count: int) -> list[Slot]:
    """The `count` slots nearest to a time, each start once (with the trainer who was wanted, if free). Pure."""
    by_distance = sorted(
        slots, key=lambda slot: (abs(slot.starts_at - wanted_at), slot.trainer_id != trainer_id, slot)
    )
    chosen: dict[datetime, Slot] = {}
    for slot in by_distance:
        chosen.setdefault(slot.starts_at, slot)
        if len(chosen) == count:
            break
    return sorted(chosen.values())


def one_per_start(slots: Iterable[Slot], zone: str) -> list[Slot]:
    """Each start once, with the trainer who has most free starts on that day: work is spread evenly. Pure."""
    chosen = []
    for _, group in groupby(sorted(slots), key=lambda slot: local_date(slot.starts_at, zone)):
        of_day = list(group)
        free = {one: sum(slot.trainer_id == one for slot in of_day) for one in {s.trainer_id for s in of_day}}
        for _, same in groupby(of_day, key=lambda slot: slot.starts_at):
            chosen.append(max(same, key=lambda slot: (free[slot.trainer_id], -slot.trainer_id)))
    return chosen


def _free(
    studio: Studio, service: Service, first: date, last: date, wish: Wish, *, now: datetime
) -> list[Slot]:
    first = max(first, local_date(now, studio.zone))
    last = min(last, first + timedelta(days=LONGEST_RANGE))
    if wish.public:
        last = min(last, local_date(now, studio.zone) + timedelta(days=studio.horizon_days))
    trainer_ids = _trainers(studio.id, wish)
    if last < first or not trainer_ids:
        return []
    rooms = _rooms(studio.id) if service.needs_room else []
    hours = hours_of(studio, trainer_ids, first, last)
    taken = _taken(
        studio,
        [*_keys(Resource.TRAINER, trainer_ids), *_keys(Resource.ROOM, rooms)],
        first,
        last,
        wish,
        now=now,
    )
    notice = 0 if wish.walk_in else service.notice_minutes
    grid = Grid(
        origin=minute_of(at_local(first, time.min, studio.zone)),
        step=studio.slot_step_minutes,
        earliest=minute_after(now) + notice,
    )
    return free_of(
        Length(wish.minutes or service.minutes, service.prep_minutes, service.cleanup_minutes),
        grid,
        hours,
        taken,
        rooms=rooms if service.needs_room else None,
        person_ids=wish.person_ids,
    )


def free_of(
    length: Length,
    grid: Grid,
    hours: Hours,
    taken: dict[int, list[Span]],
    *,
    rooms: Sequence[int] | None,
    person_ids: Collection[int] = (),
) -> list[Slot]:
    """The free slots of trainers, given everything that bounds them. Pure.

    `taken` maps a resource key to its joined spans; `rooms` in the order they are preferred, None when none is
    needed.
    """
    opening = joined(hours.opening.values())
    guests = joined(span for one in person_ids for span in taken.get(resource_key(Resource.PERSON, one), []))
    room_spans = [(room, taken.get(resource_key(Resource.ROOM, room), [])) for room in rooms or ()]
    slots = []
    for trainer_id, working in hours.working.items():
        free = minus(working, taken.get(resource_key(Resource.TRAINER, trainer_id), []))
        for start in starts(length, grid, opening, free):
            if not clear_of(guests, length.visit(start)):
                continue
            room = next((room for room, busy in room_spans if clear_of(busy, length.busy(start))), None)
            if room is not None or rooms is None:
                slots.append(Slot(instant(start), trainer_id, room))
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.trainer_id))


def _keys(kind: Resource, ids: Iterable[int]) -> list[int]:
    return [resource_key(kind, one) for one in ids]


def _trainers(studio_id: int, wish: Wish) -> list[int]:
    query = select(Trainer.id).where(Trainer.studio_id == studio_id, Trainer.archived_at.is_(None))
    if wish.trainer_id is not None:
        query = query.where(Trainer.id == wish.trainer_id)
    if wish.women_only:
        query = query.where(Trainer.is_woman)
    if wish.public:
        query = query.where(Trainer.is_public)
    return list(db.session.scalars(query.order_by(Trainer.position, Trainer.id)))


def _rooms(studio_id: int) -> list[int]:
    query = select(Room.id).where(Room.studio_id == studio_id, Room.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Room.position, Room.id)))


def _taken(
    studio: Studio, keys: Sequence[int], first: date, last: date, wish: Wish, *, now: datetime
) -> dict[int, list[Span]]:
    """What is held of trainers, rooms and guests, by resource key. One statement."""
    keys = [*keys, *_keys(Resource.PERSON, wish.person_ids)]
    start = at_local(first, time.min, studio.zone)
    end = at_local(last + timedelta(days=1), time.min, studio.zone)
    query = (
        select(Claim.resource, func.lower(Claim.span), func.upper(Claim.span))
        .outerjoin(Booking, Booking.id == Claim.booking_id)
        .where(claims_of(keys, start, end), not_a_stale_hold(now))
    )
    if wish.without_booking is not None:
        query = query.where(Claim.booking_id.is_distinct_from(wish.without_booking))
    spans: dict[int, list[Span]] = {}
    for resource, from_instant, until_instant in db.session.execute(query):
        spans.setdefault(resource, []).append((minute_of(from_instant), minute_after(until_instant)))
    return {resource: joined(found) for resource, found in spans.items()}
