"""What messages say about a membership."""

from typing import Any

from sqlalchemy import select

from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.core.language import pick
from backoffice.memberships.models import Membership, Plan
from backoffice.staff.models import Trainer


def member_words(person_id: int, language: str) -> dict[str, Any] | None:
    """What messages say about a member; None for somebody who is none."""
    row = db.session.execute(
        select(Client.member_number, Membership.starts_on, Plan, Trainer)
        .join(Membership, Membership.client_id == Client.id)
        .join(Plan, Plan.id == Membership.plan_id)
        .outerjoin(Trainer, Trainer.id == Client.main_trainer_id)
        .where(Client.person_id == person_id, Membership.undone_at.is_(None))
        .order_by(Membership.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    plan, trainer = row.Plan, row.Trainer
    return {
        "member_number": row.member_number,
        "starts_on": row.starts_on,
        "plan": pick(language, plan.name_ja, plan.name_en),
        "trainer": pick(language, trainer.name_ja, trainer.name_en) if trainer is not None else "",
    }
