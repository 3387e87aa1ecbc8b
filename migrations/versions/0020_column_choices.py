"""What columns of imported files meant, remembered by their titles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "column_choices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("header_key", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_column_choices_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_choices")),
        sa.UniqueConstraint(
            "studio_id", "kind", "header_key", name=op.f("uq_column_choices_studio_id_kind_header_key")
        ),
    )


def downgrade() -> None:
    """Files of people and bookings have no import there; what columns meant is asked again."""
    op.execute("delete from uploads where kind in ('people', 'bookings')")
    op.drop_table("column_choices")
