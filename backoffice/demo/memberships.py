"""Memberships in the demo: one rests without a last day, one leaves at the end of a month, one changes the plan."""

from datetime import timedelta

from sqlalchemy import select

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.demo.diary import Diary
from backoffice.memberships.changing import change_plan
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason, Membership, Plan
from backoffice.memberships.queries import plans

WAIVER = "マネージャー了承"


def tell_memberships(diary: Diary) -> None:
    """Three members with a monthly plan, who said it today; bookings of theirs may fall into it."""
    today = local_date(diary.now, diary.studio.zone)
    query = (
        select(Membership)
        .join(Plan, Plan.id == Membership.plan_id)
        .join(Client, Client.id == Membership.client_id)
        .where(
            Plan.studio_id == diary.studio.id, Membership.is_monthly, Membership.ends_on.is_(None),
            Membership.starts_on < today, Client.left_on.is_(None),
        )
        .order_by(Membership.id)
        .limit(3)
    )  # fmt: skip
    rests, leaves, changes = db.session.scalars(query).all()
    other = next(plan for plan in plans(diary.studio.id) if plan.is_monthly and plan.id != changes.plan_id)
    tomorrow = today + timedelta(days=1)
    with transaction():
        terms = FreezeTerms(tomorrow, None, 3_300)
        freeze(rests.id, terms, studio=diary.studio, waiver=WAIVER, by=SYSTEM, now=diary.now)
        last = LeavingTerms(today + timedelta(days=3), LeavingReason.MOVING, "大阪へ転勤")
        leave(leaves.client_id, last, studio=diary.studio, waiver=WAIVER, by=SYSTEM, now=diary.now)
        change_plan(changes.id, other.id, studio=diary.studio, by=SYSTEM, now=diary.now)
