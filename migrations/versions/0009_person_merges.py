"""Merging people: what was merged and how to take it back; who was said to be two people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables; nothing that exists changes."""
    op.create_table(
        "person_merges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("dropped_id", sa.BigInteger(), nullable=False),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("claims", postgresql.JSONB(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kept_id <> dropped_id", name=op.f("ck_person_merges_two_rows")),
        sa.ForeignKeyConstraint(
            ["dropped_id"], ["people.id"], name=op.f("fk_person_merges_dropped_id_people")
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["people.id"], name=op.f("fk_person_merges_kept_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merges")),
    )
    op.create_index("ix_person_merges_kept", "person_merges", ["kept_id"])
    op.create_index(
        "uq_person_merges_dropped", "person_merges", ["dropped_id"], unique=True,
        postgresql_where=sa.text("undone_at is null"),
    )  # fmt: skip
    op.create_table(
        "person_pairs_apart",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("low_id", sa.BigInteger(), nullable=False),
        sa.Column("high_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_label", sa.Text(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_person_pairs_apart_ordered")),
        sa.ForeignKeyConstraint(
            ["high_id"], ["people.id"], name=op.f("fk_person_pairs_apart_high_id_people")
        ),
        sa.ForeignKeyConstraint(["low_id"], ["people.id"], name=op.f("fk_person_pairs_apart_low_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_pairs_apart")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_person_pairs_apart_low_id_high_id")),
    )


def downgrade() -> None:
    """Merged people stay merged (their rows are where they are); only taking it back is lost."""
    op.drop_table("person_pairs_apart")
    op.drop_table("person_merges")
