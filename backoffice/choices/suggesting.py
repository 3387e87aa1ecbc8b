"""Which times to send: free ones that suit the person, and the three to begin with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backoffice.bookings.availability import free_slots
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import Slot
from backoffice.bookings.suggestions import REACH, chosen, habits_of
from backoffice.choices.sending import BEFORE_THE_FIRST, LEAST_TIME, MOST
from backoffice.core.clock import local_date
from backoffice.studio.models import Service, Studio


@dataclass(frozen=True)
class Wish:
    """For whom times are looked for: everybody in the booking that is moved, or one person."""

    studio: Studio
    service: Service
    person_ids: tuple[int, ...]
    women_only: bool = False


def wish_for(studio: Studio, service: Service, person_id: int, booking: Booking | None) -> Wish:
    """What is looked for: free for every guest of a booking, and with a woman where that was wished."""
    if booking is None:
        return Wish(studio, service, (person_id,))
    return Wish(studio, service, tuple(one.person_id for one in guests_of(booking.id)), booking.wants_woman)


def times_of_day(wish: Wish, day: date, *, trainer_id: int | None = None, now: datetime) -> list[Slot]:
    """Every free time of a day that leaves time for an answer, with each trainer."""
    return _free(wish, day, day, trainer_id, now=now)


def suggested_times(
    wish: Wish, person_id: int, day: date, *, trainer_id: int | None = None, now: datetime
) -> list[Slot]:
    """A few times in the two weeks from a day: at the person's usual hours, and spread over days and parts of a day."""
    habits = habits_of(person_id, wish.studio)
    fitting = chosen(_free(wish, day, day + REACH, trainer_id, now=now), habits, wish.studio.zone)
    return sorted([*fitting.usual, *fitting.others])


def first_picks(slots: Sequence[Slot], minutes: int, zone: str) -> list[Slot]:
    """The three to begin with: each on a day of its own as far as there are days, never one into another. Pure."""
    by_day: dict[date, Slot] = {}
    for slot in slots:
        by_day.setdefault(local_date(slot.starts_at, zone), slot)
    picks = list(by_day.values())[:MOST]
    length = timedelta(minutes=minutes)
    for slot in slots:
        if len(picks) < MOST and all(abs(slot.starts_at - one.starts_at) >= length for one in picks):
            picks.append(slot)
    return sorted(picks)


def _free(wish: Wish, first: date, last: date, trainer_id: int | None, *, now: datetime) -> list[Slot]:
    slots = free_slots(
        wish.studio, wish.service, first, last, now=now, trainer_id=trainer_id, women_only=wish.women_only,
        person_ids=wish.person_ids,
    )  # fmt: skip
    near = now + BEFORE_THE_FIRST + LEAST_TIME
    return [slot for slot in slots if slot.starts_at >= near]
