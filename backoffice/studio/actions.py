"""What changes the studio."""

from datetime import datetime

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.studio.defaults import ROOMS, SERVICES, WEEKDAY_HOURS, WEEKEND_HOURS
from backoffice.studio.models import OpeningHours, Room, Service, Studio


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
        db.session.add(OpeningHours(studio_id=studio.id, weekday=weekday, opens_at=opens_at, closes_at=closes_at))
    record("studio.founded", "studio", studio.id, by=by, now=now, after={"name_ja": name_ja, "name_en": name_en})
    return studio
