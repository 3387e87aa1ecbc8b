"""Joining papers remember which version of the plan was agreed on."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Papers of before hold for the plan as it is, unless its price moved since: those are to be agreed on again (0)."""
    op.add_column("joining_papers", sa.Column("plan_version", sa.Integer(), nullable=True))
    op.execute(
        "update joining_papers set plan_version = case when plans.price_yen = joining_papers.price_yen"
        " then plans.version else 0 end from plans where plans.id = joining_papers.plan_id"
    )
    op.alter_column("joining_papers", "plan_version", nullable=False)


def downgrade() -> None:
    op.drop_column("joining_papers", "plan_version")
