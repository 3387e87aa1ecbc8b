"""Rows of direct debits that failed are remembered, so that the same file chosen again makes no second task."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_debits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_failed_debits_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_debits")),
    )
    op.create_index("uq_failed_debits_source", "failed_debits", ["source"], unique=True)


def downgrade() -> None:
    """Which rows failed is forgotten; the tasks stay."""
    op.drop_table("failed_debits")
