"""What changes session logs: the card is touched (a draft), the session is written up, a log is corrected.

Each of them starts the session when it has not started, and every start goes through the one gate below.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from backoffice.bookings.attendance import attend, check_may_begin
from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.bookings.queries import participant
from backoffice.bookings.refusals import NotPossible
from backoffice.clients.regions import Region
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db, send
from backoffice.core.errors import DomainError, Invalid, Stale
from backoffice.core.language import N_
from backoffice.exercises.models import Exercise
from backoffice.people.queries import HealthTakenBack, held_person, is_health_kept
from backoffice.screening.queries import standing
from backoffice.session_logs.content import Content, draft_without_health
from backoffice.session_logs.models import LoggedPain, LoggedSet, LogRevision, SessionLog
from backoffice.session_logs.queries import content_of
from backoffice.studio.models import Service, ServiceKind, Studio

LONGEST_NOTE = 4_000
LONGEST_TO_SELF = 500
LONGEST_DRAFT = 20_000
MOST_EXERCISES = 30
FREELY = timedelta(hours=48)
"""So long after it was written up a log is simply put right; later each correction keeps what it said before."""


class NotCleared(DomainError):
    """No session starts before a trainer has decided on the health check."""

    status = 409
    message = N_("Before this session starts, please decide on the health check.")


def keep_draft(
    studio: Studio, participant_id: int, draft: str, *, seen: int | None, by: Actor, now: datetime
) -> SessionLog:
    """Keep the card as it is typed. Starts the session. `seen` is the version the card was opened on (None: no log).

    Raises `NotCleared`, `NotPossible` for a visit that is cancelled, `Stale` when another device has written since,
    `HealthTakenBack` for a card that is written up. Once that consent was taken back, sets and effort alone are kept.
    """
    if len(draft) > LONGEST_DRAFT:
        raise Invalid(N_("This is too much for one card."))
    log = _held(studio, participant_id, seen=seen, by=by, now=now)
    if not is_health_kept(log.person_id):
        _check_is_not_written(log)
        draft = draft_without_health(draft)
    log.draft, log.draft_at, log.draft_by = draft, now, by.label
    log.version += 1
    db.session.flush()
    return log


def drop_draft(studio: Studio, participant_id: int, *, seen: int | None, by: Actor, now: datetime) -> None:
    """Throw away what was typed; what was saved stays."""
    log = _held(studio, participant_id, seen=seen, by=by, now=now)
    log.draft, log.draft_at, log.draft_by = None, None, ""
    log.version += 1
    db.session.flush()


def save_log(
    studio: Studio,
    participant_id: int,
    content: Content,
    *,
    workout_id: int | None = None,
    seen: int | None,
    by: Actor,
    now: datetime,
) -> SessionLog:
    """Write the session up, or correct what was written; the guest attended. Starts the session.

    Two days after it was first saved a correction keeps what stood there before. Raises as `keep_draft`, `Invalid` for
    exercises, regions and levels that do not exist, `HealthTakenBack` for pain and notes once that consent was taken
    back.
    """
    log = _held(studio, participant_id, seen=seen, by=by, now=now)
    _check(studio, content)
    if not is_health_kept(log.person_id):
        _check_is_not_written(log)
        if content.tells_of_health:
            raise HealthTakenBack
    was_saved = log.saved_at is not None
    if log.saved_at is not None and now - log.saved_at > FREELY:
        db.session.add(
            LogRevision(
                log_id=log.id, content=content_of(log).as_json(), replaced_at=now, replaced_by=by.label
            )
        )
    _write(log, content)
    log.workout_id = workout_id or log.workout_id
    log.saved_at, log.saved_by = log.saved_at or now, by.label
    log.draft, log.draft_at, log.draft_by = None, None, ""
    log.version += 1
    db.session.flush()
    record(
        "session_log.corrected" if was_saved else "session_log.saved", "session_log", log.id, by=by, now=now,
        person_id=log.person_id, after={"sets": sum(len(one.sets) for one in content.exercises)},
    )  # fmt: skip
    guest = db.session.get_one(Participant, participant_id)
    if guest.attendance != Attendance.ATTENDED:
        attend(guest, by=by, now=now)
    return log


def _held(studio: Studio, participant_id: int, *, seen: int | None, by: Actor, now: datetime) -> SessionLog:
    """The log of a participant, locked; begun when there is none. The person is locked first, so one of two begins."""
    guest, booking = participant(studio.id, participant_id)
    held_person(guest.person_id)
    query = select(SessionLog).where(SessionLog.participant_id == participant_id)
    log = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if log is None:
        return _start(studio, guest, booking, by=by, now=now)
    if log.version != seen:
        raise Stale(current=log.version)
    return log


def _start(studio: Studio, guest: Participant, booking: Booking, *, by: Actor, now: datetime) -> SessionLog:
    service = db.session.get_one(Service, booking.service_id)
    if service.kind == ServiceKind.COUNSELLING or booking.state not in (
        BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW,
    ):  # fmt: skip
        raise NotPossible
    check_may_begin(booking, now=now)
    if not standing(studio, guest.person_id, now=now).may_start:
        raise NotCleared
    log = SessionLog(
        studio_id=studio.id, participant_id=guest.id, person_id=guest.person_id,
        held_on=local_date(booking.starts_at, studio.zone), started_at=now, started_by=by.label, note="", to_self="",
        saved_by="", draft_by="", version=1,
    )  # fmt: skip
    db.session.add(log)
    db.session.flush()
    record("session_log.started", "session_log", log.id, by=by, now=now, person_id=guest.person_id)
    return log


def _check_is_not_written(log: SessionLog) -> None:
    """What a card said of health is closed with the consent, so a correction would write over it unread."""
    if log.saved_at is not None:
        raise HealthTakenBack


def _check(studio: Studio, content: Content) -> None:
    ids = {one.exercise_id for one in content.exercises}
    if len(content.exercises) > MOST_EXERCISES:
        raise Invalid(N_("This is too much for one card."))
    query = select(Exercise.id).where(Exercise.id.in_(ids), Exercise.studio_id == studio.id)
    if set(db.session.scalars(query)) != ids:
        raise Invalid(N_("This exercise is not known."))
    if not set(content.pains) <= set(Region) or not all(0 <= level <= 10 for level in content.pains.values()):
        raise Invalid(N_("Pain goes from 0 to 10."), field="pain")
    if content.effort is not None and (not 1 <= content.effort <= 10 or content.effort * 2 % 1):
        raise Invalid(N_("Effort goes from 1 to 10, in halves."), field="effort")


def _write(log: SessionLog, content: Content) -> None:
    log.effort = content.effort
    log.note, log.to_self = (
        plain_text(content.note, LONGEST_NOTE),
        plain_text(content.to_self, LONGEST_TO_SELF),
    )
    for table in (LoggedSet, LoggedPain):
        db.session.execute(delete(table).where(table.log_id == log.id))
    sets = [
        {
            "log_id": log.id, "exercise_id": one.exercise_id, "place": place, "number": number, "unit": each.unit,
            "load_kg": each.load_kg, "amount": each.amount, "rpe": each.rpe,
        }
        for place, one in enumerate(content.exercises, 1)
        for number, each in enumerate(one.sets, 1)
    ]  # fmt: skip
    pains = [{"log_id": log.id, "region": key, "level": level} for key, level in content.pains.items()]
    _insert(LoggedSet, sets)
    _insert(LoggedPain, pains)


def _insert(table: type[LoggedSet] | type[LoggedPain], rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        send(insert(table.__table__), rows)  # type: ignore[arg-type]
