"""The training side of a person: the record their trainers keep, and who steps in for the main trainer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TEXTS = ("goals", "history", "lifestyle", "preferences", "allergies", "emergency_contact")


def upgrade() -> None:
    """Two empty tables."""
    op.create_table(
        "client_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in TEXTS),
        sa.Column("wishes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_client_records_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_records")),
    )
    op.create_index("ix_client_records_person_id", "client_records", ["person_id"])
    op.create_table(
        "substitute_trainers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_substitute_trainers_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["trainers.id"], name=op.f("fk_substitute_trainers_trainer_id_trainers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_trainers")),
        sa.UniqueConstraint(
            "person_id", "trainer_id", name=op.f("uq_substitute_trainers_person_id_trainer_id")
        ),
    )
    op.create_index("ix_substitute_trainers_trainer_id", "substitute_trainers", ["trainer_id"])
    for table in ("client_records", "substitute_trainers"):
        op.execute(f"select not_for_merged_people('{table}', 'person_id')")


def downgrade() -> None:
    """Records and substitutes are lost."""
    op.drop_table("substitute_trainers")
    op.drop_table("client_records")
