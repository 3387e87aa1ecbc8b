"""The slot picker: a strip of days, the free times of one of them, a choice of trainer. All of it is in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import request, url_for
from flask_babel import gettext as _

from backoffice.bookings.availability import free_slots, nearest, nearest_free
from backoffice.bookings.refusals import NotFree, Slot
from backoffice.core.clock import day_span, local, local_date
from backoffice.staff.models import Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.calendar_days import days, public_holidays
from backoffice.studio.models import Service
from blueprints.support.clock import now, today
from blueprints.support.filters import MONTHS
from blueprints.support.language import language
from blueprints.support.studio import current_studio

STRIP_DAYS = 14
START = "%Y-%m-%dT%H:%MZ"
FARTHEST = timedelta(days=800)
NOON, EVENING = 12, 17


@dataclass(frozen=True)
class Wish:
    """Whom the visitor would like: a named trainer, a woman, or anyone. `instead_of` is a booking about to be moved,
    `held` the start it has now and whose time that is: no move leads there."""

    trainers: list[Trainer]
    trainer: Trainer | None = None
    woman: bool = False
    instead_of: int | None = None
    held: tuple[datetime, int] | None = None

    @property
    def trainer_id(self) -> int | None:
        """The named trainer's id."""
        return self.trainer.id if self.trainer else None

    @property
    def offers_women(self) -> bool:
        """Whether asking for a woman means anything here."""
        return any(one.is_woman for one in self.trainers)

    def values(self) -> dict[str, str]:
        """The wish as parts of an address."""
        return {"trainer": self.trainer.slug} if self.trainer else {"women": "1"} if self.woman else {}


@dataclass(frozen=True)
class DayChoice:
    """One day of the strip."""

    day: date
    has_slots: bool
    holiday: str
    month: str


@dataclass(frozen=True)
class Picker:
    """All that the picker shows. `parts` are (words, starts) of the day; `chosen` is the endpoint that takes a time."""

    wish: Wish
    endpoint: str
    chosen: str
    fixed: Mapping[str, str]
    days: list[DayChoice]
    day: date
    parts: list[tuple[str, list[datetime]]]
    earlier: date | None
    later: date | None
    next_free: date | None

    def url(self, **changes: object) -> str:
        """The address of this picker with something chosen otherwise."""
        return url_for(
            self.endpoint, **{**self.fixed, "day": self.day.isoformat(), **self.wish.values(), **changes}
        )

    def pick_url(self, starts_at: datetime) -> str:
        """Where the button of a time leads."""
        return url_for(self.chosen, **self.fixed, at=write_start(starts_at), **self.wish.values())

    def window_url(self, begins: date) -> str:
        """The fortnight that holds a day, at its first free day."""
        values = {**self.fixed, "from": begins.isoformat(), **self.wish.values()}
        return url_for(self.endpoint, **values)

    def wish_url(self, **wish: str) -> str:
        """The same day with another wish about the trainer."""
        return url_for(self.endpoint, **{**self.fixed, "day": self.day.isoformat(), **wish})


def read_wish(
    values: Mapping[str, str], *, instead_of: int | None = None, held: tuple[datetime, int] | None = None
) -> Wish:
    """The wish in an address. An unknown trainer means anyone."""
    offered = trainers(current_studio().id, public_only=True)
    named = next((one for one in offered if one.slug == values.get("trainer")), None)
    woman = named is None and values.get("women") == "1" and any(one.is_woman for one in offered)
    return Wish(offered, named, woman, instead_of, held)


def show_picker(
    service: Service,
    wish: Wish,
    values: Mapping[str, str],
    *,
    endpoint: str,
    chosen: str,
    fixed: Mapping[str, str],
) -> Picker:
    """Work out the fortnight and the day that an address asks for; nonsense means the first free day."""
    last = today() + timedelta(days=current_studio().horizon_days)
    asked = read_day(values.get("day"), last)
    begins = _strip_start(asked or read_day(values.get("from"), last) or today())
    ends = min(begins + timedelta(days=STRIP_DAYS - 1), last)
    by_day = _starts_by_day(slots_between(service, wish, begins, ends))
    day = asked or min(by_day, default=begins)
    holidays = public_holidays(begins, ends, language())
    return Picker(
        wish=wish,
        endpoint=endpoint,
        chosen=chosen,
        fixed=fixed,
        days=[
            DayChoice(one, one in by_day, holidays.get(one, ""), _month(one, begins))
            for one in days(begins, ends)
        ],
        day=day,
        parts=_parts_of_day(by_day.get(day, [])),
        earlier=begins - timedelta(days=STRIP_DAYS) if begins > today() else None,
        later=ends + timedelta(days=1) if ends < last else None,
        next_free=None if day in by_day else _next_free(service, wish, day, by_day),
    )


def slots_between(service: Service, wish: Wish, first: date, last: date) -> list[Slot]:
    """The free slots that fit a wish, but for the time that is to be moved; at it only another named trainer is."""
    free = free_slots(
        current_studio(),
        service,
        first,
        last,
        now=now(),
        trainer_id=wish.trainer_id,
        women_only=wish.woman,
        public=True,
        without_booking=wish.instead_of,
    )
    if wish.held is None:
        return free
    starts_at, whose = wish.held
    is_other = wish.trainer_id is not None and wish.trainer_id != whose
    return [slot for slot in free if slot.starts_at != starts_at or is_other]


def slot_at(service: Service, wish: Wish, starts_at: datetime, *, rather: int | None = None) -> Slot | None:
    """The slot that begins at an instant and fits the wish, `rather` with that trainer; None when it has gone."""
    day = local_date(starts_at, current_studio().zone)
    then = [slot for slot in slots_between(service, wish, day, day) if slot.starts_at == starts_at]
    return next(iter(nearest(then, starts_at, rather, 1)), None)


def chosen_start(*, instead_of: int | None = None) -> tuple[Wish, datetime | None]:
    """Wish and time that a form was sent with: those of its address, or of the offer whose button was pressed."""
    other, _sep, trainer = request.form.get("other", "").partition("~")
    if not other:
        return read_wish(request.args, instead_of=instead_of), read_start(request.args.get("at"))
    values = {**request.args, "trainer": trainer} if trainer else request.args
    return read_wish(values, instead_of=instead_of), read_start(other)


def nearest_offers(refusal: NotFree, wish: Wish) -> list[tuple[str, datetime, Trainer | None]]:
    """(button value, start, trainer where one was named) of the free times that a refusal offers instead."""
    known = {one.id: one for one in wish.trainers}
    offers = {}
    for slot in refusal.nearest:
        if slot.trainer_id not in known:
            continue
        named = known[slot.trainer_id] if wish.trainer else None
        value = write_start(slot.starts_at) + (f"~{named.slug}" if named else "")
        offers[value] = (value, slot.starts_at, named)
    return list(offers.values())


def read_start(text: str | None) -> datetime | None:
    """An instant from an address; None for anything else, and for times nobody can book."""
    try:
        at = datetime.strptime(text or "", START).replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if abs(at - now()) < FARTHEST else None


def write_start(starts_at: datetime) -> str:
    """An instant as the addresses of these pages carry it."""
    return starts_at.astimezone(UTC).strftime(START)


def read_day(text: str | None, last: date) -> date | None:
    """A day from an address that can be booked, else None."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if today() <= day <= last else None


def _strip_start(day: date) -> date:
    return today() + timedelta(days=(day - today()).days // STRIP_DAYS * STRIP_DAYS)


def _starts_by_day(slots: list[Slot]) -> dict[date, list[datetime]]:
    zone, by_day = current_studio().zone, dict[date, list[datetime]]()
    for starts_at in sorted({slot.starts_at for slot in slots}):
        by_day.setdefault(local_date(starts_at, zone), []).append(starts_at)
    return by_day


def _month(day: date, begins: date) -> str:
    """The month, said once at the beginning of the strip and of each month."""
    if day != begins and day.day != 1:
        return ""
    return f"{day.month}月" if language() == "ja" else MONTHS[day.month - 1]


def _parts_of_day(starts: list[datetime]) -> list[tuple[str, list[datetime]]]:
    zone = current_studio().zone
    hours = [(local(at, zone).hour, at) for at in starts]
    parts = [
        (_("Morning"), [at for hour, at in hours if hour < NOON]),
        (_("Afternoon"), [at for hour, at in hours if NOON <= hour < EVENING]),
        (_("Evening"), [at for hour, at in hours if hour >= EVENING]),
    ]
    return [part for part in parts if part[1]]


def _next_free(service: Service, wish: Wish, day: date, by_day: dict[date, list[datetime]]) -> date | None:
    """The next day with a free time after an empty one; the one before it when there is none later."""
    later = [one for one in by_day if one > day]
    if later:
        return min(later)
    zone = current_studio().zone
    slots = nearest_free(
        current_studio(),
        service,
        day_span(day, zone)[1],
        now=now(),
        trainer_id=wish.trainer_id,
        women_only=wish.woman,
        public=True,
        without_booking=wish.instead_of,
    )
    found = sorted(local_date(slot.starts_at, zone) for slot in slots)
    return next((one for one in found if one > day), found[0] if found else None)
