"""Photos of our own of exercises."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table; nothing that exists changes."""
    op.create_table(
        "exercise_photos",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("exercise_id", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("size between 1 and 2097152", name=op.f("ck_exercise_photos_size")),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=op.f("fk_exercise_photos_exercise_id")
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_exercise_photos_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_photos")),
    )
    op.create_index("ix_exercise_photos_exercise_id", "exercise_photos", ["exercise_id", "id"])


def downgrade() -> None:
    """The photos are lost."""
    op.drop_table("exercise_photos")
