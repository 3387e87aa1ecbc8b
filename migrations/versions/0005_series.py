"""Series: bookings on the same weekday for some weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LIVE = "state in ('HELD', 'BOOKED', 'ATTENDED', 'NO_SHOW')"


def upgrade() -> None:
    """A table, and on each booking the series and the date of it that it stands for (none for bookings so far)."""
    op.create_table(
        "series",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("second_person_id", sa.BigInteger(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("dates", sa.SmallInteger(), nullable=False),
        sa.Column("every_weeks", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "dates between 2 and 52 and every_weeks between 1 and 4", name=op.f("ck_series_dates")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_series_person_id_people")),
        sa.ForeignKeyConstraint(
            ["second_person_id"], ["people.id"], name=op.f("fk_series_second_person_id_people")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_series_service_id_services")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_series_studio_id_studios")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.add_column("bookings", sa.Column("series_id", sa.BigInteger(), nullable=True))
    op.add_column("bookings", sa.Column("series_day", sa.Date(), nullable=True))
    op.create_foreign_key(op.f("fk_bookings_series_id_series"), "bookings", "series", ["series_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_bookings_series"), "bookings", "(series_id is null) = (series_day is null)"
    )
    op.create_index(
        "uq_bookings_series_day",
        "bookings",
        ["series_id", "series_day"],
        unique=True,
        postgresql_where=sa.text(_LIVE),
    )


def downgrade() -> None:
    """Every date stays the booking it is; only that they belong together is lost, and its messages."""
    op.execute(
        "delete from message_attempts where message_id in (select id from messages where kind = 'series_dates')"
    )
    op.execute("delete from todos where message_id in (select id from messages where kind = 'series_dates')")
    op.execute("delete from messages where kind = 'series_dates'")
    op.drop_index("uq_bookings_series_day", table_name="bookings")
    op.drop_constraint(op.f("ck_bookings_series"), "bookings")
    op.drop_column("bookings", "series_day")
    op.drop_column("bookings", "series_id")
    op.drop_table("series")
