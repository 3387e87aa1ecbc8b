"""Incidents: what happened or nearly did, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table."""
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("exercise", sa.LargeBinary(), nullable=False),
        sa.Column("exercise_id", sa.BigInteger(), nullable=True),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("action", sa.LargeBinary(), nullable=False),
        sa.Column("follow_up", sa.LargeBinary(), nullable=True),
        sa.Column("follow_up_due", sa.Date(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_by_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_at is null or outcome is not null", name=op.f("ck_incidents_closed_with_an_outcome")
        ),
        sa.CheckConstraint(
            "follow_up_due is null or follow_up is not null", name=op.f("ck_incidents_due_with_a_follow_up")
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_incidents_studio_id_studios")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_incidents_person_id_people")),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=op.f("fk_incidents_exercise_id_exercises")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_staff_id"], ["staff.id"], name=op.f("fk_incidents_written_by_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(
        "ix_incidents_open", "incidents", ["studio_id", "id"], postgresql_where=sa.text("closed_at is null")
    )
    op.create_index("ix_incidents_person_id", "incidents", ["person_id"])
    op.create_index("ix_incidents_written_by_staff_id", "incidents", ["written_by_staff_id", "id"])
    op.execute("select not_for_merged_people('incidents', 'person_id')")


def downgrade() -> None:
    """Reports are lost."""
    op.drop_table("incidents")
