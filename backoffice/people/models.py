"""Tables of people: one row for life, raw and folded keys, consents as given."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import WithId

ERASED = "消去済み / Erased"
"""What stands in place of a name once somebody was erased, in both languages: rows that remain lead to it."""


class Caution(StrEnum):
    """Why the desk looks twice: somebody to be checked with first (要確認), or not to be booked (出禁)."""

    CHECK = "CHECK"
    BARRED = "BARRED"


class Person(WithId):
    """One human. `name` and `kana` are as written; `name_key`, `kana_key` and `search` are folded from them."""

    __tablename__ = "people"
    __table_args__ = (
        Index("ix_people_name_key", "name_key"),
        Index("ix_people_kana_key", "kana_key"),
        Index(
            "ix_people_search_grams", text("search_grams(search)"),
            postgresql_using="gin", postgresql_with={"fastupdate": "off"},
        ),
        CheckConstraint(
            "caution in ('', 'CHECK', 'BARRED') and (caution = '') = (caution_reason is null)", name="caution"
        ),
        CheckConstraint(
            "erased_at is null or (archived_at is not null"
            " and num_nonnulls(birth_date, line_user_id, caution_reason) = 0"
            " and kana || former_name || name_key || kana_key || search || gender = '')",
            name="erased",
        ),
    )  # fmt: skip

    name: Mapped[str] = mapped_column(Text, default="")
    kana: Mapped[str] = mapped_column(Text, default="")
    former_name: Mapped[str] = mapped_column(Text, default="")
    name_key: Mapped[str] = mapped_column(Text, default="")
    kana_key: Mapped[str] = mapped_column(Text, default="")
    search: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(Text, default="ja")
    gender: Mapped[str] = mapped_column(Text, default="")
    birth_date: Mapped[date | None]
    caution: Mapped[str] = mapped_column(Text, default="", server_default="")
    caution_reason: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    line_user_id: Mapped[str | None] = mapped_column(Text, unique=True)
    line_blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    """Set on a row that stands for nobody any more: merged into another one, or erased."""
    erased_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)

    phones: Mapped[list["PersonPhone"]] = relationship(order_by="PersonPhone.id", lazy="raise_on_sql")
    mails: Mapped[list["PersonMail"]] = relationship(order_by="PersonMail.id", lazy="raise_on_sql")

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


class PersonPhone(WithId):
    """A phone of a person: as written and in E.164. Families share one, so it is unique per person only."""

    __tablename__ = "person_phones"
    __table_args__ = (UniqueConstraint("person_id", "e164"), Index("ix_person_phones_e164", "e164"))

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    raw: Mapped[str] = mapped_column(Text)
    e164: Mapped[str] = mapped_column(Text)


class PersonMail(WithId):
    """A mail address of a person: as written and folded."""

    __tablename__ = "person_mails"
    __table_args__ = (UniqueConstraint("person_id", "address"), Index("ix_person_mails_address", "address"))

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    raw: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)


class Purpose(StrEnum):
    """What a consent is about. Each is given and withdrawn on its own."""

    TERMS = "TERMS"
    FOLLOW_UP = "FOLLOW_UP"
    MARKETING = "MARKETING"
    HEALTH = "HEALTH"
    PHOTOS = "PHOTOS"
    HEALTH_CHAT = "HEALTH_CHAT"


class Consent(WithId):
    """A yes or a no, as given: wording version, language, time, source. The newest row of a purpose holds."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_person_purpose", "person_id", "purpose", "id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str] = mapped_column(Text)
    granted: Mapped[bool] = mapped_column(Boolean)
    wording: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class PersonNote(WithId):
    """What staff wrote about a person (encrypted); shown in the timeline of the person and their leads."""

    __tablename__ = "person_notes"
    __table_args__ = (Index("ix_person_notes_person", "person_id", "at"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(EncryptedText)
    by_label: Mapped[str] = mapped_column(Text)
    by_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class PersonDetails(WithId):
    """Where somebody lives and who is called in an emergency. One row for a person; after a merge there may be two
    until it is saved the next time, and `details.details_of` reads them as one."""

    __tablename__ = "person_details"
    __table_args__ = (Index("ix_person_details_person_id", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    postal_code: Mapped[str] = mapped_column(EncryptedText)
    address: Mapped[str] = mapped_column(EncryptedText)
    emergency_name: Mapped[str] = mapped_column(EncryptedText)
    emergency_relation: Mapped[str] = mapped_column(EncryptedText)
    emergency_phone: Mapped[str] = mapped_column(EncryptedText)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
