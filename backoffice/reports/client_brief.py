"""What a trainer who steps in must know of a client, in a minute: the record, the sessions around now, the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, literal_column, select, union_all

from backoffice.bookings.models import CANCELLED_STATES, Booking, Participant
from backoffice.care.models import CareNote
from backoffice.care.queries import due_notes
from backoffice.clients.queries import client_of
from backoffice.clients.records import Record, record_of
from backoffice.clients.trainers import TrainerLine, trainers_of
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import fetch
from backoffice.handover.queries import NoteRow, notes
from backoffice.incidents.queries import incidents_of
from backoffice.programs.plan import PlannedWorkout
from backoffice.programs.queries import planned_for
from backoffice.screening.queries import decisions_of
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service, Studio

LAST = 3
LONGEST = 40


class SessionLine(NamedTuple):
    """A booking of the person that was not called off."""

    booking_id: int
    starts_at: datetime
    attendance: str
    name_ja: str
    name_en: str
    trainer_ja: str
    trainer_en: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing on the training side: its kind, when, by whom, and what its sentence needs."""

    kind: str
    at: datetime
    who: str = ""
    row: Any = None


@dataclass(frozen=True)
class Brief:
    """What stands on the page. Texts of the record are for whoever opens them, each time recorded."""

    record: Record
    trainers: Sequence[TrainerLine]
    notes: Sequence[NoteRow]
    care: Sequence[CareNote]
    next: SessionLine | None
    last: Sequence[SessionLine]
    planned: PlannedWorkout | None
    moments: Sequence[Moment]


def brief_of(studio: Studio, person_id: int, *, reader: int | None, now: datetime) -> Brief:
    """The brief for the trainer `reader`, in a constant number of statements. Nothing of a health check is read."""
    sessions = _sessions(person_id, now)
    past = [one for one in sessions if one.starts_at < now]
    ahead = next((one for one in sessions if one.starts_at >= now), None)
    found = record_of(person_id)
    return Brief(
        record=found,
        trainers=trainers_of(person_id),
        notes=notes(studio.id, person_id=person_id, reader=reader, limit=5),
        care=due_notes(person_id, local_date(now, studio.zone)),
        next=ahead,
        planned=planned_for(person_id, local_date(ahead.starts_at if ahead else now, studio.zone)),
        last=past[:LAST],
        moments=_moments(studio, person_id, past, found, now),
    )


def _moments(
    studio: Studio, person_id: int, past: list[SessionLine], found: Record, now: datetime
) -> list[Moment]:
    """Sessions, decisions, incidents, joining and the record's last change, the newest first."""
    moments = [Moment("session", one.starts_at, row=one) for one in past]
    decided = decisions_of(person_id, now=now)
    moments += [Moment("decision", one.decided_at, one.decided_by, one) for one in decided]
    moments += [Moment("incident", one.happened_at, one.written_by, one) for one in incidents_of(person_id)]
    client = client_of(person_id)
    if client is not None:
        moments.append(Moment("joined", at_local(client.joined_on, time.min, studio.zone)))
    if found.saved_at is not None:
        moments.append(Moment("record", found.saved_at, found.saved_by))
    return sorted(moments, key=lambda one: one.at, reverse=True)[:LONGEST]


def _sessions(person_id: int, now: datetime) -> list[SessionLine]:
    """The next session and the last ones, the latest first; one statement."""
    return [SessionLine._make(row) for row in fetch(_AROUND, {"person": person_id, "moment": now})]


def _statement() -> Select[Any]:
    held = (
        select(
            Booking.id, Booking.starts_at, Participant.attendance, Service.name_ja, Service.name_en,
            Trainer.name_ja.label("trainer_ja"), Trainer.name_en.label("trainer_en"),
        )
        .select_from(Participant)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .where(Participant.person_id == bindparam("person"), Booking.state.not_in(CANCELLED_STATES))
    )  # fmt: skip
    moment: BindParameter[datetime] = bindparam("moment")
    ahead = held.where(Booking.starts_at >= moment).order_by(Booking.starts_at).limit(literal_column("1"))
    before = (
        held.where(Booking.starts_at < moment)
        .order_by(Booking.starts_at.desc())
        .limit(literal_column(str(LONGEST)))
    )
    both = union_all(select(ahead.subquery()), select(before.subquery())).subquery()
    return select(both).order_by(both.c.starts_at.desc())


_AROUND = _statement()
"""Put together once: the page is opened before every session."""
