"""The inbox: conversations that wait, quick replies, answers written by hand, and playbooks that stop at a reply.

What was heard so far has no answer here, so all of it waits: somebody looks at each conversation once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

FOLLOW_UPS = ["COUNSELLED", "TRIALLED", "NO_SHOW", "NO_NEXT_BOOKING", "QUIET", "JOINED"]
QUICK_REPLIES = (
    (
        "営業時間 / Opening hours",
        "営業時間のお問い合わせありがとうございます。ご予約は24時間、こちらのページから承っております。"
        "空いているお時間もご覧いただけます。",
        "Thank you for asking about our hours. You can see every free time and book on our booking page at any hour.",
    ),
    (
        "行き方 / Way",
        "当ジムへの行き方は、メニューの「行き方」からご覧いただけます。道に迷われましたら、お電話ください。",
        "You find the way to us under “way” in the menu below. If you get lost, please call us.",
    ),
    (
        "料金 / Price",
        "料金のお問い合わせありがとうございます。目標とペースに合わせてご案内しておりますので、"
        "無料カウンセリングで詳しくお話しさせてください。",
        "Thank you for asking about our prices. They depend on your goal and how often you come; we are glad to explain"
        " them in a free counselling.",
    ),
    (
        "持ち物 / What to bring",
        "手ぶらでお越しいただけます。ウェアとシューズは無料でお貸しします。サイズをお知らせください。",
        "You can come with nothing: we lend clothes and shoes for free. Please tell us your sizes.",
    ),
    (
        "予約の変更 / Changing a booking",
        "ご予約の変更は、予約確認のメッセージにあるリンクから承っております。"
        "ご希望の日時をこちらにお書きいただいても大丈夫です。",
        "You can change your booking with the link in its confirmation. Or simply write here when you like to come.",
    ),
)


def upgrade() -> None:
    """Make the tables and columns, a conversation for everybody who said something, and the first quick replies."""
    _conversations()
    _entries()
    op.add_column("conversation_files", sa.Column("filed_at", sa.DateTime(timezone=True)))
    op.add_column("todos", sa.Column("conversation_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_todos_conversation_id_conversations"), "todos", "conversations", ["conversation_id"], ["id"]
    )
    op.create_index(
        "uq_todos_answer", "todos", ["conversation_id"], unique=True,
        postgresql_where=sa.text("kind = 'ANSWER' and done_at is null"),
    )  # fmt: skip
    _quick_replies()
    op.get_bind().execute(
        sa.text("update playbooks set stops = array_append(stops, 'REPLIED') where entry = any(:entries)"),
        {"entries": FOLLOW_UPS},
    )


def downgrade() -> None:
    """Answers that wait are lost, what was said stays; playbooks go on after a reply."""
    for statement in (
        "delete from todos where conversation_id is not null",
        "update todos set message_id = null where message_id in (select id from messages where kind = 'written')",
        "update conversation_entries set message_id = null where message_id in (select id from messages where kind = 'written')",
        "delete from message_attempts where message_id in (select id from messages where kind = 'written')",
        "delete from text_failures where message_id in (select id from messages where kind = 'written')",
        "delete from messages where kind = 'written'",
        "delete from message_roads where kind = 'written'",
        "delete from message_templates where kind = 'written'",
        "update playbooks set stops = array_remove(stops, 'REPLIED')",
    ):
        op.execute(statement)
    op.drop_table("quick_replies")
    op.drop_index("uq_todos_answer", "todos")
    op.drop_column("todos", "conversation_id")
    op.drop_column("conversation_files", "filed_at")
    for index in ("read_try", "settled_by_id", "open"):
        op.drop_index(f"ix_conversation_entries_{index}", "conversation_entries")
    for column in ("is_health", "settled_by_id", "settled_at", "read_tries", "read_try_at"):
        op.drop_column("conversation_entries", column)
    op.drop_table("conversations")


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("line_account_id", sa.BigInteger(), nullable=True),
        sa.Column("assigned_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("num_nonnulls(person_id, line_account_id) = 1", name=op.f("ck_conversations_whose")),
        sa.CheckConstraint("done_at is null or waiting_since is null", name=op.f("ck_conversations_done")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_conversations_studio_id_studios")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_conversations_person_id_people")),
        sa.ForeignKeyConstraint(
            ["line_account_id"], ["line_accounts.id"], name=op.f("fk_conversations_line_account_id_line_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_staff_id"], ["staff.id"], name=op.f("fk_conversations_assigned_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("studio_id", "person_id", name=op.f("uq_conversations_studio_id_person_id")),
        sa.UniqueConstraint("studio_id", "line_account_id", name=op.f("uq_conversations_studio_id_line_account_id")),
    )  # fmt: skip
    op.create_index(
        "ix_conversations_waiting", "conversations", ["studio_id", "waiting_since", "id"],
        postgresql_where=sa.text("waiting_since is not null"),
    )  # fmt: skip
    op.create_index("ix_conversations_said_at", "conversations", ["studio_id", "said_at", "id"])
    op.create_index("ix_conversations_person_id", "conversations", ["person_id"])
    op.create_index("ix_conversations_line_account_id", "conversations", ["line_account_id"])
    op.execute(
        "insert into conversations (studio_id, person_id, waiting_since, said_at, created_at, version)"
        " select studio_id, person_id, min(said_at) filter (where direction = 'IN' and unsent_at is null), max(said_at),"
        " min(received_at), 1 from conversation_entries where person_id is not null group by studio_id, person_id"
    )
    op.execute(
        "insert into conversations (studio_id, line_account_id, waiting_since, said_at, created_at, version)"
        " select studio_id, line_account_id, min(said_at) filter (where direction = 'IN' and unsent_at is null),"
        " max(said_at), min(received_at), 1 from conversation_entries"
        " where person_id is null and line_account_id is not null group by studio_id, line_account_id"
    )
    op.execute("select not_for_merged_people('conversations', 'person_id')")


def _entries() -> None:
    table = "conversation_entries"
    op.add_column(table, sa.Column("read_try_at", sa.DateTime(timezone=True)))
    op.add_column(table, sa.Column("read_tries", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column(table, sa.Column("settled_at", sa.DateTime(timezone=True)))
    op.add_column(table, sa.Column("settled_by_id", sa.BigInteger(), nullable=True))
    op.add_column(
        table, sa.Column("is_health", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.create_foreign_key(
        op.f("fk_conversation_entries_settled_by_id_conversation_entries"),
        table,
        table,
        ["settled_by_id"],
        ["id"],
    )
    for name, columns, condition in (
        (
            "open",
            ["person_id", "line_account_id"],
            "direction = 'IN' and settled_at is null and unsent_at is null",
        ),
        ("settled_by_id", ["settled_by_id"], "settled_by_id is not null"),
        ("read_try", ["read_try_at", "id"], "read_try_at is not null"),
    ):
        op.create_index(
            f"ix_conversation_entries_{name}", table, columns, postgresql_where=sa.text(condition)
        )


def _quick_replies() -> None:
    made = op.create_table(
        "quick_replies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body_ja", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_quick_replies_studio_id_studios")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quick_replies")),
    )  # fmt: skip
    op.create_index("ix_quick_replies_studio_id", "quick_replies", ["studio_id", "position", "id"])
    studios = op.get_bind().scalars(sa.text("select id from studios")).all()
    rows = [
        {"studio_id": studio, "name": name, "body_ja": ja, "body_en": en, "position": place, "version": 1}
        for studio in studios
        for place, (name, ja, en) in enumerate(QUICK_REPLIES, 1)
    ]
    if rows:
        op.bulk_insert(made, rows)
