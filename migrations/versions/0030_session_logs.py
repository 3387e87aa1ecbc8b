"""Session logs: sets done, pain, notes, drafts, and what a late correction replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four empty tables."""
    op.create_table(
        "session_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("studio_id", "participant_id", "person_id")
        ),
        sa.Column("workout_id", sa.BigInteger(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("effort", sa.Numeric(3, 1), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("to_self", sa.LargeBinary(), nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("draft_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("effort between 1 and 10", name=op.f("ck_session_logs_effort")),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_session_logs_studio_id_studios")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_session_logs_participant_id_participants")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_session_logs_person_id_people")),
        sa.ForeignKeyConstraint(
            ["workout_id"], ["workouts.id"], name=op.f("fk_session_logs_workout_id_workouts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_logs")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_session_logs_participant_id")),
    )
    op.create_index(
        "ix_session_logs_person_id", "session_logs", ["person_id", "held_on"],
        postgresql_where=sa.text("saved_at is not null"),
    )  # fmt: skip
    op.execute("select not_for_merged_people('session_logs', 'person_id')")
    op.create_table(
        "logged_sets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("log_id", sa.BigInteger(), nullable=False),
        sa.Column("exercise_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("load_kg", sa.Numeric(6, 2), nullable=True),
        sa.Column("amount", sa.SmallInteger(), nullable=True),
        sa.Column("rpe", sa.Numeric(3, 1), nullable=True),
        sa.CheckConstraint(
            "load_kg >= 0 and amount > 0 and rpe between 1 and 10", name=op.f("ck_logged_sets_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=op.f("fk_logged_sets_exercise_id_exercises")
        ),
        sa.ForeignKeyConstraint(
            ["log_id"], ["session_logs.id"], name=op.f("fk_logged_sets_log_id_session_logs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logged_sets")),
        sa.UniqueConstraint("log_id", "place", "number", name=op.f("uq_logged_sets_log_id_place_number")),
    )
    op.create_index("ix_logged_sets_exercise_id", "logged_sets", ["exercise_id", "log_id"])
    op.create_table(
        "logged_pains",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("log_id", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("level between 0 and 10", name=op.f("ck_logged_pains_level")),
        sa.ForeignKeyConstraint(
            ["log_id"], ["session_logs.id"], name=op.f("fk_logged_pains_log_id_session_logs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logged_pains")),
        sa.UniqueConstraint("log_id", "region", name=op.f("uq_logged_pains_log_id_region")),
    )
    op.create_table(
        "log_revisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("log_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_id"], ["session_logs.id"], name=op.f("fk_log_revisions_log_id_session_logs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_revisions")),
    )
    op.create_index("ix_log_revisions_log_id", "log_revisions", ["log_id"])


def downgrade() -> None:
    """Session logs are lost."""
    for table in ("log_revisions", "logged_pains", "logged_sets", "session_logs"):
        op.drop_table(table)
