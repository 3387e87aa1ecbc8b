"""Questions about the studio."""

from sqlalchemy import select

from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.studio.models import Room, Service, Studio


def the_studio() -> Studio:
    """The first (today the only) studio. Raises `NotFound` before `backoffice create-owner` or the demo was run."""
    studio = db.session.scalar(select(Studio).order_by(Studio.id).limit(1))
    if studio is None:
        raise NotFound
    return studio


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
