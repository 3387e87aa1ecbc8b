"""Photos of poses; the pictures are files."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "progress_photos",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("pose", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_progress_photos_studio_id_studios")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_progress_photos_person_id_people")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_progress_photos_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_photos")),
        sa.UniqueConstraint("file_id", name=op.f("uq_progress_photos_file_id")),
    )
    op.create_index("ix_progress_photos_person_id", "progress_photos", ["person_id", "day", "id"])
    op.execute("select not_for_merged_people('progress_photos', 'person_id')")


def downgrade() -> None:
    """The photos are lost, with their files."""
    op.drop_table("progress_photos")
    op.execute("delete from files where shelf = 'PROGRESS'")
