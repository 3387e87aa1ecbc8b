"""The visits of a large gym as its reports count them. Filled by the periodic task, so nothing is carried over."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_visits",
        sa.Column("participant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fee_yen", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("prep_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("cleanup_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("is_reminded", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attendance", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_kept_visits")),
    )
    op.create_index("ix_kept_visits_starts_at", "kept_visits", ["studio_id", "starts_at"])
    op.create_index("ix_kept_visits_service_id", "kept_visits", ["service_id", "starts_at"])


def downgrade() -> None:
    op.execute("delete from heartbeats where name = 'kept_visits'")
    op.drop_table("kept_visits")
