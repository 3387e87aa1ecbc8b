"""Cancellation fees hold from the moment they are set; what the gym's own clock took back is told from staff's word."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

# Every visit before today was looked at by the hourly sweep, under the rules of then. None of them is judged again.
FROM_TODAY = """
update billing_settings
set fees_from = date_trunc('day', now() at time zone studios.zone) at time zone studios.zone
from studios where studios.id = billing_settings.studio_id
"""
# Until now the sweep said CHANGED, as staff may.
TOLD_APART = """
update invoices set why = '{after}'
where why = '{before}' and created_by = 'system' and credits_id is not null and exists (
    select from invoice_lines where invoice_lines.invoice_id = invoices.id and invoice_lines.kind = 'CANCEL'
)
"""


def upgrade() -> None:
    op.add_column("billing_settings", sa.Column("fees_from", sa.DateTime(timezone=True), nullable=True))
    op.execute(FROM_TODAY)
    op.add_column("studios", sa.Column("forgiving_changed_at", sa.DateTime(timezone=True), nullable=True))
    _call("CHANGED", "VISIT")


def downgrade() -> None:
    _call("VISIT", "CHANGED")
    op.drop_column("studios", "forgiving_changed_at")
    op.drop_column("billing_settings", "fees_from")


def _call(before: str, after: str) -> None:
    op.execute("alter table invoices disable trigger stays")
    op.execute(TOLD_APART.format(before=before, after=after))
    op.execute("alter table invoices enable trigger stays")
