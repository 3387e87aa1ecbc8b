"""Roads: which kind of message goes by LINE, how each channel is doing, and the road of each call."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables and two columns. Calls made so far went by the channel their message names."""
    op.add_column("people", sa.Column("line_blocked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "message_roads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_message_roads_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_roads")),
        sa.UniqueConstraint("studio_id", "kind", name=op.f("uq_message_roads_studio_id_kind")),
    )
    op.create_table(
        "channel_states",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resting_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_up_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_states")),
    )
    op.add_column("message_attempts", sa.Column("channel", sa.Text(), nullable=True))
    op.execute(
        "update message_attempts set channel = messages.channel from messages"
        " where messages.id = message_attempts.message_id"
    )
    op.alter_column("message_attempts", "channel", nullable=False)


def downgrade() -> None:
    """Roads are lost: everything goes by mail again."""
    op.drop_column("message_attempts", "channel")
    op.drop_table("channel_states")
    op.drop_table("message_roads")
    op.drop_column("people", "line_blocked_at")
