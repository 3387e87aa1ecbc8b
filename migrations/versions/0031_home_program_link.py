"""The link of a home program as a message."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A kind is a word in a column: nothing changes."""


def downgrade() -> None:
    """Messages with such a link are lost."""
    op.execute(
        "update todos set message_id = null"
        " where message_id in (select id from messages where kind = 'home_program')"
    )
    op.execute(
        "delete from message_attempts where message_id in (select id from messages where kind = 'home_program')"
    )
    op.execute("delete from messages where kind = 'home_program'")
