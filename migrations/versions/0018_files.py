"""Files of people, encrypted."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("shelf", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.Text(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("content is not null or archived_at is not null", name=op.f("ck_files_content")),
        sa.CheckConstraint("size between 1 and 2097152", name=op.f("ck_files_size")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_files_studio_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_files_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_person_id", "files", ["person_id", "shelf", "id"])
    op.create_index(
        "ix_files_archived_at", "files", ["archived_at"], postgresql_where=sa.text("content is not null")
    )


def downgrade() -> None:
    """The files are lost."""
    op.drop_table("files")
