"""What was taken off a plan when somebody joined names its membership, so that its sessions are that much cheaper."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# The books are only added to. Which membership a discount belongs to was always known by the papers; no yen changes.
NAMED = """
update invoice_lines set membership_id = {membership}
from joining_papers, paper_discounts
where paper_discounts.paper_id = joining_papers.id and paper_discounts.taken_from = 'PLAN'
  and invoice_lines.invoice_id = joining_papers.invoice_id and invoice_lines.kind = 'DISCOUNT'
  and invoice_lines.name_ja = paper_discounts.name_ja and invoice_lines.unit_price_yen = -paper_discounts.yen
"""


def upgrade() -> None:
    _name("joining_papers.membership_id")


def downgrade() -> None:
    _name("null")


def _name(membership: str) -> None:
    op.execute("alter table invoice_lines disable trigger stays")
    op.execute(NAMED.format(membership=membership))
    op.execute("alter table invoice_lines enable trigger stays")
