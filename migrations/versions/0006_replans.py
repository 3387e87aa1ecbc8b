"""Replanning: the bookings an absence hits and the times proposed to their guests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table; nothing that exists changes."""
    op.create_table(
        "replans",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("time_off_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("sent_version", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_replans_booking_id_bookings")),
        sa.ForeignKeyConstraint(
            ["time_off_id"], ["time_off.id"], name=op.f("fk_replans_time_off_id_time_off")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replans")),
        sa.UniqueConstraint("time_off_id", "booking_id", name=op.f("uq_replans_time_off_id_booking_id")),
    )
    op.create_index("ix_replans_booking_id", "replans", ["booking_id"])


def downgrade() -> None:
    """Bookings stay where they are; what was proposed is lost, and its messages."""
    op.execute(
        "delete from message_attempts where message_id in (select id from messages where kind = 'move_proposed')"
    )
    op.execute("delete from todos where message_id in (select id from messages where kind = 'move_proposed')")
    op.execute("delete from messages where kind = 'move_proposed'")
    op.drop_table("replans")
