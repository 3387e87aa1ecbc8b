"""A trainer's bookings as a calendar that phones subscribe to (RFC 5545). It says when and where, not who.

The file lies on devices and servers that are not ours, so guests are initials; no phone, health or note is read at all.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar
from icalendar import Event as CalendarEntry
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from backoffice.bookings.models import CANCELLED_STATES, Booking, BookingState, Participant
from backoffice.core.audit import AuditLine
from backoffice.core.clock import day_span, local_date
from backoffice.core.contact import initials
from backoffice.core.db import fetch
from backoffice.core.language import N_, pick, translate
from backoffice.core.links import site_host
from backoffice.people.models import Person
from backoffice.studio.models import Room, Studio

DAYS_BACK, DAYS_AHEAD = timedelta(days=30), timedelta(days=180)
PRODUCT = "-//backoffice//trainer feed//EN"
ASK_AGAIN = timedelta(minutes=15)
STATUS = {BookingState.HELD.value: "TENTATIVE"} | {state.value: "CANCELLED" for state in CANCELLED_STATES}
UNNAMED = N_("Guest")

_READINGS = (
    select(
        func.array_agg(
            aggregate_order_by(func.coalesce(func.nullif(Person.kana, ""), Person.name), Participant.position)
        )
    )
    .join(Person, Person.id == Participant.person_id)
    .where(Participant.booking_id == Booking.id)
    .scalar_subquery()
)
# A booking keeps no time of its last change; its audit does, and every change that guests hear of is in it.
_CHANGED_AT = (
    select(func.max(AuditLine.at))
    .where(AuditLine.subject_kind == "booking", AuditLine.subject_id == Booking.id)
    .scalar_subquery()
)


class _Row(NamedTuple):
    """A booking as the feed tells of it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    state: str
    version: int
    changed_at: datetime
    readings: list[str] | None
    room_ja: str | None
    room_en: str | None


def trainer_calendar(studio: Studio, trainer_id: int, language: str, *, now: datetime) -> bytes:
    """The iCalendar file of a trainer: bookings from 30 days back to 180 days ahead, cancelled ones too.

    One statement. The same bookings give the same bytes all day, so their fingerprint tells whether anything changed.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", pick(language, studio.name_ja, studio.name_en))
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for row in _rows(studio, trainer_id, now=now):
        calendar.add_component(_entry(row, language))
    return bytes(calendar.to_ical())


def _rows(studio: Studio, trainer_id: int, *, now: datetime) -> list[_Row]:
    today = local_date(now, studio.zone)
    begin = day_span(today - DAYS_BACK, studio.zone)[0]
    end = day_span(today + DAYS_AHEAD, studio.zone)[1]
    query = (
        select(
            Booking.id, Booking.starts_at, Booking.ends_at, Booking.state, Booking.version,
            func.coalesce(_CHANGED_AT, Booking.created_at), _READINGS, Room.name_ja, Room.name_en,
        )
        .outerjoin(Room, Room.id == Booking.room_id)
        .where(
            Booking.studio_id == studio.id, Booking.trainer_id == trainer_id,
            Booking.starts_at >= begin, Booking.starts_at < end,
        )
        .order_by(Booking.starts_at, Booking.id)
    )  # fmt: skip
    return [_Row._make(row) for row in fetch(query)]


def _entry(row: _Row, language: str) -> CalendarEntry:
    """One booking. The identifier never changes and the sequence only grows, so a moved booking moves on the phone."""
    entry = CalendarEntry()
    entry.add("uid", f"booking-{row.id}@{site_host()}")
    entry.add("sequence", row.version)
    entry.add("dtstamp", row.changed_at)
    entry.add("last-modified", row.changed_at)
    entry.add("dtstart", row.starts_at)
    entry.add("dtend", row.ends_at)
    entry.add("summary", _summary(row, language))
    entry.add("status", STATUS.get(row.state, "CONFIRMED"))
    return entry


def _summary(row: _Row, language: str) -> str:
    guests = " & ".join(initials(one) or translate(UNNAMED, language) for one in row.readings or ())
    return " · ".join(filter(None, [guests, pick(language, row.room_ja or "", row.room_en or "")]))
