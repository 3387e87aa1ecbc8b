"""CARE: notes with an outcome, targets and questions of a person, check-ins by day, answers to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("care_notes", "care_plans", "check_ins", "care_replies")


def upgrade() -> None:
    """New tables; nothing to carry over."""
    op.create_table(
        "care_notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("noticed", sa.LargeBinary(), nullable=False),
        sa.Column("advice", sa.LargeBinary(), nullable=False),
        sa.Column("target", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_words", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(closed_at is null) = (outcome is null)", name=op.f("ck_care_notes_closed_with_an_outcome")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_care_notes_person_id_people")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_care_notes_studio_id_studios")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_notes")),
    )
    op.create_index(
        "ix_care_notes_open",
        "care_notes",
        ["person_id", "due_on"],
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index("ix_care_notes_person_id", "care_notes", ["person_id", "id"])
    op.create_table(
        "care_plans",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("sleep_hours", sa.Numeric(3, 1), nullable=False),
        sa.Column("water_litres", sa.Numeric(3, 1), nullable=False),
        sa.Column("protein_meals", sa.SmallInteger(), nullable=False),
        sa.Column("screens_off_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("questions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("habits", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_care_plans_person_id_people")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_care_plans_studio_id_studios")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plans")),
    )
    op.create_index("ix_care_plans_person_id", "care_plans", ["person_id", "id"])
    op.create_table(
        "check_ins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sleep_hours", sa.Numeric(3, 1), nullable=True),
        sa.Column("fatigue", sa.SmallInteger(), nullable=True),
        sa.Column("soreness", sa.SmallInteger(), nullable=True),
        sa.Column("meals_kept", sa.SmallInteger(), nullable=True),
        sa.Column("stress", sa.SmallInteger(), nullable=True),
        sa.Column("water_litres", sa.Numeric(3, 1), nullable=True),
        sa.Column("protein_meals", sa.SmallInteger(), nullable=True),
        sa.Column("vegetable_meals", sa.SmallInteger(), nullable=True),
        sa.Column("staple", sa.SmallInteger(), nullable=True),
        sa.Column("fat", sa.SmallInteger(), nullable=True),
        sa.Column("screens_off_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("habits", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("has_words", sa.Boolean(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("video", sa.LargeBinary(), nullable=True),
        sa.Column("answered_with", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "fatigue between 1 and 5 and soreness between 1 and 5 and stress between 1 and 5",
            name=op.f("ck_check_ins_scales"),
        ),
        sa.CheckConstraint("sleep_hours between 0 and 24", name=op.f("ck_check_ins_sleep_hours")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_check_ins_person_id_people")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_check_ins_studio_id_studios")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    op.create_index("ix_check_ins_person_id", "check_ins", ["person_id", "day"])
    op.create_index(
        "ix_check_ins_unseen", "check_ins", ["person_id", "day"], postgresql_where=sa.text("seen_at is null")
    )
    op.create_table(
        "care_replies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_care_replies_person_id_people")),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_care_replies_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_replies")),
    )
    op.create_index("ix_care_replies_person_id", "care_replies", ["person_id", "id"])
    for table in TABLES:
        op.execute(f"select not_for_merged_people('{table}', 'person_id')")


def downgrade() -> None:
    """What was written and told is lost, with the messages and tasks about it."""
    op.execute("delete from todos where kind = 'CARE_SILENT'")
    op.execute(
        "update todos set message_id = null"
        " where message_id in (select id from messages where kind in ('care_asked', 'care_reply'))"
    )
    op.execute(
        "delete from message_attempts"
        " where message_id in (select id from messages where kind in ('care_asked', 'care_reply'))"
    )
    op.execute("delete from messages where kind in ('care_asked', 'care_reply')")
    for table in reversed(TABLES):
        op.drop_table(table)
