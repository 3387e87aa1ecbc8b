"""LINE: events of the webhook, accounts and whose they are, codes; conversations with their files."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = ("conversation_files", "conversation_entries", "line_events", "line_codes", "line_accounts")


def upgrade() -> None:
    """New tables and a column. Who has a LINE account on file already keeps it."""
    op.create_table(
        "line_accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("booked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("display_name", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("profile_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("profile_tries", sa.SmallInteger(), nullable=False),
        sa.Column("followed_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_codes", sa.SmallInteger(), nullable=False),
        sa.Column("wrong_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("wrong_codes >= 0", name=op.f("ck_line_accounts_wrong_codes")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["people.id"], name=op.f("fk_line_accounts_booked_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_line_accounts_person_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_line_accounts_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_accounts")),
        sa.UniqueConstraint("user_id", name=op.f("uq_line_accounts_user_id")),
    )
    op.create_index("ix_line_accounts_person_id", "line_accounts", ["person_id"], unique=False)
    op.create_index(
        "ix_line_accounts_profile",
        "line_accounts",
        ["profile_try_at"],
        unique=False,
        postgresql_where=sa.text("profile_try_at is not null"),
    )
    op.create_index(
        "ix_line_accounts_unknown",
        "line_accounts",
        ["studio_id", "last_seen_at", "id"],
        unique=False,
        postgresql_where=sa.text("person_id is null and set_aside_at is null"),
    )
    op.create_table(
        "line_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_line_codes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_line_codes_code_hash")),
    )
    op.create_index("ix_line_codes_expires_at", "line_codes", ["expires_at"], unique=False)
    op.create_index("ix_line_codes_person_id", "line_codes", ["person_id", "id"], unique=False)
    op.create_table(
        "line_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("webhook_event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_line_events_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_events")),
        sa.UniqueConstraint("webhook_event_id", name=op.f("uq_line_events_webhook_event_id")),
    )
    op.create_index("ix_line_events_received_at", "line_events", ["received_at"], unique=False)
    op.create_index(
        "ix_line_events_waiting",
        "line_events",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'WAITING'"),
    )
    op.create_table(
        "conversation_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("road", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("line_account_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("reply_token", sa.LargeBinary(), nullable=True),
        sa.Column("read_token", sa.LargeBinary(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("unsent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Text(), nullable=False),
        sa.CheckConstraint("body is null or unsent_at is null", name=op.f("ck_conversation_entries_unsent")),
        sa.ForeignKeyConstraint(
            ["line_account_id"], ["line_accounts.id"], name=op.f("fk_conversation_entries_line_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_conversation_entries_message_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_conversation_entries_person_id")),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_conversation_entries_studio_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_entries")),
    )
    op.create_index(
        "ix_conversation_entries_line_account_id",
        "conversation_entries",
        ["line_account_id", "said_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_conversation_entries_person_id",
        "conversation_entries",
        ["person_id", "said_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_conversation_entries_unread",
        "conversation_entries",
        ["studio_id", "said_at", "id"],
        unique=False,
        postgresql_where=sa.text("direction = 'IN' and read_at is null and unsent_at is null"),
    )
    op.create_index(
        "uq_conversation_entries_external", "conversation_entries", ["road", "external_id"], unique=True
    )
    op.create_table(
        "conversation_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(content is not null) = (state = 'KEPT')", name=op.f("ck_conversation_files_content")
        ),
        sa.CheckConstraint("size between 0 and 2097152", name=op.f("ck_conversation_files_size")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["conversation_entries.id"], name=op.f("fk_conversation_files_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_files")),
    )
    op.create_index(
        "ix_conversation_files_waiting",
        "conversation_files",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'WAITING'"),
    )
    op.create_index("uq_conversation_files_entry_id", "conversation_files", ["entry_id"], unique=True)
    op.add_column("studios", sa.Column("line_id", sa.Text(), server_default="", nullable=False))
    for table, column in (
        ("conversation_entries", "person_id"),
        ("line_accounts", "person_id"),
        ("line_accounts", "booked_by_id"),
        ("line_codes", "person_id"),
    ):
        op.execute(f"select not_for_merged_people('{table}', '{column}')")
    op.execute(
        "insert into line_accounts (studio_id, user_id, person_id, language, profile_tries, first_seen_at, last_seen_at,"
        " tied_at, wrong_codes)"
        " select (select min(id) from studios), line_user_id, id, language, 0, created_at, created_at, created_at, 0"
        " from people where line_user_id is not null"
    )


def downgrade() -> None:
    """What was said is lost, with the messages about LINE; whose account is whose stays with the people."""
    op.execute(
        "update todos set message_id = null"
        " where message_id in (select id from messages where kind like 'line\\_%')"
    )
    op.execute(
        "delete from message_attempts where message_id in (select id from messages where kind like 'line\\_%')"
    )
    for table in TABLES:
        op.drop_table(table)
    op.execute("delete from messages where kind like 'line\\_%'")
    op.drop_column("studios", "line_id")
