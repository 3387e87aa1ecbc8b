"""What messages about a booking say, read when they are claimed, and whether they are still true."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, select

from backoffice.bookings import guest_calendar
from backoffice.bookings.models import (
    CANCELLED_STATES,
    Attendance,
    Booking,
    BookingState,
    Participant,
    Series,
)
from backoffice.bookings.queries import manage_path
from backoffice.core.db import db
from backoffice.core.language import N_, pick
from backoffice.core.links import absolute
from backoffice.line.paths import connect_path
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.people.models import Person
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service, ServiceKind, Studio

BOOKING_KINDS = (
    Kind.BOOKING_CONFIRMED,
    Kind.BOOKING_MOVED,
    Kind.BOOKING_CANCELLED,
    Kind.REMINDER_DAY_BEFORE,
    Kind.REMINDER_TWO_HOURS,
)

WITH_CALENDAR = (Kind.BOOKING_CONFIRMED, Kind.BOOKING_MOVED, Kind.BOOKING_CANCELLED)
"""What tells of a time for the first time, or that it holds no more, brings a file for the guest's own calendar."""

GONE = N_("The booking is no longer on file for this person.")
CHANGED = N_("The booking was changed since.")
NOT_BOOKED = N_("The booking is no longer ahead.")
NOT_CANCELLED = N_("The booking is no longer cancelled.")
BEGUN = N_("The booking has begun.")
SERIES_CHANGED = N_("The series was changed since.")


class Visit(NamedTuple):
    """A booking as one of its guests sees it."""

    booking: Booking
    participant: Participant
    service: Service
    trainer: Trainer


def booking_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The booking as it is now. Not wanted when it was moved, cancelled, restored or has begun meanwhile."""
    visit = _visit(message)
    if visit is None:
        return NotWanted(GONE)
    if (reason := _untrue(message, visit, now)) is not None:
        return NotWanted(reason)
    values = {
        "booking": _words(visit, message.language, now),
        "book_url": absolute("/book"),
        "line_url": _line_url(visit.participant, message),
    }
    return Facts(values, calendar=_calendar(visit, message, now))


def series_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The dates of a series that are ahead, as they are now. Not wanted once the series was changed again.

    The file for the guest's calendar holds the dates that were cancelled as well, so that they leave it.
    """
    series = db.session.get(Series, message.values.get("series_id"), populate_existing=True)
    if series is None or series.version != message.values.get("version"):
        return NotWanted(SERIES_CHANGED)
    rows = db.session.execute(
        select(
            Booking.id,
            Booking.version,
            Booking.starts_at,
            Booking.ends_at,
            Booking.state,
            Trainer.name_ja,
            Trainer.name_en,
        )
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .where(
            Booking.series_id == series.id,
            Booking.state.in_((BookingState.BOOKED, *CANCELLED_STATES)),
            Booking.starts_at > now,
        )
        .order_by(Booking.starts_at)
    ).all()
    service = db.session.get_one(Service, series.service_id)
    name = pick(message.language, service.name_ja, service.name_en)
    dates = [
        {
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "trainer": pick(message.language, row.name_ja, row.name_en),
        }
        for row in rows
        if row.state == BookingState.BOOKED
    ]
    is_online = service.kind == ServiceKind.ONLINE
    visits = [
        guest_calendar.Visit(
            row.id, row.version, row.starts_at, row.ends_at, name, is_online, row.state != BookingState.BOOKED
        )
        for row in rows
    ]
    studio = db.session.get_one(Studio, series.studio_id)
    calendar = guest_calendar.guest_calendar(studio, visits, message.language, now=now) if visits else ""
    return Facts({"series": {"service": name, "dates": dates}}, calendar=calendar)


def example_words(studio_id: int, person_id: int, language: str, *, now: datetime) -> dict[str, Any] | None:
    """What a message would say of somebody's next booking, else of their last one; None without any.

    For previews: without the link, which acts for them.
    """
    ahead = case((Booking.starts_at > now, Booking.starts_at))
    row = db.session.execute(
        select(Booking, Participant, Service, Trainer)
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .where(Booking.studio_id == studio_id, Participant.person_id == person_id)
        .order_by(ahead.asc().nulls_last(), Booking.starts_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    words = _words(Visit(*row), language, now)
    del words["manage_url"]
    return words


def _visit(message: Message) -> Visit | None:
    row = db.session.execute(
        select(Booking, Participant, Service, Trainer)
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .where(Booking.id == message.booking_id, Participant.person_id == message.person_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else Visit(*row)


def _untrue(message: Message, visit: Visit, now: datetime) -> str | None:
    booking = visit.booking
    if booking.version != message.booking_version:
        return CHANGED
    if message.kind == Kind.BOOKING_CANCELLED:
        return None if booking.state in CANCELLED_STATES else NOT_CANCELLED
    if booking.state != BookingState.BOOKED or visit.participant.attendance == Attendance.NO_SHOW:
        return NOT_BOOKED
    return BEGUN if booking.starts_at <= now else None


def _line_url(participant: Participant, message: Message) -> str:
    """The page on which the guest connects LINE; nothing when that is done, or the gym has no account.

    Without a channel for LINE it is left out when the message is judged (`messaging.judging`).
    """
    row = db.session.execute(
        select(Studio.line_id, Person.line_user_id)
        .join(Person, Person.id == participant.person_id)
        .where(Studio.id == message.studio_id)
    ).one()
    return absolute(connect_path(participant.person_id)) if row.line_id and not row.line_user_id else ""


def _calendar(visit: Visit, message: Message, now: datetime) -> str:
    """The booking for the guest's own calendar, where the kind brings one."""
    if message.kind not in WITH_CALENDAR:
        return ""
    booking, _participant, service, _trainer = visit
    entry = guest_calendar.Visit(
        booking.id, booking.version, booking.starts_at, booking.ends_at,
        pick(message.language, service.name_ja, service.name_en), service.kind == ServiceKind.ONLINE,
        message.kind == Kind.BOOKING_CANCELLED,
    )  # fmt: skip
    studio = db.session.get_one(Studio, booking.studio_id)
    return guest_calendar.guest_calendar(studio, [entry], message.language, now=now)


def _words(visit: Visit, language: str, now: datetime) -> dict[str, Any]:
    booking, participant, service, trainer = visit
    may_cancel = booking.starts_at - timedelta(hours=service.cancel_until_hours) > now
    sizes = (participant.wear_size, f"{participant.shoe_cm} cm" if participant.shoe_cm else "")
    return {
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "service": pick(language, service.name_ja, service.name_en),
        "trainer": pick(language, trainer.name_ja, trainer.name_en),
        "fee_yen": 0 if participant.fee_received_at else participant.fee_yen,
        "is_online": service.kind == ServiceKind.ONLINE,
        "needs_wear": participant.needs_wear,
        "wear": " / ".join(size for size in sizes if size),
        "cancel_until_hours": service.cancel_until_hours if may_cancel else 0,
        "by_gym": booking.state == BookingState.CANCELLED_BY_GYM,
        "manage_url": absolute(manage_path(participant)),
    }
