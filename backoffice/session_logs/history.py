"""What was written over the weeks: the logs of a client, earlier texts, loads, and what is still to be written up."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from backoffice.bookings.models import Attendance, Booking, Participant
from backoffice.core.db import fetch
from backoffice.people.models import Person
from backoffice.people.queries import health_kept
from backoffice.session_logs.content import Content
from backoffice.session_logs.models import LoggedSet, LogRevision, SessionLog
from backoffice.session_logs.queries import Named, done_of, levels_in, pains_of_log, sets_of, told
from backoffice.session_logs.shorthand import DoneSet
from backoffice.studio.models import Service, ServiceKind

LOGS_SHOWN = 30


class LogRow(NamedTuple):
    """A written log in the list of a person."""

    id: int
    participant_id: int
    held_on: date
    saved_by: str
    effort: Decimal | None
    note: str
    pains: dict[str, int]
    revisions: int
    sets: list[tuple[Named, list[DoneSet]]]


def logs_of(person_id: int, *, limit: int = LOGS_SHOWN) -> list[LogRow]:
    """The newest written logs of a person with everything done. Two statements.

    Without pain and notes once the consent to keep health data was taken back.
    """
    late = (
        select(func.count())
        .where(LogRevision.log_id == SessionLog.id)
        .correlate(SessionLog)
        .scalar_subquery()
    )
    query = (
        select(
            SessionLog.id, SessionLog.participant_id, SessionLog.held_on, SessionLog.saved_by, SessionLog.effort,
            told(SessionLog.note, person_id), pains_of_log(person_id), late.label("revisions"),
        )
        .where(SessionLog.person_id == person_id, SessionLog.saved_at.is_not(None))
        .order_by(SessionLog.held_on.desc(), SessionLog.id.desc())
        .limit(limit)
    )  # fmt: skip
    heads = fetch(query).all()
    sets = sets_of([row.id for row in heads])
    return [
        LogRow(
            row.id, row.participant_id, row.held_on, row.saved_by, row.effort, row.note or "", levels_in(row.pains),
            row.revisions, _named_sets(sets.get(row.id, [])),
        )
        for row in heads
    ]  # fmt: skip


class Revision(NamedTuple):
    """What a log said before a late correction."""

    content: Content
    replaced_at: datetime
    replaced_by: str


def revisions_of(log_id: int) -> list[Revision]:
    """What a log said before, the newest first; sets alone once the consent to keep health data was taken back."""
    kept = health_kept(SessionLog.person_id).label("kept")
    query = (
        select(LogRevision.content, LogRevision.replaced_at, LogRevision.replaced_by, kept)
        .join(SessionLog, SessionLog.id == LogRevision.log_id)
        .where(LogRevision.log_id == log_id)
        .order_by(LogRevision.id.desc())
        .limit(20)
    )
    found = ((Content.read(row.content), row) for row in fetch(query))
    return [
        Revision(content if row.kept else content.without_health(), row.replaced_at, row.replaced_by)
        for content, row in found
    ]


class Unwritten(NamedTuple):
    """A session that was held and has not been written up."""

    participant_id: int
    person_id: int
    name: str
    kana: str
    starts_at: datetime
    has_draft: bool

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


def unwritten(studio_id: int, trainer_id: int, *, now: datetime, back: timedelta) -> list[Unwritten]:
    """The sessions of a trainer that were held within `back` and have no written log, the oldest first."""
    query = (
        select(
            Participant.id,
            Person.id,
            Person.name,
            Person.kana,
            Booking.starts_at,
            SessionLog.draft.is_not(None),
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .join(Person, Person.id == Participant.person_id)
        .outerjoin(SessionLog, SessionLog.participant_id == Participant.id)
        .where(
            Booking.studio_id == studio_id,
            Booking.trainer_id == trainer_id,
            Booking.starts_at > now - back,
            Booking.ends_at <= now,
            Service.kind != ServiceKind.COUNSELLING.value,
            SessionLog.saved_at.is_(None),
            or_(Participant.attendance == Attendance.ATTENDED.value, SessionLog.id.is_not(None)),
        )
        .order_by(Booking.starts_at, Participant.id)
        .limit(100)
    )
    return [Unwritten._make(row) for row in fetch(query)]


class SessionLoad(NamedTuple):
    """What was lifted in one session: kilograms times repetitions, and how many sets."""

    held_on: date
    kilograms: Decimal
    sets: int


def loads(person_id: int, since: date) -> list[SessionLoad]:
    """The load of each written session from a day on, by day: the sum of load × repetitions over its sets."""
    query = (
        select(
            SessionLog.held_on, func.coalesce(func.sum(LoggedSet.load_kg * LoggedSet.amount), 0),
            func.count(LoggedSet.id),
        )
        .outerjoin(LoggedSet, LoggedSet.log_id == SessionLog.id)
        .where(SessionLog.person_id == person_id, SessionLog.saved_at.is_not(None), SessionLog.held_on >= since)
        .group_by(SessionLog.id)
        .order_by(SessionLog.held_on, SessionLog.id)
    )  # fmt: skip
    return [SessionLoad._make(row) for row in fetch(query)]


def _named_sets(rows: Iterable[Any]) -> list[tuple[Named, list[DoneSet]]]:
    found = []
    for _place, group in groupby(rows, key=lambda row: row.place):
        sets = list(group)
        first = sets[0]
        name = Named(first.exercise_id, first.name_ja, first.name_en, first.unit, first.limits)
        found.append((name, [done_of(row) for row in sets]))
    return found
