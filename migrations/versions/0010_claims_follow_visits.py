"""Taking a merge back finds the claims by their visits: the list of them is not kept any more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_FILL = """
update person_merges m set claims = coalesce((
    select jsonb_agg(c.id order by c.id) from claims c join participants p on p.booking_id = c.booking_id
    where c.resource = m.kept_id * 4 + 2 and p.person_id = m.kept_id
      and m.moved -> 'participants.person_id' @> to_jsonb(p.id)), '[]')
"""


def upgrade() -> None:
    """The list goes; it did not know the claims of visits that were moved after the merge."""
    op.drop_column("person_merges", "claims")


def downgrade() -> None:
    """The list again, of the claims that there are now."""
    op.add_column(
        "person_merges",
        sa.Column("claims", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.execute(_FILL)
    op.alter_column("person_merges", "claims", server_default=None)
