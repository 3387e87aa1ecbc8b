"""Questions about the studio."""

from datetime import date
from uuid import UUID

from sqlalchemy import exists, literal_column, select

from backoffice.core.db import db, fetch
from backoffice.core.errors import NotFound
from backoffice.studio.models import OpeningHours, Room, Service, SpecialDay, Studio
from backoffice.studio.scope import of_studio

_STAMP = select(Studio.setup_stamp).order_by(Studio.id).limit(literal_column("1"))


def the_studio() -> Studio:
    """The first (today the only) studio. Raises `NotFound` before `backoffice create-owner` or the demo was run."""
    studio = db.session.scalar(select(Studio).order_by(Studio.id).limit(1))
    if studio is None:
        raise NotFound
    return studio


def setup_stamp() -> UUID:
    """The stamp of the studio's set-up, for pages without a staff session. Raises `NotFound` before there is a gym."""
    stamp: UUID | None = fetch(_STAMP).scalar()
    if stamp is None:
        raise NotFound
    return stamp


def has_studio() -> bool:
    """Whether the database holds a gym yet."""
    return db.session.scalar(select(exists().select_from(Studio))) or False


def has_gym() -> bool:
    """Whether a gym was founded in this database."""
    return db.session.scalar(select(Studio.id).limit(1)) is not None


def services(studio_id: int, *, public_only: bool = False) -> list[Service]:
    """The services that can be booked now, in the studio's order."""
    query = select(Service).where(Service.studio_id == studio_id, Service.archived_at.is_(None))
    if public_only:
        query = query.where(Service.is_public)
    return list(db.session.scalars(query.order_by(Service.position, Service.id)))


def service_by_slug(studio_id: int, slug: str) -> Service:
    """A service by its slug. Raises `NotFound`."""
    query = select(Service).where(
        Service.studio_id == studio_id, Service.slug == slug, Service.archived_at.is_(None)
    )
    service = db.session.scalar(query)
    if service is None:
        raise NotFound
    return service


def rooms(studio_id: int) -> list[Room]:
    """The rooms in use, in the studio's order."""
    query = select(Room).where(Room.studio_id == studio_id, Room.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Room.position, Room.id)))


def all_services(studio_id: int) -> list[Service]:
    """Every service, archived ones last, for the settings."""
    query = select(Service).where(Service.studio_id == studio_id)
    return list(
        db.session.scalars(query.order_by(Service.archived_at.is_not(None), Service.position, Service.id))
    )


def all_rooms(studio_id: int) -> list[Room]:
    """Every room, archived ones last, for the settings."""
    query = select(Room).where(Room.studio_id == studio_id)
    return list(db.session.scalars(query.order_by(Room.archived_at.is_not(None), Room.position, Room.id)))


def service(studio_id: int, service_id: int) -> Service:
    """A service of this studio, archived or not. Raises `NotFound`."""
    return of_studio(Service, studio_id, service_id)


def room(studio_id: int, room_id: int) -> Room:
    """A room of this studio, archived or not. Raises `NotFound`."""
    return of_studio(Room, studio_id, room_id)


def opening_hours(studio_id: int) -> list[OpeningHours]:
    """The weekly hours by weekday; a closed weekday has no row."""
    query = select(OpeningHours).where(OpeningHours.studio_id == studio_id)
    return list(db.session.scalars(query.order_by(OpeningHours.weekday)))


def special_days(studio_id: int, since: date, before: date = date.max) -> list[SpecialDay]:
    """Closing days and short days from a day on, until before another."""
    query = select(SpecialDay).where(
        SpecialDay.studio_id == studio_id, SpecialDay.day >= since, SpecialDay.day < before
    )
    return list(db.session.scalars(query.order_by(SpecialDay.day)))
