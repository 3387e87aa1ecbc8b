"""The photo of a meal at a check-in; the picture is a file."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column, empty."""
    op.add_column("check_ins", sa.Column("meal_file_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_check_ins_meal_file_id_files"), "check_ins", "files", ["meal_file_id"], ["id"]
    )
    op.create_unique_constraint(op.f("uq_check_ins_meal_file_id"), "check_ins", ["meal_file_id"])


def downgrade() -> None:
    """The photos are lost, with their files; nobody is asked for one any more. What was told beside them stays."""
    op.drop_column("check_ins", "meal_file_id")
    op.execute("delete from files where shelf = 'MEALS'")
    op.execute("update care_plans set questions = array_remove(questions, 'meal_photo')")
