"""Cautions: who is to be checked with first, who is not to be booked, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody is marked yet; the reason is encrypted by the application."""
    op.add_column("people", sa.Column("caution", sa.Text(), server_default="", nullable=False))
    op.add_column("people", sa.Column("caution_reason", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(
        op.f("ck_people_caution"),
        "people",
        "caution in ('', 'CHECK', 'BARRED') and (caution = '') = (caution_reason is null)",
    )


def downgrade() -> None:
    """The marks and their reasons are lost."""
    op.drop_column("people", "caution_reason")
    op.drop_column("people", "caution")
