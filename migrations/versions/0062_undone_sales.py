"""An agreement whose sale was taken back says so: an end on its first day could mean other things, and be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

UNDONE = """
update memberships set undone_at = audit_lines.at, ends_on = starts_on from audit_lines
where audit_lines.action = 'membership.sale_undone' and audit_lines.subject_id = memberships.id
"""


def upgrade() -> None:
    """What was taken back before is known from the record, also where leaving and staying had let it run again."""
    op.add_column("memberships", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(UNDONE)
    op.create_check_constraint(
        op.f("ck_memberships_undone"),
        "memberships",
        "undone_at is null or ends_on is not distinct from starts_on",
    )


def downgrade() -> None:
    """They end on their first day, as they did before; the record still says why."""
    op.drop_constraint(op.f("ck_memberships_undone"), "memberships")
    op.drop_column("memberships", "undone_at")
