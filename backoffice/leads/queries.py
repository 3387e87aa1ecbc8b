"""Questions about leads: one by id, the open one of a person, and the lists to choose from."""

from typing import NamedTuple

from sqlalchemy import select

from backoffice.core.db import db
from backoffice.leads.models import Lead, LeadSource, LostReason, StageChange
from backoffice.studio.scope import of_studio


class Choice(NamedTuple):
    """An entry of one of the studio's own lists."""

    key: str
    name_ja: str
    name_en: str
    is_archived: bool = False


def lead(studio_id: int, lead_id: int) -> Lead:
    """A lead of this studio. Raises `NotFound`."""
    return of_studio(Lead, studio_id, lead_id)


def open_lead_of(person_id: int) -> Lead | None:
    """The newest open lead of a person."""
    return db.session.scalar(
        select(Lead)
        .where(Lead.person_id == person_id, Lead.closed_at.is_(None))
        .order_by(Lead.opened_at.desc(), Lead.id.desc())
        .limit(1)
    )


def steps_of(lead_id: int) -> list[StageChange]:
    """The steps of a lead, the oldest first."""
    return list(
        db.session.scalars(select(StageChange).where(StageChange.lead_id == lead_id).order_by(StageChange.id))
    )


def sources() -> list[Choice]:
    """Where enquiries may come from, in the studio's order."""
    query = select(LeadSource.key, LeadSource.name_ja, LeadSource.name_en).where(
        LeadSource.archived_at.is_(None)
    )
    return [Choice(*row) for row in db.session.execute(query.order_by(LeadSource.position, LeadSource.key))]


def all_sources() -> list[Choice]:
    """The sources in the studio's order, those out of use last."""
    is_archived = LeadSource.archived_at.is_not(None)
    query = select(LeadSource.key, LeadSource.name_ja, LeadSource.name_en, is_archived)
    order = (is_archived, LeadSource.position, LeadSource.key)
    return [Choice(*row) for row in db.session.execute(query.order_by(*order))]


def lost_reasons() -> list[Choice]:
    """Why a lead may be lost, in the studio's order."""
    query = select(LostReason.key, LostReason.name_ja, LostReason.name_en).where(
        LostReason.archived_at.is_(None)
    )
    return [Choice(*row) for row in db.session.execute(query.order_by(LostReason.position, LostReason.key))]
