"""Calendar links of trainers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One table; nothing that exists changes."""
    op.create_table(
        "trainer_feeds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_trainer_feeds_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["trainers.id"], name=op.f("fk_trainer_feeds_trainer_id_trainers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_trainer_feeds_token_hash")),
    )
    op.create_index(
        "uq_trainer_feeds_live",
        "trainer_feeds",
        ["trainer_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
    )


def downgrade() -> None:
    """Every calendar link stops working."""
    op.drop_table("trainer_feeds")
