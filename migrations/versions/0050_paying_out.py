"""Leaving remembers that its statement was written into the books: when, by whom, how much went back."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leavings", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("leavings", sa.Column("settled_by", sa.Text(), server_default="", nullable=False))
    op.add_column("leavings", sa.Column("refund_yen", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_leavings_settled"),
        "leavings",
        "num_nonnulls(settled_at, nullif(settled_by, ''), refund_yen) in (0, 3)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_leavings_settled"), "leavings")
    for column in ("refund_yen", "settled_by", "settled_at"):
        op.drop_column("leavings", column)
