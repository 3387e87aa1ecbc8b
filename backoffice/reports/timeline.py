"""Everything that happened with a person, in one line of time: stages, bookings, messages, notes, tasks, calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select, union_all

from backoffice.bookings.models import Booking, Participant
from backoffice.core.db import db
from backoffice.leads.models import Call, Lead, StageChange
from backoffice.messaging.models import Message
from backoffice.people.models import PersonNote
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service
from backoffice.todos.models import Todo

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened (or will): its kind, when, by whom, and the columns its sentence needs."""

    kind: str
    at: datetime
    who: str
    row: Any


def timeline(
    person_id: int, *, lead_id: int | None = None, since: datetime | None = None, limit: int = LONGEST
) -> list[Event]:
    """The newest events of a person, the newest first; four statements.

    With a lead only its own steps are told; bookings, messages and notes are the person's, from `since` on.
    """
    events = [
        *_steps_and_tasks(person_id, lead_id, limit),
        *_bookings(person_id, since, limit),
        *_messages(person_id, since, limit),
        *_notes(person_id, since, limit),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]


def _steps_and_tasks(person_id: int, lead_id: int | None, limit: int) -> Iterator[Event]:
    """Stages reached, tasks ticked off, calls: one statement, because all are words with a time and a hand."""
    steps = (
        select(
            literal("stage").label("kind"),
            StageChange.at.label("at"),
            StageChange.by_label.label("who"),
            func.coalesce(StageChange.from_stage, "").label("before"),
            StageChange.to_stage.label("what"),
            StageChange.reason.label("reason"),
        )
        .join(Lead, Lead.id == StageChange.lead_id)
        .where(StageChange.lead_id == lead_id if lead_id else Lead.person_id == person_id)
    )
    tasks = select(
        literal("todo"), Todo.done_at, func.coalesce(Todo.done_by, ""), literal(""), Todo.title, literal("")
    ).where(Todo.lead_id == lead_id if lead_id else Todo.person_id == person_id, Todo.done_at.is_not(None))
    calls = select(literal("call"), Call.at, Call.by_label, literal(""), Call.outcome, literal("")).where(
        Call.lead_id == lead_id if lead_id else Call.person_id == person_id, Call.taken_back_at.is_(None)
    )
    both = union_all(steps, tasks, calls).subquery()
    query = select(both).order_by(both.c.at.desc())
    return (Event(row.kind, row.at, row.who, row) for row in _newest(query, limit))


def _bookings(person_id: int, since: datetime | None, limit: int) -> Iterator[Event]:
    query = (
        select(
            Booking.id,
            Booking.trainer_id,
            Booking.starts_at,
            Booking.state,
            Booking.channel,
            Booking.created_by,
            Participant.attendance,
            Participant.late_minutes,
            Service.name_ja,
            Service.name_en,
            Trainer.name_ja.label("trainer_ja"),
            Trainer.name_en.label("trainer_en"),
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .where(Participant.person_id == person_id)
        .order_by(Booking.starts_at.desc(), Booking.id.desc())
    )
    if since is not None:
        query = query.where(Booking.starts_at >= since)
    return (Event("booking", row.starts_at, row.created_by, row) for row in _newest(query, limit))


def _messages(person_id: int, since: datetime | None, limit: int) -> Iterator[Event]:
    query = (
        select(Message.id, Message.kind, Message.channel, Message.state, Message.send_at, Message.accepted_at)
        .where(Message.person_id == person_id)
        .order_by(Message.send_at.desc(), Message.id.desc())
    )
    if since is not None:
        query = query.where(Message.send_at >= since)
    return (Event("message", row.accepted_at or row.send_at, "", row) for row in _newest(query, limit))


def _notes(person_id: int, since: datetime | None, limit: int) -> Iterator[Event]:
    query = (
        select(PersonNote.at, PersonNote.by_label, PersonNote.body)
        .where(PersonNote.person_id == person_id)
        .order_by(PersonNote.at.desc(), PersonNote.id.desc())
    )
    if since is not None:
        query = query.where(PersonNote.at >= since)
    return (Event("note", row.at, row.by_label, row) for row in _newest(query, limit))


def _newest(query: Any, limit: int) -> Any:
    return db.session.execute(query.limit(limit))
