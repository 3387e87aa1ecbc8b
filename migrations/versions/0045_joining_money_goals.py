"""Joining is charged; sources and lost reasons are edited; goals of a month; how long a month is young; first steps."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

MEASURES = ("enquiries", "trials", "joins", "revenue_yen", "sessions")


def upgrade() -> None:
    """Papers of before have neither credit nor deposit nor an invoice; gyms that have bookings are past their first
    steps."""
    for name in ("trial_credit_yen", "deposit_yen"):
        op.add_column("joining_papers", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("joining_papers", sa.Column("invoice_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_joining_papers_invoice_id_invoices"), "joining_papers", "invoices", ["invoice_id"], ["id"]
    )
    op.drop_constraint(op.f("ck_joining_papers_amounts"), "joining_papers")
    op.create_check_constraint(
        op.f("ck_joining_papers_amounts"),
        "joining_papers",
        "least(joining_fee_yen, price_yen, trial_credit_yen, deposit_yen) >= 0",
    )
    for table in ("lead_sources", "lost_reasons"):
        op.add_column(table, sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False))
        op.create_unique_constraint(op.f(f"uq_{table}_id"), table, ["id"])
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "month_goals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in MEASURES),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_month_goals_month")),
        sa.CheckConstraint(
            "least(enquiries, trials, joins, revenue_yen, sessions) >= 0", name=op.f("ck_month_goals_amounts")
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_month_goals_studio_id_studios")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_goals")),
        sa.UniqueConstraint("studio_id", "month", name=op.f("uq_month_goals_studio_id_month")),
    )
    op.add_column("studios", sa.Column("maturity_days", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_studios_maturity_days"), "studios", "maturity_days between 7 and 365")
    op.add_column(
        "studios", sa.Column("skipped_steps", sa.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.execute(
        "update studios set skipped_steps = '{studio,hours,rooms,trainers,services,plans,terms,line,mail,booking}'"
        " where exists (select from bookings where studio_id = studios.id)"
    )


def downgrade() -> None:
    """Goals and the order of first steps are lost; what was charged stays charged."""
    op.drop_column("studios", "skipped_steps")
    op.drop_column("studios", "maturity_days")
    op.drop_table("month_goals")
    for table in ("lost_reasons", "lead_sources"):
        op.drop_column(table, "version")
        op.drop_column(table, "id")
    op.drop_constraint(op.f("ck_joining_papers_amounts"), "joining_papers")
    op.create_check_constraint(
        op.f("ck_joining_papers_amounts"), "joining_papers", "joining_fee_yen >= 0 and price_yen >= 0"
    )
    for name in ("invoice_id", "deposit_yen", "trial_credit_yen"):
        op.drop_column("joining_papers", name)
