"""What is on sale: plans are added, changed, taken out of use. What was agreed before stays as it was agreed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.memberships.models import Plan
from backoffice.studio import editing

LONGEST_UNFLAGGED = 6
"""Months. Packs that can be used longer are prepaid means under the Payment Services Act (資金決済法), article 4."""

NO_SESSIONS = N_("A pack has at least one session.")


def add_plan(studio_id: int, values: Mapping[str, Any], *, by: Actor, now: datetime) -> Plan:
    """Put a plan on sale, last in the order. Refuses (Invalid) a pack without sessions."""
    plan = Plan(studio_id=studio_id, position=_next_position(studio_id), **_checked(values))
    db.session.add(plan)
    db.session.flush()
    record("plan.added", "plan", plan.id, by=by, now=now, after=dict(values))
    return plan


def update_plan(
    plan_id: int, changes: Mapping[str, Any], *, version: int | None, by: Actor, now: datetime
) -> Plan:
    """Change what is sold from now on. Refuses (Invalid) a pack without sessions; raises `Stale`."""
    plan = editing.locked(Plan, plan_id)
    editing.change(plan, _checked(changes), "plan", version=version, by=by, now=now)
    return plan


def archive_plan(plan_id: int, *, by: Actor, now: datetime) -> None:
    """Stop selling a plan; who has it keeps it."""
    editing.archive(editing.locked(Plan, plan_id), "plan", by=by, now=now)


def restore_plan(plan_id: int, *, by: Actor, now: datetime) -> None:
    """Sell a plan again."""
    editing.restore(editing.locked(Plan, plan_id), "plan", by=by, now=now)


def is_long(plan: Plan) -> bool:
    """Whether a pack can be used for more than six months, or without an end: to be looked at by a manager. Pure."""
    return not plan.is_monthly and (plan.valid_months is None or plan.valid_months > LONGEST_UNFLAGGED)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """What fits the kind: months carry over and have no last day of their own, packs last and carry nothing."""
    if values["is_monthly"]:
        return dict(values) | {"valid_months": None}
    if values["sessions"] < 1:
        raise Invalid(NO_SESSIONS, field="sessions")
    return dict(values) | {"carries_months": 0}


def _next_position(studio_id: int) -> int:
    highest = db.session.scalar(select(func.max(Plan.position)).where(Plan.studio_id == studio_id))
    return 0 if highest is None else highest + 1
