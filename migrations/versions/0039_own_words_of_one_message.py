"""What somebody wrote for one message alone, and whether they chose its time."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns; nobody has written or chosen anything yet."""
    op.add_column("messages", sa.Column("own_subject", sa.LargeBinary(), nullable=True))
    op.add_column("messages", sa.Column("own_body", sa.LargeBinary(), nullable=True))
    op.add_column(
        "messages", sa.Column("is_own_time", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_messages_own_texts"), "messages", "(own_subject is null) = (own_body is null)"
    )


def downgrade() -> None:
    """Words for one message are lost; what is planned says the text of its kind, at the time it has."""
    op.drop_constraint(op.f("ck_messages_own_texts"), "messages")
    for name in ("is_own_time", "own_body", "own_subject"):
        op.drop_column("messages", name)
