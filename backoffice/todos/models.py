"""The table of human tasks."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId


class TodoKind(StrEnum):
    """Why a human is needed."""

    NEXT_ACTION = "NEXT_ACTION"
    CALL_TO_CONFIRM = "CALL_TO_CONFIRM"
    CHECK_MESSAGE = "CHECK_MESSAGE"
    SHIFT_SWAP = "SHIFT_SWAP"
    CARE_SILENT = "CARE_SILENT"
    REVIEW = "REVIEW"
    PLAYBOOK = "PLAYBOOK"
    ANSWER = "ANSWER"
    DECIDE = "DECIDE"
    MAY_LEAVE = "MAY_LEAVE"
    RENEW = "RENEW"
    DEBIT_FAILED = "DEBIT_FAILED"
    FEE_BACK = "FEE_BACK"
    TWICE = "TWICE"


TRAINERS_OWN = (TodoKind.CARE_SILENT, TodoKind.REVIEW)
"""Tasks of the training side: only the trainer they are for can do them, so nobody else is asked."""


class Todo(WithId):
    """Something a person has to do, by when, about whom. Done rows stay; a parked one is left alone until its day."""

    __tablename__ = "todos"
    __table_args__ = (
        Index(
            "uq_todos_next_action",
            "lead_id",
            unique=True,
            postgresql_where=text("kind = 'NEXT_ACTION' and done_at is null"),
        ),
        Index("ix_todos_open_due", "due_at", "id", postgresql_where=text("done_at is null")),
        Index("ix_todos_person_id", "person_id"),
        Index("ix_todos_lead_id", "lead_id"),
        Index("uq_todos_step", "run_id", "step_id", unique=True, postgresql_where=text("run_id is not null")),
        Index(
            "uq_todos_answer", "conversation_id", unique=True,
            postgresql_where=text("kind = 'ANSWER' and done_at is null"),
        ),
        Index("ix_todos_shift_swap_id", "shift_swap_id", postgresql_where=text("shift_swap_id is not null")),
    )  # fmt: skip

    studio_id: Mapped[int] = mapped_column(ForeignKey("studios.id"))
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    shift_swap_id: Mapped[int | None] = mapped_column(ForeignKey("shift_swaps.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_runs.id"))
    step_id: Mapped[int | None] = mapped_column(ForeignKey("playbook_steps.id"))
    owner_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    due_at: Mapped[datetime]
    is_parked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer, default=1)
