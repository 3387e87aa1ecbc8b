"""Leads that rest: their next action is parked until its day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more column; nothing is parked so far."""
    op.add_column(
        "todos", sa.Column("is_parked", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )


def downgrade() -> None:
    """Without it; parked leads keep their date."""
    op.drop_column("todos", "is_parked")
