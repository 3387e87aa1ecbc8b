"""Joining papers keep what is agreed beyond the sum of the first day. What was signed before says what it said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

DRAFTS = """
update joining_papers set contract = jsonb_build_object(
  'name_ja', plans.name_ja, 'name_en', plans.name_en, 'is_monthly', plans.is_monthly, 'price_yen', plans.price_yen,
  'sessions', plans.sessions, 'valid_months', plans.valid_months, 'carries_months', plans.carries_months,
  'deposit_yen', plans.deposit_yen, 'cut_off_day', studios.cut_off_day, 'freeze_fee_yen', studios.freeze_fee_yen,
  'late_cancel_yen', own.late_cancel_yen, 'no_show_yen', own.no_show_yen,
  'forgives_first', studios.forgives_first_late_cancel,
  'cancel_until_hours', coalesce((
    select jsonb_agg(distinct services.cancel_until_hours) from services
    where services.studio_id = studios.id and services.archived_at is null and services.uses_tickets), '[]'))
from plans, studios, billing_settings own
where plans.id = joining_papers.plan_id and plans.version = joining_papers.plan_version
  and studios.id = joining_papers.studio_id and own.studio_id = studios.id
  and num_nonnulls(joining_papers.signed_at, joining_papers.joined_at, joining_papers.dropped_at) = 0
"""


def upgrade() -> None:
    """Drafts nobody has signed show it from now on; nobody can finish one whose plan has changed since."""
    op.add_column("joining_papers", sa.Column("contract", JSONB(), nullable=True))
    op.execute(DRAFTS)


def downgrade() -> None:
    """What was signed stays readable in the copy kept with the person."""
    op.drop_column("joining_papers", "contract")
