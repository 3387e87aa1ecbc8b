"""Progress: kinds of measurements, values, goals, and what clients noticed."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from backoffice.progress.defaults import starting_rows

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

PERSONAL = ("measurements", "measure_goals", "effect_notes")


def upgrade() -> None:
    """Studios that exist get the kinds that new ones begin with."""
    kinds = op.create_table(
        "measure_kinds",
        _id(),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("least", sa.Numeric(7, 2), nullable=False),
        sa.Column("most", sa.Numeric(7, 2), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("least < most", name=op.f("ck_measure_kinds_bounds")),
        sa.CheckConstraint("decimals between 0 and 2", name=op.f("ck_measure_kinds_decimals")),
        _belongs("measure_kinds", "studio_id", "studios"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_kinds")),
        sa.UniqueConstraint("studio_id", "slug", name=op.f("uq_measure_kinds_studio_id_slug")),
    )
    op.create_table(
        "measurements",
        *_whose("measurements"),
        sa.Column("kind_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(7, 2), nullable=False),
        sa.Column("measured_by", sa.Text(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("measurements", "kind_id", "measure_kinds"),
    )
    op.create_table(
        "measure_goals",
        *_whose("measure_goals"),
        sa.Column("kind_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Numeric(7, 2), nullable=True),
        sa.Column("by_day", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        _belongs("measure_goals", "kind_id", "measure_kinds"),
    )
    op.create_table(
        "effect_notes",
        *_whose("effect_notes"),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_measurements_person_id", "measurements", ["person_id", "kind_id", "day", "id"])
    op.create_index("ix_measure_goals_person_id", "measure_goals", ["person_id", "kind_id", "id"])
    op.create_index("ix_effect_notes_person_id", "effect_notes", ["person_id", "id"])
    for table in PERSONAL:
        op.execute(f"select not_for_merged_people('{table}', 'person_id')")
    studios = op.get_bind().execute(sa.text("select id from studios")).scalars().all()
    rows = [row for one in studios for row in starting_rows(one, now=datetime.now(UTC))]
    if rows:
        op.bulk_insert(kinds, rows)


def downgrade() -> None:
    """What was measured and noticed is lost."""
    for table in (*PERSONAL, "measure_kinds"):
        op.drop_table(table)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _whose(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        _id(),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        _belongs(table, "studio_id", "studios"),
        _belongs(table, "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _belongs(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
