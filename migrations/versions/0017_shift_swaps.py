"""Requests to swap shifts, and the tasks that ask for an answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, and a reference from the tasks."""
    op.create_table(
        "shift_swaps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", postgresql.INT4MULTIRANGE(), nullable=False),
        sa.Column("back_day", sa.Date(), nullable=True),
        sa.Column("back_hours", postgresql.INT4MULTIRANGE(), nullable=True),
        sa.Column("seen", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("trainer_id <> other_id", name=op.f("ck_shift_swaps_two_trainers")),
        sa.CheckConstraint(
            "(back_day is null) = (back_hours is null)", name=op.f("ck_shift_swaps_in_return")
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_shift_swaps_studio_id_studios")),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["trainers.id"], name=op.f("fk_shift_swaps_trainer_id_trainers")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["trainers.id"], name=op.f("fk_shift_swaps_other_id_trainers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_swaps")),
    )
    op.create_index("ix_shift_swaps_other_id", "shift_swaps", ["other_id"])
    op.create_index(
        "uq_shift_swaps_open",
        "shift_swaps",
        ["trainer_id", "day"],
        unique=True,
        postgresql_where=sa.text("state in ('ASKED', 'ACCEPTED')"),
    )
    op.add_column("todos", sa.Column("shift_swap_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_todos_shift_swap_id_shift_swaps"), "todos", "shift_swaps", ["shift_swap_id"], ["id"]
    )
    op.create_index(
        "ix_todos_shift_swap_id",
        "todos",
        ["shift_swap_id"],
        postgresql_where=sa.text("shift_swap_id is not null"),
    )


def downgrade() -> None:
    """The requests are lost and so are the tasks that ask for an answer; what was approved stays in the table."""
    op.execute("delete from todos where shift_swap_id is not null")
    op.drop_column("todos", "shift_swap_id")
    op.drop_table("shift_swaps")
