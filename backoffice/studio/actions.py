"""What changes the studio: its own data, services, rooms and weekly opening hours."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import parse_phone
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.studio import editing
from backoffice.studio.defaults import ROOMS, SERVICES, WEEKDAY_HOURS, WEEKEND_HOURS
from backoffice.studio.models import OpeningHours, Room, Service, Studio
from backoffice.studio.queries import opening_hours

WeekHours = Mapping[int, tuple[time, time]]
"""Opening and closing time by weekday (0 = Monday); a weekday that is missing is closed."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def found_studio(name_ja: str, name_en: str, *, by: Actor, now: datetime) -> Studio:
    """Create a studio with the default services, rooms and opening hours."""
    studio = Studio(name_ja=name_ja, name_en=name_en)
    db.session.add(studio)
    db.session.flush()
    for position, service in enumerate(SERVICES):
        db.session.add(Service(studio_id=studio.id, position=position, **service))
    for position, room in enumerate(ROOMS):
        db.session.add(Room(studio_id=studio.id, position=position, **room))
    for weekday in range(7):
        opens_at, closes_at = WEEKEND_HOURS if weekday >= 5 else WEEKDAY_HOURS
        db.session.add(
            OpeningHours(studio_id=studio.id, weekday=weekday, opens_at=opens_at, closes_at=closes_at)
        )
    record(
        "studio.founded", "studio", studio.id, by=by, now=now, after={"name_ja": name_ja, "name_en": name_en}
    )
    return studio


def update_studio(
    studio_id: int, changes: Mapping[str, Any], *, version: int | None, by: Actor, now: datetime
) -> Studio:
    """Change what the studio says about itself; the phone is kept in E.164, as a tap dials it.

    Refuses (Invalid) a phone that cannot be dialled and a map link that is not a web address.
    """
    studio = editing.locked(Studio, studio_id)
    if "phone" in changes:
        changes = {**changes, "phone": _dialled(str(changes["phone"]))}
    map_url = str(changes.get("map_url", ""))
    if map_url and urlsplit(map_url).scheme not in {"http", "https"}:
        raise Invalid(N_("Please give an address that begins with https://."), field="map_url")
    forgave = studio.forgives_first_late_cancel
    editing.change(studio, changes, "studio", version=version, by=by, now=now)
    if studio.forgives_first_late_cancel != forgave:
        studio.forgiving_changed_at = now
    return studio


def _dialled(text: str) -> str:
    """A phone as it is dialled from anywhere, or none."""
    if not text:
        return ""
    phone = parse_phone(text)
    if phone is None:
        raise Invalid(N_("This phone number cannot be read: %(text)s"), field="phone", text=text)
    return phone.e164


def add_service(studio_id: int, slug: str, values: Mapping[str, Any], *, by: Actor, now: datetime) -> Service:
    """Add a service that can be booked. Refuses a short name that is taken or has other than a-z, 0-9 and hyphens."""
    check_slug(slug)
    taken = select(Service.id).where(Service.studio_id == studio_id, Service.slug == slug)
    if db.session.scalar(taken) is not None:
        raise Invalid(N_("This short name is already in use."), field="slug")
    _check_service(values)
    service = Service(studio_id=studio_id, slug=slug, position=_next_position(Service, studio_id), **values)
    db.session.add(service)
    db.session.flush()
    record("service.added", "service", service.id, by=by, now=now, after={"slug": slug, **values})
    return service


def update_service(
    service_id: int, changes: Mapping[str, Any], *, version: int | None, by: Actor, now: datetime
) -> Service:
    """Change a service. Bookings already made keep the times they were made with."""
    service = editing.locked(Service, service_id)
    _check_service(changes)
    editing.change(service, changes, "service", version=version, by=by, now=now)
    return service


def check_slug(slug: str) -> None:
    """Refuse a short name that would not look well in an address."""
    if not SLUG.fullmatch(slug):
        raise Invalid(N_("Please use small letters a to z, digits and hyphens only."), field="slug")


def _check_service(values: Mapping[str, Any]) -> None:
    if values.get("is_public") and values.get("minutes", 0) > 240:
        raise Invalid(N_("A service offered to visitors can last four hours at most."), field="minutes")


def add_room(studio_id: int, name_ja: str, name_en: str, *, by: Actor, now: datetime) -> Room:
    """Add a room for one booking at a time. Refuses (Invalid) a name that is taken."""
    editing.check_name_is_new(Room, name_ja, Room.studio_id == studio_id)
    room = Room(
        studio_id=studio_id, name_ja=name_ja, name_en=name_en, position=_next_position(Room, studio_id)
    )
    db.session.add(room)
    db.session.flush()
    record("room.added", "room", room.id, by=by, now=now, after={"name_ja": name_ja, "name_en": name_en})
    return room


def update_room(
    room_id: int, changes: Mapping[str, Any], *, version: int | None, by: Actor, now: datetime
) -> Room:
    """Rename a room or change its place in the order. Refuses (Invalid) a name that is taken."""
    room = editing.locked(Room, room_id)
    editing.check_name_is_new(
        Room, changes.get("name_ja", room.name_ja), Room.studio_id == room.studio_id, but=room.id
    )
    editing.change(room, changes, "room", version=version, by=by, now=now)
    return room


def archive_service(service_id: int, *, by: Actor, now: datetime) -> None:
    """Stop offering a service; its bookings stay."""
    editing.archive(editing.locked(Service, service_id), "service", by=by, now=now)


def restore_service(service_id: int, *, by: Actor, now: datetime) -> None:
    """Offer a service again."""
    editing.restore(editing.locked(Service, service_id), "service", by=by, now=now)


def archive_room(room_id: int, *, by: Actor, now: datetime) -> None:
    """Stop using a room; its bookings stay."""
    editing.archive(editing.locked(Room, room_id), "room", by=by, now=now)


def restore_room(room_id: int, *, by: Actor, now: datetime) -> None:
    """Use a room again. Refuses (Invalid) a name that is taken by now."""
    room = editing.locked(Room, room_id)
    editing.check_name_is_new(Room, room.name_ja, Room.studio_id == room.studio_id, but=room.id)
    editing.restore(room, "room", by=by, now=now)


def set_opening_hours(
    studio_id: int, week: WeekHours, *, version: int | None, by: Actor, now: datetime
) -> None:
    """Set the weekly hours, all seven days at once. Refuses a day that closes before it opens; raises `Stale`.

    The hours belong to the studio, so its version guards them.
    """
    for weekday, (opens_at, closes_at) in week.items():
        if opens_at >= closes_at:
            raise Invalid(N_("The closing time must be after the opening time."), field=f"closes_{weekday}")
    studio = editing.locked(Studio, studio_id)
    check_version(studio.version, version)
    before = {row.weekday: row for row in opening_hours(studio_id)}
    old = {weekday: (row.opens_at, row.closes_at) for weekday, row in before.items()}
    if old == dict(week):
        return
    for weekday, row in before.items():
        if weekday not in week:
            db.session.delete(row)
    for weekday, (opens_at, closes_at) in week.items():
        row = before.get(weekday) or OpeningHours(studio_id=studio_id, weekday=weekday)
        row.opens_at, row.closes_at = opens_at, closes_at
        db.session.add(row)
    studio.version += 1
    db.session.flush()
    record("studio.hours_set", "studio", studio_id, by=by, now=now, before=_told(old), after=_told(week))


def _told(week: WeekHours) -> dict[str, str]:
    return {
        str(weekday): f"{opens_at:%H:%M}-{closes_at:%H:%M}" for weekday, (opens_at, closes_at) in week.items()
    }


def _next_position(model: type[Service] | type[Room], studio_id: int) -> int:
    highest = db.session.scalar(select(func.max(model.position)).where(model.studio_id == studio_id))
    return 0 if highest is None else highest + 1
