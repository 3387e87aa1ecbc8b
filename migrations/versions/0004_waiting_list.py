"""The waiting list: wishes and the timed offers they get."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables; nothing that exists changes."""
    op.create_table(
        "waits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=True),
        sa.Column("wants_woman", sa.Boolean(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("from_clock", sa.Time(), nullable=True),
        sa.Column("until_clock", sa.Time(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_waits_days")),
        sa.CheckConstraint(
            "from_clock is null or until_clock is null or from_clock <= until_clock",
            name=op.f("ck_waits_hours"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_waits_person_id_people")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_waits_service_id_services")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_waits_studio_id_studios")),
        sa.ForeignKeyConstraint(["trainer_id"], ["trainers.id"], name=op.f("fk_waits_trainer_id_trainers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waits")),
    )
    op.create_index(
        "ix_waits_open",
        "waits",
        ["studio_id", "created_at", "id"],
        postgresql_where=sa.text("state in ('WAITING', 'OFFERED')"),
    )
    op.create_index("ix_waits_person_id", "waits", ["person_id"])
    op.create_table(
        "offers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("wait_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sent_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_offers_booking_id_bookings")),
        sa.ForeignKeyConstraint(["wait_id"], ["waits.id"], name=op.f("fk_offers_wait_id_waits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index(
        "uq_offers_open", "offers", ["wait_id"], unique=True, postgresql_where=sa.text("state = 'OPEN'")
    )
    op.create_index("uq_offers_booking", "offers", ["booking_id"], unique=True)


def downgrade() -> None:
    """Wishes and offers are lost; what was held stays a hold that lapses by itself, and the messages are taken back."""
    op.execute(
        "delete from message_attempts where message_id in (select id from messages where kind = 'slot_offered')"
    )
    op.execute("delete from todos where message_id in (select id from messages where kind = 'slot_offered')")
    op.execute("delete from messages where kind = 'slot_offered'")
    op.drop_table("offers")
    op.drop_table("waits")
