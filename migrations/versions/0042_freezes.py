"""Freezes, leavings, and what is decided about the bookings in them; plans with tax, credit of the trial and deposit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

AGREED = (
    ("tax_rate", sa.SmallInteger(), "10"),
    ("trial_credit_days", sa.SmallInteger(), "0"),
    ("deposit_yen", sa.Integer(), "0"),
)


def upgrade() -> None:
    """Plans are taxed with ten percent until somebody says otherwise; nobody is frozen and nobody has left."""
    for name, kind, default in AGREED:
        op.add_column("plans", sa.Column(name, kind, server_default=default, nullable=False))
        op.add_column("memberships", sa.Column(name, kind, server_default=default, nullable=False))
        op.alter_column("memberships", name, server_default=None)
    op.create_check_constraint(
        op.f("ck_plans_money"),
        "plans",
        "tax_rate in (8, 10) and trial_credit_days between 0 and 365 and deposit_yen >= 0",
    )
    op.add_column("memberships", sa.Column("replaces_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_memberships_replaces_id_memberships"), "memberships", "memberships", ["replaces_id"], ["id"]
    )
    op.create_index("uq_memberships_replaces_id", "memberships", ["replaces_id"], unique=True)
    op.add_column("clients", sa.Column("left_on", sa.Date(), nullable=True))
    op.add_column("studios", sa.Column("cut_off_day", sa.SmallInteger(), server_default="10", nullable=False))
    op.add_column("studios", sa.Column("freeze_fee_yen", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_studios_freezing"), "studios", "cut_off_day between 1 and 28 and freeze_fee_yen >= 0"
    )
    op.create_table(
        "freezes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("membership_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("fee_yen", sa.Integer(), nullable=False),
        sa.Column("waiver", sa.LargeBinary(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_freezes_days")),
        sa.CheckConstraint("fee_yen >= 0", name=op.f("ck_freezes_fee")),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(membership_id, membership_id, '[]')"), "&&"),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            where=sa.text("cancelled_at is null"),
            name="freezes_never_overlap",
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_freezes_membership_id_memberships")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freezes")),
    )
    op.create_index("ix_freezes_membership_id", "freezes", ["membership_id"])
    op.create_table(
        "leavings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("waiver", sa.LargeBinary(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_leavings_client_id_clients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leavings")),
    )
    op.create_index(
        "uq_leavings_client_id",
        "leavings",
        ["client_id"],
        unique=True,
        postgresql_where=sa.text("cancelled_at is null"),
    )
    op.create_table(
        "kept_bookings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("freeze_id", sa.BigInteger(), nullable=True),
        sa.Column("leaving_id", sa.BigInteger(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(freeze_id, leaving_id) = 1", name=op.f("ck_kept_bookings_one_cause")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_kept_bookings_booking_id_bookings")
        ),
        sa.ForeignKeyConstraint(
            ["freeze_id"], ["freezes.id"], name=op.f("fk_kept_bookings_freeze_id_freezes")
        ),
        sa.ForeignKeyConstraint(
            ["leaving_id"], ["leavings.id"], name=op.f("fk_kept_bookings_leaving_id_leavings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_bookings")),
    )
    op.create_index("uq_kept_bookings_freeze_id", "kept_bookings", ["booking_id", "freeze_id"], unique=True)
    op.create_index("uq_kept_bookings_leaving_id", "kept_bookings", ["booking_id", "leaving_id"], unique=True)


def downgrade() -> None:
    """Freezes and leavings are lost; the last days they wrote stay, and so do the tickets they made last longer."""
    op.execute("delete from todos where kind = 'DECIDE'")
    for table in ("kept_bookings", "leavings", "freezes"):
        op.drop_table(table)
    op.drop_column("studios", "freeze_fee_yen")
    op.drop_column("studios", "cut_off_day")
    op.drop_column("clients", "left_on")
    op.drop_column("memberships", "replaces_id")
    for table in ("memberships", "plans"):
        for name, _kind, _default in AGREED:
            op.drop_column(table, name)
