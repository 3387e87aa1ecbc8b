"""What each source cost in a month."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_costs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_source_costs_month")),
        sa.CheckConstraint("yen >= 0", name=op.f("ck_source_costs_yen")),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_source_costs_studio_id_studios")
        ),
        sa.ForeignKeyConstraint(
            ["source"], ["lead_sources.key"], name=op.f("fk_source_costs_source_lead_sources")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_costs")),
        sa.UniqueConstraint(
            "studio_id", "month", "source", name=op.f("uq_source_costs_studio_id_month_source")
        ),
    )


def downgrade() -> None:
    """What was entered is lost."""
    op.drop_table("source_costs")
