"""The first page of a manager: until when they have seen what happened, and whether the weekly summary is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("home_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "staff", sa.Column("gets_summary", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("staff", "gets_summary")
    op.drop_column("staff", "home_seen_at")
