"""Tables of LINE: events as they came, accounts that talk to the gym, and codes that say whose account it is."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class EventKind(StrEnum):
    """The events that are kept; LINE sends others, which mean nothing here."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    MESSAGE = "message"
    POSTBACK = "postback"
    UNSEND = "unsend"


class EventState(StrEnum):
    """WAITING until a worker has handled it; FAILED after the last try."""

    WAITING = "WAITING"
    DONE = "DONE"
    FAILED = "FAILED"


class LineEvent(WithId):
    """One event of the webhook. `body` is its JSON as it came; it is dropped once the event was handled."""

    __tablename__ = "line_events"
    __table_args__ = (
        UniqueConstraint("webhook_event_id"),
        Index("ix_line_events_waiting", "next_try_at", "id", postgresql_where=text("state = 'WAITING'")),
        Index("ix_line_events_received_at", "received_at"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    webhook_event_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str] = mapped_column(Text)
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    body: Mapped[str | None] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(Text, default=EventState.WAITING)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_try_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class LineAccount(WithId):
    """Somebody on LINE. Until `person_id` is known it waits in a list; `set_aside_at` takes it off that list.

    `followed_changed_at` is LINE's own time of the last follow or unfollow, so an older one that comes late is ignored.
    """

    __tablename__ = "line_accounts"
    __table_args__ = (
        UniqueConstraint("user_id"),
        Index("ix_line_accounts_person_id", "person_id"),
        Index(
            "ix_line_accounts_unknown", "studio_id", "last_seen_at", "id",
            postgresql_where=text("person_id is null and set_aside_at is null"),
        ),
        Index("ix_line_accounts_profile", "profile_try_at", postgresql_where=text("profile_try_at is not null")),
        CheckConstraint("wrong_codes >= 0", name="wrong_codes"),
    )  # fmt: skip

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    user_id: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Whom somebody said to be when they booked from this account: a hint, never a proof."""
    display_name: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(Text, default="ja")
    profile_try_at: Mapped[datetime | None]
    profile_tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    followed_changed_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    tied_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(SmallInteger, default=0)
    wrong_since: Mapped[datetime | None]


class LineCode(WithId):
    """A code that says whose account it is, once. The database keeps only its keyed hash."""

    __tablename__ = "line_codes"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        Index("ix_line_codes_person_id", "person_id", "id"),
        Index("ix_line_codes_expires_at", "expires_at"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    code_hash: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
