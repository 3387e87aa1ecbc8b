"""First steps ask for more: gyms that were founded before are not asked, and can be by one tap."""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

SETTLED = """
update studios set skipped_steps = array(
  select distinct step from unnest(skipped_steps || array['billing', 'closing', 'joining', 'team']) as steps (step)
  order by step)
"""
UNKNOWN = """
update studios set skipped_steps = array(
  select step from unnest(skipped_steps) as steps (step)
  where step not in ('billing', 'closing', 'joining', 'team') order by step)
"""


def upgrade() -> None:
    op.execute(SETTLED)


def downgrade() -> None:
    op.execute(UNKNOWN)
