"""Times to choose from, and answers by a reply token of LINE."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Times that are held for somebody to choose from; reply tokens, one for each account of LINE."""
    op.create_table(
        "choices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_version", sa.Integer(), nullable=True),
        sa.Column("chosen_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(booking_id is null) = (booking_version is null)", name=op.f("ck_choices_version")
        ),
        sa.CheckConstraint(
            "(chosen_id is not null) = (state = 'CHOSEN')", name=op.f("ck_choices_chosen")
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_choices_studio_id_studios")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_choices_person_id_people")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_choices_service_id_services")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_choices_booking_id_bookings")),
        sa.ForeignKeyConstraint(["chosen_id"], ["bookings.id"], name=op.f("fk_choices_chosen_id_bookings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices")),
    )  # fmt: skip
    is_open = sa.text("state = 'OPEN'")
    op.create_index("uq_choices_open", "choices", ["booking_id"], unique=True, postgresql_where=is_open)
    op.create_index("ix_choices_open", "choices", ["studio_id", "expires_at", "id"], postgresql_where=is_open)
    op.create_index("ix_choices_person_id", "choices", ["person_id"])
    op.create_table(
        "choice_times",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("choice_id", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("position between 1 and 3", name=op.f("ck_choice_times_position")),
        sa.ForeignKeyConstraint(["choice_id"], ["choices.id"], name=op.f("fk_choice_times_choice_id_choices")),
        sa.ForeignKeyConstraint(["hold_id"], ["bookings.id"], name=op.f("fk_choice_times_hold_id_bookings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice_times")),
        sa.UniqueConstraint("choice_id", "position", name=op.f("uq_choice_times_choice_id_position")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_choice_times_hold_id")),
    )  # fmt: skip
    op.execute("select not_for_merged_people('choices', 'person_id')")
    op.create_table(
        "reply_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_tokens")),
        sa.UniqueConstraint("address", name=op.f("uq_reply_tokens_address")),
    )
    # A token lives for a minute, so those that were kept with what was said are worth nothing by now.
    op.drop_column("conversation_entries", "reply_token")
    op.add_column(
        "message_attempts",
        sa.Column("by_reply", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.alter_column("message_attempts", "by_reply", server_default=None)


def downgrade() -> None:
    """What was sent is lost with its messages; what is held stays a hold that lapses by itself.

    A reply that is under way becomes unknown: the older version would push it once more.
    """
    op.execute(
        "update messages set state = 'UNKNOWN', lease_until = null, ended_at = send_at, version = version + 1"
        " where state = 'CLAIMED' and phase = 'HANDED_OVER'"
        " and exists (select from message_attempts a where a.message_id = messages.id and a.by_reply)"
    )
    op.execute(
        "update todos set message_id = null where message_id in"
        " (select id from messages where kind in ('times_offered', 'line_times'))"
    )
    op.execute(
        "delete from message_attempts where message_id in"
        " (select id from messages where kind in ('times_offered', 'line_times'))"
    )
    op.execute(
        "delete from text_failures where message_id in"
        " (select id from messages where kind in ('times_offered', 'line_times'))"
    )
    op.execute("delete from messages where kind in ('times_offered', 'line_times')")
    op.execute("delete from message_templates where kind = 'times_offered'")
    op.execute("delete from message_roads where kind = 'times_offered'")
    op.drop_column("message_attempts", "by_reply")
    op.add_column("conversation_entries", sa.Column("reply_token", sa.LargeBinary(), nullable=True))
    op.drop_table("reply_tokens")
    op.drop_table("choice_times")
    op.drop_table("choices")
