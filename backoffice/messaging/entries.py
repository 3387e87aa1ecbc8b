"""Tables of conversations: what was said on any road, by the person or by the gym, and the files that came with it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedBytes, EncryptedText
from backoffice.core.db import WithId


class Direction(StrEnum):
    """Who said it: the person (IN) or the gym (OUT)."""

    IN = "IN"
    OUT = "OUT"


class Road(StrEnum):
    """On which road something was said. Messages go by LINE or mail; what was heard on the phone is written down."""

    LINE = "line"
    MAIL = "mail"
    PHONE = "phone"


class EntryKind(StrEnum):
    """What was said: words, something with a file, or something that only has a name."""

    TEXT = "TEXT"
    PHOTO = "PHOTO"
    FILE = "FILE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"
    STICKER = "STICKER"
    PLACE = "PLACE"
    BUTTON = "BUTTON"
    OTHER = "OTHER"


class ConversationEntry(WithId):
    """One thing said. Without `person_id` it waits until somebody knows whose LINE account it came from.

    `external_id` is the provider's id: the same thing arrives once. Taken back by its sender (`unsent_at`) its words
    and file are gone. `read_token` lets the sender see that it was read, which LINE is told at `read_try_at`. What was
    heard waits until it is settled: by an answer (`settled_by_id`), or because somebody said that it needs none.
    `is_health`: an answer that only trainers read.
    """

    __tablename__ = "conversation_entries"
    __table_args__ = (
        Index("uq_conversation_entries_external", "road", "external_id", unique=True),
        Index("ix_conversation_entries_person_id", "person_id", "said_at", "id"),
        Index("ix_conversation_entries_line_account_id", "line_account_id", "said_at", "id"),
        Index(
            "ix_conversation_entries_unread", "studio_id", "said_at", "id",
            postgresql_where=text("direction = 'IN' and read_at is null and unsent_at is null"),
        ),
        Index(
            "ix_conversation_entries_open", "person_id", "line_account_id",
            postgresql_where=text("direction = 'IN' and settled_at is null and unsent_at is null"),
        ),
        Index(
            "ix_conversation_entries_settled_by_id", "settled_by_id",
            postgresql_where=text("settled_by_id is not null"),
        ),
        Index(
            "ix_conversation_entries_read_try", "read_try_at", "id", postgresql_where=text("read_try_at is not null")
        ),
        CheckConstraint("body is null or unsent_at is null", name="unsent"),
    )  # fmt: skip

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    road: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    line_account_id: Mapped[int | None] = mapped_column(ForeignKey("line_accounts.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    external_id: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(EncryptedText)
    read_token: Mapped[str | None] = mapped_column(EncryptedText)
    said_at: Mapped[datetime]
    received_at: Mapped[datetime]
    said_by: Mapped[str] = mapped_column(Text, default="")
    unsent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    read_by: Mapped[str] = mapped_column(Text, default="")
    read_try_at: Mapped[datetime | None]
    read_tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("conversation_entries.id"))
    is_health: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class Conversation(WithId):
    """All that was said between the gym and a person, or a LINE account nobody knows yet, as the inbox lists it.

    `waiting_since` is the first thing heard that nobody has settled; it follows from the entries and is written anew
    with each of them. Something new opens a conversation that was done.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("studio_id", "person_id"),
        UniqueConstraint("studio_id", "line_account_id"),
        Index(
            "ix_conversations_waiting", "studio_id", "waiting_since", "id",
            postgresql_where=text("waiting_since is not null"),
        ),
        Index("ix_conversations_said_at", "studio_id", "said_at", "id"),
        Index("ix_conversations_person_id", "person_id"),
        Index("ix_conversations_line_account_id", "line_account_id"),
        CheckConstraint("num_nonnulls(person_id, line_account_id) = 1", name="whose"),
        CheckConstraint("done_at is null or waiting_since is null", name="done"),
    )  # fmt: skip

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    line_account_id: Mapped[int | None] = mapped_column(ForeignKey("line_accounts.id"))
    assigned_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    waiting_since: Mapped[datetime | None]
    said_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer, default=1)


class FileState(StrEnum):
    """WAITING until the file was fetched from the provider; the others are ends."""

    WAITING = "WAITING"
    KEPT = "KEPT"
    NOT_KEPT = "NOT_KEPT"
    UNSENT = "UNSENT"


class EntryFile(WithId):
    """The file of an entry, kept encrypted. Why one was not kept stands in `reason` (a marked text).

    `filed_at`: a photo that was filed as a meal of the client, once.
    """

    __tablename__ = "conversation_files"
    __table_args__ = (
        Index("uq_conversation_files_entry_id", "entry_id", unique=True),
        Index(
            "ix_conversation_files_waiting", "next_try_at", "id", postgresql_where=text("state = 'WAITING'")
        ),
        CheckConstraint("(content is not null) = (state = 'KEPT')", name="content"),
        CheckConstraint("size between 0 and 2097152", name="size"),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("conversation_entries.id"))
    state: Mapped[str] = mapped_column(Text, default=FileState.WAITING)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_try_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    name: Mapped[str] = mapped_column(EncryptedText)
    media_type: Mapped[str] = mapped_column(Text, default="")
    size: Mapped[int] = mapped_column(Integer, default=0)
    filed_at: Mapped[datetime | None]
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes, deferred=True, deferred_raiseload=True)
