"""Questions about plans and memberships."""

from sqlalchemy import Select, select

from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.memberships.models import Freeze, Leaving, Membership, Plan
from backoffice.studio.scope import of_studio


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


def joined_with(client_id: int) -> Membership:
    """The membership of somebody who has just joined, or joined again: their newest one."""
    query = select(Membership).where(Membership.client_id == client_id)
    return db.session.scalars(query.order_by(Membership.id.desc()).limit(1)).one()


def all_plans(studio_id: int) -> list[Plan]:
    """Every plan, those out of use last."""
    query = select(Plan).where(Plan.studio_id == studio_id)
    return list(db.session.scalars(query.order_by(Plan.archived_at.is_not(None), Plan.position, Plan.id)))


def any_plan(studio_id: int, plan_id: int) -> Plan:
    """A plan, on sale or not. Raises `NotFound`."""
    return of_studio(Plan, studio_id, plan_id)


def agreements_of(studio_id: int, person_id: int) -> list[Membership]:
    """What a person began at a studio, the newest first."""
    query = _agreements(studio_id, person_id).order_by(Membership.starts_on.desc(), Membership.id.desc())
    return list(db.session.scalars(query))


def agreement(studio_id: int, person_id: int, membership_id: int) -> Membership:
    """One of them. Raises `NotFound`."""
    found = db.session.scalar(_agreements(studio_id, person_id).where(Membership.id == membership_id))
    if found is None:
        raise NotFound
    return found


def freeze_of(studio_id: int, person_id: int, freeze_id: int) -> Freeze:
    """A freeze of a person that was not taken back. Raises `NotFound`."""
    row = db.session.get(Freeze, freeze_id)
    if row is None or row.cancelled_at is not None:
        raise NotFound
    agreement(studio_id, person_id, row.membership_id)
    return row


def leaving_of(client_id: int) -> Leaving | None:
    """The last day that is set for a client, to come or past; None for who stays or joined again."""
    return db.session.scalar(
        select(Leaving).where(
            Leaving.client_id == client_id, Leaving.cancelled_at.is_(None), Leaving.rejoined_at.is_(None)
        )
    )


def earlier_stays(client_id: int) -> list[Leaving]:
    """How earlier stays of a client ended, the newest first."""
    query = select(Leaving).where(Leaving.client_id == client_id, Leaving.rejoined_at.is_not(None))
    return list(db.session.scalars(query.order_by(Leaving.id.desc())))


def _agreements(studio_id: int, person_id: int) -> Select[Membership]:
    return (
        select(Membership)
        .join(Client, Client.id == Membership.client_id)
        .join(Plan, Plan.id == Membership.plan_id)
        .where(Client.person_id == person_id, Plan.studio_id == studio_id)
    )
