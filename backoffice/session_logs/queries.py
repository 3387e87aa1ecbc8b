"""Questions of a session card: its visit, its log, the session before, how an exercise was done last.

Pain and notes are left out once the consent to keep health data was taken back; sets and effort stay.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, case, cast, exists, func, select, true, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.core.clock import day_span
from backoffice.core.crypto import EncryptedText
from backoffice.core.db import db, fetch
from backoffice.core.errors import NotFound
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Unit
from backoffice.people.queries import health_kept, is_health_kept
from backoffice.session_logs.content import Content, DoneExercise, draft_without_health
from backoffice.session_logs.models import LoggedPain, LoggedSet, SessionLog
from backoffice.session_logs.shorthand import DoneSet
from backoffice.studio.models import Service, ServiceKind, Studio
from backoffice.tickets.left import has_ticket, left_of


class Visit(NamedTuple):
    """The visit a card is about."""

    participant_id: int
    booking_id: int
    person_id: int
    trainer_id: int
    service_id: int
    kind: str
    starts_at: datetime
    ends_at: datetime
    state: str
    attendance: str
    uses_tickets: bool
    has_ticket: bool
    tickets_left: int | None


def visit(studio_id: int, participant_id: int) -> Visit:
    """The visit of a participant. Raises `NotFound`, also for a counselling, in which nobody trains."""
    query = (
        select(
            Participant.id, Booking.id, Participant.person_id, Booking.trainer_id, Booking.service_id, Service.kind,
            Booking.starts_at, Booking.ends_at, Booking.state, Participant.attendance,
            Service.uses_tickets, has_ticket(Participant.id), left_of(Participant.person_id),
        )
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.id == participant_id,
            Booking.studio_id == studio_id,
            Service.kind != ServiceKind.COUNSELLING.value,
        )
    )  # fmt: skip
    row = fetch(query).one_or_none()
    if row is None:
        raise NotFound
    return Visit._make(row)


def visit_on(studio: Studio, person_id: int, day: date) -> int | None:
    """Whose card is written on a day: the participant id of the first training visit that stands; None without one."""
    first, end = day_span(day, studio.zone)
    query = (
        select(Participant.id)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id == person_id,
            Booking.studio_id == studio.id,
            Booking.starts_at >= first,
            Booking.starts_at < end,
            Booking.state.in_([BookingState.BOOKED, BookingState.ATTENDED]),
            Service.kind != ServiceKind.COUNSELLING.value,
        )
        .order_by(Booking.starts_at)
        .limit(1)
    )
    return db.session.scalar(query)


def log_of(participant_id: int) -> SessionLog | None:
    """The log of a visit; None before its session has started."""
    return db.session.scalar(select(SessionLog).where(SessionLog.participant_id == participant_id))


def content_of(log: SessionLog) -> Content:
    """What a log says. Three statements."""
    pains = fetch(select(LoggedPain.region, LoggedPain.level).where(LoggedPain.log_id == log.id)).all()
    found = Content(
        tuple(_exercises(sets_of([log.id]).get(log.id, []))), log.effort, {row.region: row.level for row in pains},
        log.note, log.to_self,
    )  # fmt: skip
    return found if is_health_kept(log.person_id) else found.without_health()


def draft_of(log: SessionLog) -> str | None:
    """The card as it was typed last; None when nothing waits to be saved. One statement."""
    if log.draft is None or is_health_kept(log.person_id):
        return log.draft
    return draft_without_health(log.draft)


class Named(NamedTuple):
    """What a card shows of an exercise, planned or not."""

    id: int
    name_ja: str
    name_en: str
    unit: str
    limits: Sequence[str]


def named(studio_id: int, ids: Collection[int]) -> dict[int, Named]:
    """Exercises by their id. One statement."""
    columns = (Exercise.id, Exercise.name_ja, Exercise.name_en, Exercise.unit, Exercise.limits)
    query = select(*columns).where(Exercise.id.in_(ids), Exercise.studio_id == studio_id)
    return {row.id: Named._make(row) for row in fetch(query)}


class LastSession(NamedTuple):
    """The session before: when, what hurt, and what the trainer wrote to themselves."""

    log_id: int
    held_on: date
    effort: Decimal | None
    to_self: str
    pains: dict[str, int]
    exercise_ids: list[int]


def last_session(person_id: int, before: date, *, but: int | None = None) -> LastSession | None:
    """The newest written log up to a day, leaving one out. One statement."""
    done = (
        select(func.array_agg(LoggedSet.exercise_id))
        .where(LoggedSet.log_id == SessionLog.id, LoggedSet.number == 1)
        .correlate(SessionLog)
        .scalar_subquery()
    )
    query = (
        select(
            SessionLog.id,
            SessionLog.held_on,
            SessionLog.effort,
            told(SessionLog.to_self, person_id),
            pains_of_log(person_id),
            done.label("done"),
        )
        .where(_written_before(person_id, before, but))
        .order_by(SessionLog.held_on.desc(), SessionLog.id.desc())
        .limit(1)
    )
    row = fetch(query).one_or_none()
    if row is None:
        return None
    levels = levels_in(row.pains)
    return LastSession(row.id, row.held_on, row.effort, row.to_self or "", levels, row.done or [])


class LastTime(NamedTuple):
    """How an exercise was done last."""

    held_on: date
    sets: list[DoneSet]


def last_times(
    person_id: int, ids: Collection[int], before: date, *, but: int | None = None
) -> dict[int, LastTime]:
    """How each exercise was done the last time, whenever that was.

    One statement that looks for each exercise from the newest session backwards, so years of sessions cost nothing.
    """
    done = exists().where(LoggedSet.log_id == SessionLog.id, LoggedSet.exercise_id == Exercise.id)
    last = (
        select(SessionLog.id.label("log_id"), SessionLog.held_on)
        .where(_written_before(person_id, before, but), done.correlate(SessionLog, Exercise))
        .order_by(SessionLog.held_on.desc(), SessionLog.id.desc())
        .limit(1)
        .correlate(Exercise)
        .lateral()
    )
    newest = (
        select(Exercise.id.label("exercise_id"), last.c.log_id, last.c.held_on)
        .join(last, true())
        .where(Exercise.id.in_(ids))
        .subquery()
    )
    query = (
        select(
            newest.c.held_on,
            LoggedSet.exercise_id,
            LoggedSet.unit,
            LoggedSet.load_kg,
            LoggedSet.amount,
            LoggedSet.rpe,
        )
        .join(
            newest, and_(newest.c.log_id == LoggedSet.log_id, newest.c.exercise_id == LoggedSet.exercise_id)
        )
        .order_by(LoggedSet.exercise_id, LoggedSet.place, LoggedSet.number)
    )
    found: dict[int, LastTime] = {}
    for row in fetch(query):
        found.setdefault(row.exercise_id, LastTime(row.held_on, [])).sets.append(done_of(row))
    return found


def sets_before(person_id: int, ids: Collection[int], log: SessionLog) -> dict[int, list[DoneSet]]:
    """Every set of these exercises in earlier sessions, for personal bests: one row for each load and amount."""
    query = (
        select(LoggedSet.exercise_id, LoggedSet.unit, LoggedSet.load_kg, LoggedSet.amount)
        .join(SessionLog, SessionLog.id == LoggedSet.log_id)
        .where(
            _written_before(person_id, log.held_on, log.id),
            LoggedSet.exercise_id.in_(ids),
            LoggedSet.unit == Unit.REPS.value,
            LoggedSet.load_kg > 0,
        )
        .distinct()
    )
    found: dict[int, list[DoneSet]] = {}
    for row in fetch(query):
        found.setdefault(row.exercise_id, []).append(DoneSet(row.load_kg, row.amount, row.unit, None))
    return found


def told(text: InstrumentedAttribute[str], person_id: int) -> Any:
    """A text of a log as a column of a list of logs; NULL once the consent to keep health data was taken back."""
    return type_coerce(case((health_kept(person_id), text)), EncryptedText).label(text.key)


def pains_of_log(person_id: int) -> Any:
    """What hurt in a log (more than 0), as the column `pains` of a list of logs; `levels_in` reads it."""
    pains = select(func.array_agg(LoggedPain.region + ":" + cast(LoggedPain.level, Text)))
    of_log = pains.where(LoggedPain.log_id == SessionLog.id, LoggedPain.level > 0, health_kept(person_id))
    return of_log.correlate(SessionLog).scalar_subquery().label("pains")


def levels_in(pains: Sequence[str] | None) -> dict[str, int]:
    """The level by region out of the column `pains`."""
    return {key: int(level) for key, level in (one.split(":") for one in pains or ())}


def _written_before(person_id: int, day: date, but: int | None) -> Any:
    return and_(
        SessionLog.person_id == person_id,
        SessionLog.saved_at.is_not(None),
        SessionLog.held_on <= day,
        SessionLog.id != (but or 0),
    )


def sets_of(log_ids: Collection[int]) -> dict[int, list[Any]]:
    """The sets of logs with the names of their exercises, in order, by log. One statement."""
    query = (
        select(
            LoggedSet.log_id, LoggedSet.place, LoggedSet.exercise_id, LoggedSet.unit, LoggedSet.load_kg,
            LoggedSet.amount, LoggedSet.rpe, Exercise.name_ja, Exercise.name_en, Exercise.limits,
        )
        .join(Exercise, Exercise.id == LoggedSet.exercise_id)
        .where(LoggedSet.log_id.in_(log_ids))
        .order_by(LoggedSet.log_id, LoggedSet.place, LoggedSet.number)
    )  # fmt: skip
    return {key: list(rows) for key, rows in groupby(fetch(query).all(), key=lambda row: row.log_id)}


def _exercises(rows: Iterable[Any]) -> Iterable[DoneExercise]:
    for _place, group in groupby(rows, key=lambda row: row.place):
        sets = list(group)
        yield DoneExercise(sets[0].exercise_id, tuple(done_of(row) for row in sets))


def done_of(row: Any) -> DoneSet:
    """A row of sets as a value."""
    return DoneSet(row.load_kg, row.amount, row.unit, row.rpe)
