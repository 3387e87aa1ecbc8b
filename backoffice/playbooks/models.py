"""Tables of playbooks: the playbook, its steps, and one run for each person who entered it."""

from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class Entry(StrEnum):
    """What lets a person enter a playbook; the distance of every step is counted from that event."""

    COUNSELLED = "COUNSELLED"
    TRIALLED = "TRIALLED"
    NO_SHOW = "NO_SHOW"
    NO_NEXT_BOOKING = "NO_NEXT_BOOKING"
    QUIET = "QUIET"
    SHEET_EXPIRING = "SHEET_EXPIRING"
    CHECK_IN_UNANSWERED = "CHECK_IN_UNANSWERED"
    TICKETS_LOW = "TICKETS_LOW"
    FREEZE_ENDING = "FREEZE_ENDING"
    JOINED = "JOINED"


class Stop(StrEnum):
    """What ends a run early, beside the event being no longer true."""

    JOINED = "JOINED"
    LOST = "LOST"
    BOOKED = "BOOKED"
    OPTED_OUT = "OPTED_OUT"
    GATE_OPEN = "GATE_OPEN"
    REPLIED = "REPLIED"


class Deed(StrEnum):
    """What a step does: send a message, or ask a colleague to do something."""

    MESSAGE = "MESSAGE"
    TASK = "TASK"


class Playbook(WithId):
    """A follow-up as a manager set it up. One that is off lets nobody in."""

    __tablename__ = "playbooks"

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    entry: Mapped[str] = mapped_column(Text)
    name_ja: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    stops: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_on: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class PlaybookStep(WithId):
    """One step: so many days after the event, at that time of the studio's clock, this message or that task."""

    __tablename__ = "playbook_steps"
    __table_args__ = (
        Index("ix_playbook_steps_playbook_id", "playbook_id"),
        CheckConstraint("days between 0 and 365", name="days"),
        CheckConstraint(
            "(deed = 'MESSAGE' and kind is not null and task = '') or (deed = 'TASK' and kind is null and task <> '')",
            name="deed",
        ),
    )

    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    days: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[time]
    deed: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    task: Mapped[str] = mapped_column(Text, default="")
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class PlaybookRun(WithId):
    """A person in a playbook, from the event at `entered_at`. The same event never lets anybody in twice."""

    __tablename__ = "playbook_runs"
    __table_args__ = (
        UniqueConstraint("playbook_id", "person_id", "entered_at"),
        Index("ix_playbook_runs_person_id", "person_id"),
        Index("ix_playbook_runs_live", "playbook_id", postgresql_where=text("ended_at is null")),
    )

    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbooks.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    entered_at: Mapped[datetime]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(Text, default="")
