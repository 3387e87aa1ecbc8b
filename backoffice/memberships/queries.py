"""Questions about plans and memberships."""

from sqlalchemy import select

from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.memberships.models import Membership, Plan


def plans(studio_id: int) -> list[Plan]:
    """The plans on sale, in the studio's order."""
    query = select(Plan).where(Plan.studio_id == studio_id, Plan.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Plan.position, Plan.id)))


def plan(studio_id: int, plan_id: int) -> Plan:
    """A plan on sale. Raises `NotFound`."""
    found = db.session.get(Plan, plan_id)
    if found is None or found.studio_id != studio_id or found.archived_at is not None:
        raise NotFound(field="plan_id")
    return found


def begun_with(client_id: int) -> int:
    """The id of the membership somebody joined with: their first one."""
    query = select(Membership.id).where(Membership.client_id == client_id)
    return db.session.scalars(query.order_by(Membership.id).limit(1)).one()
