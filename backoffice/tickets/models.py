"""Tables of the ticket ledger. A trigger refuses what would owe less than nothing, and any change of what stands."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId


class TicketGrant(WithId):
    """Tickets given to a person at one time, at one price each (yen, tax included), usable from a day on.

    Until when they can be used stands in the ledger, because it can be extended.
    """

    __tablename__ = "ticket_grants"
    __table_args__ = (
        Index("ix_ticket_grants_person_id", "person_id", "id"),
        Index("uq_ticket_grants_membership", "membership_id", "valid_from", unique=True),
        CheckConstraint("unit_price_yen >= 0", name="price"),
    )

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    unit_price_yen: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)


class EntryKind(StrEnum):
    """What an entry does to the tickets of its grant."""

    GRANT = "GRANT"
    RESERVE = "RESERVE"
    USE = "USE"
    RETURN = "RETURN"
    EXPIRE = "EXPIRE"
    EXTEND = "EXTEND"
    REFUND = "REFUND"
    ADJUST = "ADJUST"
    REVERSE = "REVERSE"


class TicketEntry(WithId):
    """One line of the ledger: by how much the free, reserved and used tickets of a grant change, and why.

    `at` is when it holds from (an expiry holds from the end of the last day, whenever it was noticed, but never from
    before another line of its grant); `expires_on` the last day of use from this line on, where the line sets one.
    `reason` is a marked text; `note` was typed.
    """

    __tablename__ = "ticket_entries"
    __table_args__ = (
        Index("ix_ticket_entries_grant_id", "grant_id", "id"),
        Index("ix_ticket_entries_participant_id", "participant_id"),
        Index("uq_ticket_entries_reverses_id", "reverses_id", unique=True),
        CheckConstraint(
            "case kind"
            " when 'GRANT' then free > 0 and reserved = 0 and used = 0"
            " when 'RESERVE' then free = -1 and reserved = 1 and used = 0 and participant_id is not null"
            " when 'USE' then free = 0 and reserved = -1 and used = 1 and participant_id is not null"
            " when 'RETURN' then free = 1 and reserved = -1 and used = 0 and participant_id is not null"
            " when 'EXPIRE' then free < 0 and reserved = 0 and used = 0"
            " when 'EXTEND' then free = 0 and reserved = 0 and used = 0 and expires_on is not null"
            " when 'REFUND' then free < 0 and reserved = 0 and used = 0"
            " when 'ADJUST' then free <> 0 and reserved = 0 and used = 0"
            " else kind = 'REVERSE' and reverses_id is not null end",
            name="kind",
        ),
    )

    grant_id: Mapped[int] = mapped_column(ForeignKey("ticket_grants.id"))
    kind: Mapped[str] = mapped_column(Text)
    free: Mapped[int] = mapped_column(SmallInteger, default=0)
    reserved: Mapped[int] = mapped_column(SmallInteger, default=0)
    used: Mapped[int] = mapped_column(SmallInteger, default=0)
    expires_on: Mapped[date | None]
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_entries.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str | None] = mapped_column(EncryptedText)
    at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text)
