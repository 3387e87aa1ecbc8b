"""Fees of single visits reach the books, from the day this is set up on: what came before was counted elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("billing_settings", sa.Column("visits_from", sa.Date(), nullable=True))
    op.execute(
        "update billing_settings set visits_from = (current_timestamp at time zone studios.zone)::date"
        " from studios where studios.id = billing_settings.studio_id"
    )
    op.alter_column("billing_settings", "visits_from", nullable=False)


def downgrade() -> None:
    op.drop_column("billing_settings", "visits_from")
