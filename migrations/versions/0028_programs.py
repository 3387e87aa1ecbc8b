"""Programs: templates and plans of people, in versions that are written once."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WRITTEN_ONCE = {
    "program_versions": "program_id, valid_from, weeks, weekly",
    "workouts": "version_id, week, weekday",
    "program_items": "workout_id, position, block, exercise_id, unit, counted, sets, amount, amount_to, load_kg,"
    " hold_seconds, rest_seconds, rpe",
}
"""What the database lets nobody change afterwards; encrypted columns can be written anew under another key."""


def upgrade() -> None:
    """Empty tables; a trigger keeps what was planned."""
    op.create_table(
        "programs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.LargeBinary(), nullable=False),
        sa.Column("name_en", sa.LargeBinary(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("link_epoch", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("place in ('gym', 'home')", name=op.f("ck_programs_place")),
        sa.CheckConstraint(
            "(person_id is null) = (starts_on is null)", name=op.f("ck_programs_of_a_person_or_template")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_programs_person_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_programs_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
    )
    op.create_index("ix_programs_person_id", "programs", ["person_id", "id"], unique=False)
    op.create_table(
        "program_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("weeks", sa.SmallInteger(), nullable=False),
        sa.Column("weekly", sa.SmallInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "weeks between 1 and 12 and weekly between 1 and 7", name=op.f("ck_program_versions_amounts")
        ),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name=op.f("fk_program_versions_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_versions")),
    )
    op.create_index(
        "ix_program_versions_program_id", "program_versions", ["program_id", "valid_from", "id"], unique=False
    )
    op.create_table(
        "workouts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.SmallInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("name_ja", sa.LargeBinary(), nullable=False),
        sa.Column("name_en", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("week between 1 and 12 and weekday between 0 and 6", name=op.f("ck_workouts_day")),
        sa.ForeignKeyConstraint(["version_id"], ["program_versions.id"], name=op.f("fk_workouts_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workouts")),
        sa.UniqueConstraint(
            "version_id", "week", "weekday", name=op.f("uq_workouts_version_id_week_weekday")
        ),
    )
    op.create_table(
        "program_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workout_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("block", sa.SmallInteger(), nullable=False),
        sa.Column("exercise_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("sets", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.SmallInteger(), nullable=False),
        sa.Column("amount_to", sa.SmallInteger(), nullable=True),
        sa.Column("load_kg", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("hold_seconds", sa.SmallInteger(), nullable=True),
        sa.Column("rest_seconds", sa.SmallInteger(), nullable=True),
        sa.Column("rpe", sa.Numeric(precision=3, scale=1), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "sets between 1 and 20 and amount between 1 and 999 and (amount_to is null or amount_to > amount) and load_kg >= 0 and hold_seconds > 0 and rest_seconds >= 0 and rpe between 1 and 10",
            name=op.f("ck_program_items_amounts"),
        ),
        sa.ForeignKeyConstraint(["exercise_id"], ["exercises.id"], name=op.f("fk_program_items_exercise_id")),
        sa.ForeignKeyConstraint(["workout_id"], ["workouts.id"], name=op.f("fk_program_items_workout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_items")),
        sa.UniqueConstraint("workout_id", "position", name=op.f("uq_program_items_workout_id_position")),
    )
    op.create_index("ix_program_items_exercise_id", "program_items", ["exercise_id"], unique=False)
    op.execute("select not_for_merged_people('programs', 'person_id')")
    op.execute(
        "create function written_once() returns trigger language plpgsql as"
        " $$ begin raise exception 'a version of a program is written once'; end $$"
    )
    for table, columns in WRITTEN_ONCE.items():
        op.execute(
            f"create trigger written_once before update of {columns} on {table}"
            " for each row execute function written_once()"
        )


def downgrade() -> None:
    """Programs are lost."""
    for table in ("program_items", "workouts", "program_versions", "programs"):
        op.drop_table(table)
    op.execute("drop function written_once()")
