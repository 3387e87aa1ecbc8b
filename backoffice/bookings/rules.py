"""The rules a booking has to keep: opening, shift, notice, preparation, deadlines. A manager may waive them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from backoffice.bookings.guests import Guest, barred
from backoffice.bookings.models import Booking, BookingChannel, BookingState
from backoffice.bookings.refusals import (
    CANCEL_DEADLINE,
    CHANGE_DEADLINE,
    CLOSED_DAY,
    IN_THE_PAST,
    OUTSIDE_OPENING,
    OUTSIDE_SHIFT,
    TOO_SOON,
    Barred,
    NotFree,
    OutsideHours,
    Rule,
    TooLate,
    Waiver,
)
from backoffice.bookings.spans import Length, inside, instant, joined, minute_of
from backoffice.bookings.working_time import hours_of
from backoffice.core.clock import local, local_date
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.studio.models import Service, Studio

JUST_NOW = timedelta(minutes=30)
"""A guest who walked in may be written down after they sat down."""
FARTHEST = timedelta(days=731)
LENGTHS = range(10, 241, 5)


class Broken(NamedTuple):
    """A rule that a wish breaks, and how to say so."""

    rule: Rule
    refusal: NotFree


def check_instant(starts_at: datetime, *, now: datetime) -> None:
    """Refuse (Invalid) what is no time to book at: without a zone, not a whole minute, years away."""
    if (
        starts_at.tzinfo is None
        or starts_at.second
        or starts_at.microsecond
        or abs(starts_at - now) > FARTHEST
    ):
        raise Invalid(N_("Please choose a day and a time."), field="starts_at")


def broken_rules(
    studio: Studio,
    service: Service,
    trainer_id: int,
    starts_at: datetime,
    *,
    minutes: int,
    walk_in: bool,
    now: datetime,
) -> list[Broken]:
    """Which rules a visit of `minutes` breaks, the weightiest first. Three statements."""
    return [
        *_time_ahead(service, starts_at, walk_in=walk_in, now=now),
        *_hours(studio, service, trainer_id, starts_at, minutes),
    ]


def unwelcome(guests: Sequence[Guest]) -> list[Broken]:
    """The guests who are barred, as a rule that a manager may waive."""
    return [Broken(Rule.BARRED, Barred(field=None, who=one.shown_name)) for one in barred(guests)]


def is_walk_in(channel: str) -> bool:
    """A guest who stands at the desk needs no notice; who calls or writes does."""
    return channel == BookingChannel.DESK


def insist(broken: Iterable[Broken], waiver: Waiver | None) -> frozenset[Rule]:
    """Raise the first broken rule unless a manager waives it; answer the rules waived."""
    broken = list(broken)
    if broken and waiver is None:
        raise broken[0].refusal
    return frozenset(one.rule for one in broken)


def check_waiver(waiver: Waiver | None) -> None:
    """Refuse (Invalid) a waiver without a reason."""
    if waiver is not None and not waiver.reason.strip():
        raise Invalid(N_("Please say why the rule is waived."), field="waiver")


def length_of(booking: Booking) -> int:
    """How long a booking lasts, in minutes; the desk may have made it longer or shorter than its service."""
    return int((booking.ends_at - booking.starts_at).total_seconds() // 60)


def checked_length(minutes: int) -> int:
    """The length of a visit in minutes, refused (Invalid) outside of `LENGTHS` or off the five minutes."""
    if minutes not in LENGTHS:
        raise Invalid(N_("A visit lasts from 10 minutes to 4 hours, in steps of 5."), field="minutes")
    return minutes


def change_until(booking: Booking, service: Service) -> datetime:
    """The last instant at which a client may move a booking without calling."""
    return booking.starts_at - timedelta(hours=service.change_until_hours)


def cancel_until(booking: Booking, service: Service) -> datetime:
    """The last instant at which a client may cancel a booking without calling."""
    return booking.starts_at - timedelta(hours=service.cancel_until_hours)


def check_change_deadline(booking: Booking, service: Service, *, now: datetime) -> None:
    """Refuse (TooLate) a client's change after the deadline of the service."""
    if now > change_until(booking, service):
        raise TooLate(CHANGE_DEADLINE, hours=service.change_until_hours)


def check_cancel_deadline(booking: Booking, service: Service, *, now: datetime) -> None:
    """Refuse (TooLate) a client's cancelling after the deadline of the service."""
    if is_late_to_cancel(booking, service, now=now):
        raise TooLate(CANCEL_DEADLINE, hours=service.cancel_until_hours)


def is_late_to_cancel(booking: Booking, service: Service, *, now: datetime) -> bool:
    """Whether cancelling now is a late cancel (直前キャンセル)."""
    return now > cancel_until(booking, service)


def state_if_cancelled(booking: Booking, service: Service, *, by_gym: bool, now: datetime) -> BookingState:
    """What a booking becomes when it is called off now; a tentative one is never late. Pure."""
    if by_gym:
        return BookingState.CANCELLED_BY_GYM
    is_late = booking.state != BookingState.HELD and is_late_to_cancel(booking, service, now=now)
    return BookingState.LATE_CANCELLED if is_late else BookingState.CANCELLED


def _time_ahead(service: Service, starts_at: datetime, *, walk_in: bool, now: datetime) -> list[Broken]:
    if starts_at < now - JUST_NOW or (starts_at < now and not walk_in):
        return [Broken(Rule.NOTICE, TooLate(IN_THE_PAST))]
    if not walk_in and starts_at < now + timedelta(minutes=service.notice_minutes):
        return [Broken(Rule.NOTICE, TooLate(TOO_SOON, minutes=service.notice_minutes))]
    return []


def _hours(
    studio: Studio, service: Service, trainer_id: int, starts_at: datetime, minutes: int
) -> list[Broken]:
    day = local_date(starts_at, studio.zone)
    hours = hours_of(studio, [trainer_id], day, day)
    length = Length(minutes, service.prep_minutes, service.cleanup_minutes)
    start, opening, working = minute_of(starts_at), hours.opening.get(day), hours.working[trainer_id]
    if opening is None:
        return [Broken(Rule.SHIFT, OutsideHours(CLOSED_DAY))]
    if not inside([opening], length.visit(start)):
        opens, closes = (f"{local(instant(minute), studio.zone):%H:%M}" for minute in opening)
        return [Broken(Rule.SHIFT, OutsideHours(OUTSIDE_OPENING, start=opens, end=closes))]
    if inside(joined(working), length.busy(start)):
        return []
    rule = Rule.PREPARATION if inside(joined(working), length.visit(start)) else Rule.SHIFT
    return [Broken(rule, OutsideHours(OUTSIDE_SHIFT))]
