"""Reviews of weeks three and eight."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(done_at is null) = (done_by = '')", name=op.f("ck_reviews_done")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_reviews_studio_id_studios")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reviews_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_person_id", "reviews", ["person_id", "due_on", "id"])
    op.execute("select not_for_merged_people('reviews', 'person_id')")


def downgrade() -> None:
    """Reviews are lost, and with them their tasks."""
    op.drop_table("reviews")
    op.execute("delete from todos where kind = 'REVIEW'")
