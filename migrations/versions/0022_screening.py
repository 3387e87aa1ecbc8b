"""Screening: versions of the health check sheet, answered sheets, trainers' decisions."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backoffice.screening.starting import QUESTIONS

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Studios that exist get the first sheet."""
    versions = op.create_table(
        "sheet_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_sheet_versions_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_versions")),
        sa.UniqueConstraint("studio_id", "number", name=op.f("uq_sheet_versions_studio_id_number")),
    )
    op.create_table(
        "screenings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("has_yes", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_with", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_screenings_person_id_people")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["sheet_versions.id"], name=op.f("fk_screenings_version_id_sheet_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screenings")),
    )
    op.create_index("ix_screenings_person_id", "screenings", ["person_id", "id"])
    op.create_table(
        "screening_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("screening_id", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("limits", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("holds_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'LIMITS') = (cardinality(limits) > 0)", name=op.f("ck_screening_decisions_limits")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_screening_decisions_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_screening_decisions_screening_id_screenings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_decisions")),
    )
    op.create_index("ix_screening_decisions_person_id", "screening_decisions", ["person_id", "id"])
    for table in ("screenings", "screening_decisions"):
        op.execute(f"select not_for_merged_people('{table}', 'person_id')")
    studios = op.get_bind().execute(sa.text("select id from studios")).scalars()
    first = {"number": 1, "questions": [one._asdict() for one in QUESTIONS], "created_by": "system"}
    rows = [{"studio_id": one, "created_at": datetime.now(UTC), **first} for one in studios]
    if rows:
        op.bulk_insert(versions, rows)


def downgrade() -> None:
    """Sheets, answers and decisions are lost, and with them the consents to keep them and the requests for them."""
    op.execute("delete from consents where purpose = 'HEALTH'")
    op.execute(
        "update todos set message_id = null"
        " where message_id in (select id from messages where kind = 'screening_asked')"
    )
    op.execute(
        "delete from message_attempts"
        " where message_id in (select id from messages where kind = 'screening_asked')"
    )
    op.execute("delete from messages where kind = 'screening_asked'")
    op.drop_table("screening_decisions")
    op.drop_table("screenings")
    op.drop_table("sheet_versions")
