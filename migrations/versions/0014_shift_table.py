"""The shift table: hours of single days, which take the place of the weekly ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables; a change of the hours renews the stamp of the set-up, as one of the weekly hours does."""
    op.create_table(
        "shift_days",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", postgresql.INT4MULTIRANGE(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours <@ int4range(0, 1440)", name=op.f("ck_shift_days_within_a_day")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_shift_days_studio_id_studios")),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["trainers.id"], name=op.f("fk_shift_days_trainer_id_trainers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_days")),
        sa.UniqueConstraint("trainer_id", "day", name=op.f("uq_shift_days_trainer_id_day")),
    )
    op.create_index("ix_shift_days_day", "shift_days", ["studio_id", "day"])
    op.create_table(
        "shift_copies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("days", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_shift_copies_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_copies")),
    )
    op.create_index("ix_shift_copies_month", "shift_copies", ["studio_id", "month"])
    op.execute(
        "create trigger setup_changed after insert or delete or update on shift_days"
        " for each statement execute function setup_changed()"
    )


def downgrade() -> None:
    """The hours of single days are lost: the weekly hours hold again on each."""
    op.drop_table("shift_copies")
    op.drop_table("shift_days")
