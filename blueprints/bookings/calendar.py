"""The calendar: days by trainer or room, weeks, months and lists, and its data."""

import json
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.calendar_feed import Event, Shade, absences, closed_times, events
from backoffice.bookings.models import BookingState
from backoffice.core.language import pick
from backoffice.staff.permissions import Permission
from backoffice.studio.calendar_days import opening_hours, public_holidays
from backoffice.studio.models import SpecialDay
from backoffice.studio.queries import special_days
from blueprints.bookings.days import asked_day, holiday
from blueprints.bookings.offered import offered
from blueprints.bookings.reader import reading_trainer
from blueprints.bookings.words import STATE_WORDS
from blueprints.studio.forms import KIND_WORDS
from blueprints.support.access import permit
from blueprints.support.filters import own_name
from blueprints.support.kept import kept
from blueprints.support.language import language
from blueprints.support.studio import current_studio

calendar = Blueprint("calendar", __name__)

MOVABLE = (BookingState.HELD, BookingState.BOOKED)


@calendar.get("/calendar")
@permit(Permission.CALENDAR_VIEW)
def show() -> ResponseReturnValue:
    """A day of all trainers; without a script the same bookings as a list."""
    studio, day, reading = current_studio(), asked_day(), reading_trainer()
    columns = offered().trainers
    opens, closes, scroll = _hours(studio.id, day)
    return render_template(
        "bookings/calendar.html",
        day=day,
        holiday=holiday(day),
        trainers=columns,
        columns=[{"id": trainer.id, "title": own_name(trainer)} for trainer in columns],
        rooms=[{"id": room.id, "title": own_name(room)} for room in offered().rooms],
        events=events(studio.id, day, day + timedelta(days=1), studio.zone, reader=reading),
        reading=reading,
        zone=_offset(day),
        opens=opens,
        closes=closes,
        scroll=scroll,
        kinds=KIND_WORDS,
        states=STATE_WORDS,
    )


@calendar.get("/calendar/events")
@permit(Permission.CALENDAR_VIEW)
def feed() -> ResponseReturnValue:
    """Bookings and unbookable time from `from` until before `to`, as JSON; 304 as long as nothing changed."""
    studio, first = current_studio(), asked_day("from")
    last = max(asked_day("to"), first + timedelta(days=1))
    offset, reader = _offset(first), language()
    words = {state.value: str(word) for state, word in STATE_WORDS.items()}
    closed = kept(("closed", first, last), lambda: closed_times(studio.id, first, last))
    shades = [*closed, *absences(studio.id, first, last, studio.zone)]
    items = [_shade(shade, offset) for shade in shades]
    special = kept(("special", first, last), lambda: special_days(studio.id, first, last))
    items += [_note(day, title) for day, title in _notes(special, first, last, reader)]
    own = reading_trainer()
    found = events(studio.id, first, last, studio.zone, reader=own)
    items += [_event(event, offset, reader, words, own) for event in found]
    body = json.dumps(items, ensure_ascii=False, separators=(",", ":"))
    response = Response(body, mimetype="application/json")
    response.add_etag()
    return response.make_conditional(request)


def _event(
    event: Event, offset: str, reader: str, words: dict[str, str], own: int | None
) -> dict[str, object]:
    """A booking for the calendar; `own` is the trainer whose bookings alone may be opened (None: all)."""
    opens = own in (None, event.trainer_id)
    room = pick(reader, event.room_ja or "", event.room_en or "")
    service = pick(reader, event.service_ja, event.service_en)
    return {
        "id": event.id,
        "trainer_id": event.trainer_id,
        "room_id": event.room_id,
        "start": event.start + offset,
        "end": event.end + offset,
        "title": "・".join(event.names or ()) if opens else _("Booked"),
        "kind": event.kind,
        "state": event.state,
        "state_word": words[event.state],
        "what": f"{service} · {room}" if room else service,
        "mark": "指" if event.is_named and reader == "ja" else "★" if event.is_named else "",
        "url": f"/bookings/{event.id}" if opens else None,
        "version": event.version,
        "is_movable": event.state in MOVABLE,
    }


def _shade(shade: Shade, offset: str) -> dict[str, object]:
    return {
        "trainer_id": shade.trainer_id,
        "room_id": shade.room_id,
        "start": shade.start + offset,
        "end": shade.end + offset,
        "title": shade.reason,
        "is_block": True,
    }


def _note(day: date, title: str) -> dict[str, object]:
    return {"start": day.isoformat(), "title": title, "is_note": True}


def _notes(special: list[SpecialDay], first: date, last: date, reader: str) -> list[tuple[date, str]]:
    """What the days are called: closing and short days of the studio, public holidays."""
    found = [(day, name) for day, name in public_holidays(first, last - timedelta(days=1), reader).items()]
    for one in special:
        name = pick(reader, one.name_ja, one.name_en)
        hours = _("closed") if one.opens_at is None else f"{one.opens_at:%H:%M}–{one.closes_at:%H:%M}"
        found.append((one.day, f"{name} {hours}".strip()))
    return sorted(found)


def _offset(day: date) -> str:
    """The studio's distance from UTC on a day, as +09:00."""
    at_noon = datetime.combine(day, time(12), ZoneInfo(current_studio().zone))
    return at_noon.isoformat()[-6:]


def _hours(studio_id: int, day: date) -> tuple[str, str, str]:
    """The hours the day's columns cover (a little more than ever open), and where they are scrolled to."""
    week = kept("opening hours", lambda: opening_hours(studio_id))
    if not week:
        return "06:00", "24:00", "09:00"
    first = max(0, min(opens.hour for opens, _closes in week.values()) - 1)
    last = min(24, max(closes.hour + (1 if closes.minute else 0) for _opens, closes in week.values()) + 1)
    opens_at = week.get(day.weekday(), (time(first), None))[0]
    return f"{first:02}:00", f"{last:02}:00", f"{opens_at:%H:%M}"
