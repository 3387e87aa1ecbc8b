"""The exercise library with its first entries, and one table for files between their preview and their import."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backoffice.exercises.starting import starting_rows

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXTS = (
    "source", "name_ja", "kana", "name_en", "ja_key", "kana_key", "en_key", "search", "section", "cues_ja", "cues_en",
    "unit", "counted",
)  # fmt: skip
LISTS = ("settings", "equipment", "muscles", "supporting", "limits")
NUMBERS = ("sets", "amount", "amount_to", "hold_seconds")
RENAMED = (("pk", ""), ("uq", "_token"), ("fk", "_by_staff_id"))


def upgrade() -> None:
    """Studios that exist get the first entries; kept enquiry files stay."""
    exercises = op.create_table(
        "exercises",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        *(sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False) for name in LISTS),
        *(sa.Column(name, sa.SmallInteger(), nullable=True) for name in NUMBERS),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("name_ja <> '' or name_en <> ''", name=op.f("ck_exercises_named")),
        sa.CheckConstraint(
            "sets > 0 and amount > 0 and hold_seconds > 0 and (amount_to is null or amount_to > amount)",
            name=op.f("ck_exercises_amounts"),
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_exercises_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercises")),
        sa.UniqueConstraint(
            "studio_id", "source", "source_key", name=op.f("uq_exercises_studio_id_source_source_key")
        ),
    )
    _fill(exercises)
    _rename("enquiry_uploads", "uploads")
    op.add_column("uploads", sa.Column("kind", sa.Text(), nullable=False, server_default="enquiries"))
    op.alter_column("uploads", "kind", server_default=None)


def downgrade() -> None:
    """The library is lost; kept enquiry files stay, kept exercise files are chosen again."""
    op.execute("delete from uploads where kind <> 'enquiries'")
    op.drop_column("uploads", "kind")
    _rename("uploads", "enquiry_uploads")
    op.drop_table("exercises")


def _fill(exercises: sa.Table) -> None:
    columns = ("source_key", *TEXTS, *LISTS, *NUMBERS)
    studios = op.get_bind().execute(sa.text("select id, now() from studios")).all()
    rows = [
        {"studio_id": studio_id, "created_at": now, "version": 1, **{name: row[name] for name in columns}}
        for studio_id, now in studios
        for row in starting_rows()
    ]
    if rows:
        op.bulk_insert(exercises, rows)


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    op.execute(f"alter sequence {old}_id_seq rename to {new}_id_seq")
    for kind, rest in RENAMED:
        op.execute(f"alter table {new} rename constraint {kind}_{old}{rest} to {kind}_{new}{rest}")
