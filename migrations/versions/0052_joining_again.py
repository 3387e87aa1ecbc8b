"""Who has left may join again: the row of the leaving then tells of an earlier stay."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leavings", sa.Column("rejoined_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("leavings", sa.Column("stay_began_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_leavings_rejoined"), "leavings", "num_nonnulls(rejoined_at, stay_began_on) in (0, 2)"
    )
    op.create_check_constraint(
        op.f("ck_leavings_stay"),
        "leavings",
        "stay_began_on <= left_on and num_nonnulls(rejoined_at, cancelled_at) < 2",
    )
    op.drop_index("uq_leavings_client_id", "leavings")
    op.create_index(
        "uq_leavings_client_id", "leavings", ["client_id"], unique=True,
        postgresql_where=sa.text("cancelled_at is null and rejoined_at is null"),
    )  # fmt: skip


def downgrade() -> None:
    """Earlier stays are kept as leavings that were taken back: at most one of a client may stand."""
    # The stay's constraint forbids both instants, so it goes before they are set.
    op.drop_constraint(op.f("ck_leavings_stay"), "leavings")
    op.execute(
        "update leavings set cancelled_at = rejoined_at where rejoined_at is not null and cancelled_at is null"
    )
    op.drop_index("uq_leavings_client_id", "leavings")
    op.create_index(
        "uq_leavings_client_id", "leavings", ["client_id"], unique=True,
        postgresql_where=sa.text("cancelled_at is null"),
    )  # fmt: skip
    op.drop_constraint(op.f("ck_leavings_rejoined"), "leavings")
    op.drop_column("leavings", "stay_began_on")
    op.drop_column("leavings", "rejoined_at")
