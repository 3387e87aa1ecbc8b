"""The kept visits of an enquiry are found by it: cohorts by enquiry looked through all visits for their trials."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_kept_visits_lead_id",
        "kept_visits",
        ["lead_id", "starts_at"],
        postgresql_where=sa.text("lead_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_kept_visits_lead_id", table_name="kept_visits")
