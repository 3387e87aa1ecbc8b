"""The shift table: hours of single days, which take the place of the weekly ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables; a change of the hours renews the stamp of the set-up, as one of the weekly hours does."""
    op.create_table(
        "shift_days",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", postgresql.INT4MULTIRANGE(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours <@ int4range(0, 1440)", name=op.f("ck_shift_days_within_a_day")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_shift_days_studio_id_studios")),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["trainers.id"], name=op.f("fk_shift_days_trainer_id_trainers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_days")),
        sa.UniqueConstraint("trainer_id", "day", name=op.f("uq_shift_days_trainer_id_day")),
    )
    op.create_index("ix_shift_days_day", "shift_days", ["studio_id", "day"])
    op.create_table(
        "shift_copies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("days", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_shift_copies_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_copies")),
    )
    op.create_index("ix_shift_copies_month", "shift_copies", ["studio_id", "month"])
    op.execute(
        "create trigger setup_changed after insert or delete or update on shift_days"
        " for each statement execute function setup_changed()"
    )


def downgrade() -> None:
    """The hours of single days become weekly hours that hold on that day only; the others hold around it.

    Midnight at the end of a day is 23:59 there. Copies can be undone no more.
    """
    op.execute(
        "create temporary table around on commit drop as"
        " select s.*, unnest(datemultirange(daterange(s.valid_from, s.valid_until, '[]')) - own.days) as held"
        " from shifts s join ("
        "   select s.id, range_agg(daterange(d.day, d.day, '[]')) as days from shifts s"
        "   join shift_days d on d.trainer_id = s.trainer_id and d.hours is not null"
        "   and extract(isodow from d.day) - 1 = s.weekday"
        "   and daterange(s.valid_from, s.valid_until, '[]') @> d.day group by s.id) own on own.id = s.id"
    )
    op.execute(
        "delete from shifts s using shift_days d where d.trainer_id = s.trainer_id and d.hours is not null"
        " and extract(isodow from d.day) - 1 = s.weekday"
        " and daterange(s.valid_from, s.valid_until, '[]') @> d.day"
    )
    op.execute(
        "insert into shifts (studio_id, trainer_id, weekday, starts_at, ends_at, break_from, break_to, valid_from,"
        " valid_until)"
        " select studio_id, trainer_id, weekday, starts_at, ends_at, break_from, break_to, lower(held), upper(held) - 1"
        " from around"
    )
    op.execute(
        "insert into shifts (studio_id, trainer_id, weekday, starts_at, ends_at, break_from, break_to, valid_from,"
        " valid_until)"
        " select studio_id, trainer_id, extract(isodow from day) - 1, make_time(lower(span) / 60, lower(span) % 60, 0),"
        " make_time(least(upper(span), 1439) / 60, least(upper(span), 1439) % 60, 0), null, null, day, day"
        " from shift_days, unnest(hours) as span where lower(span) < 1439"
    )
    op.drop_table("shift_copies")
    op.drop_table("shift_days")
