"""The visits that reports count: live in a small gym, in a large one as they were kept at a moment that is shown.

A visit is a guest of a booking. Putting the two together for a year of a large gym takes longer than a page may, so
they are kept in a table of their own, once there are `MANY`, by a periodic task. Both ways have the same columns, so a
report is written once. What was kept too long ago is not used: no number is older than the page says, and none is old.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import FromClause, Select, delete, exists, func, insert, select

from backoffice.bookings.models import Booking, Participant
from backoffice.core.celery_app import nudge
from backoffice.core.db import db, send
from backoffice.core.heartbeat import beat, forget_beat, last_beat
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.reports.models import KeptVisit
from backoffice.session_logs.models import SessionLog

MANY = 100_000
"""Up to so many visits every report is counted live: it takes less than a third of a second."""
WORTH = timedelta(hours=1)
"""What was kept longer ago is not used; four runs of the task must have failed by then."""
KEPT, KEEP_TASK = "kept_visits", "tasks.reports.keep_visits"
REMINDERS = (Kind.REMINDER_DAY_BEFORE, Kind.REMINDER_TWO_HOURS)
_LOCK = 7_215_004


@dataclass(frozen=True)
class Counted:
    """When visits are counted: `at` is now, or the moment at which they were kept."""

    at: datetime
    is_kept: bool = False


def counted(now: datetime) -> Counted:
    """As visits are counted now. One statement."""
    at = last_beat(KEPT)
    return Counted(now) if at is None or at <= now - WORTH else Counted(at, is_kept=True)


def visits(*, is_kept: bool) -> FromClause:
    """One row for each guest of a booking, with the columns of `KeptVisit`.

    `booked_at` is when the booking was made, `is_reminded` whether a reminder of it was accepted for this guest,
    `saved_at` when their session was written up.
    """
    return KeptVisit.__table__.alias("visits") if is_kept else _live().subquery("visits")


def bookings(*, is_kept: bool) -> FromClause:
    """One row for each booking, with those columns of `KeptVisit` that are the booking's."""
    if is_kept:
        return select(KeptVisit).where(KeptVisit.position == 1).subquery("of_bookings")
    return select(*_of_booking()).subquery("of_bookings")


def call_keeper() -> None:
    """Have the kept visits brought up to date soon, not only at the next round."""
    nudge(KEEP_TASK)


def keep_visits(*, now: datetime) -> int | None:
    """Bring the kept visits up to date; how many rows were written, None while somebody else does. In a transaction.

    Only what differs is written: mostly a few rows of a million. With few visits nothing is kept.
    """
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return None
    if db.session.scalars(select(func.count()).select_from(Participant)).one() <= MANY:
        db.session.execute(delete(KeptVisit))
        forget_beat(KEPT)
        return 0
    live = _live().subquery("live")
    names = [column.name for column in KeptVisit.__table__.columns]
    same_guest = live.c.participant_id == KeptVisit.participant_id
    same_rest = (live.c[name].is_not_distinct_from(getattr(KeptVisit, name)) for name in names)
    db.session.execute(delete(KeptVisit).where(~exists(select(live).where(same_guest, *same_rest))))
    missing = select(*(live.c[name] for name in names)).where(~exists(select(KeptVisit).where(same_guest)))
    written = send(
        insert(KeptVisit).from_select(names, missing).execution_options(preserve_rowcount=True), {}
    )
    beat(KEPT, now=now, detail=str(written.rowcount))
    return written.rowcount


def _live() -> Select[*tuple[Any, ...]]:
    reminded = exists().where(
        Message.booking_id == Booking.id,
        Message.person_id == Participant.person_id,
        Message.kind.in_(REMINDERS),
        Message.state == MessageState.SENT,
    )
    return (
        select(
            *_of_booking(),
            Participant.id.label("participant_id"),
            Participant.person_id,
            Participant.position,
            Participant.attendance,
            Participant.fee_yen,
            SessionLog.saved_at,
            reminded.label("is_reminded"),
        )
        .select_from(Participant)
        .join(Booking, Booking.id == Participant.booking_id)
        .outerjoin(SessionLog, SessionLog.participant_id == Participant.id)
    )


def _of_booking() -> list[Any]:
    return [
        Booking.id.label("booking_id"),
        Booking.studio_id,
        Booking.service_id,
        Booking.trainer_id,
        Booking.lead_id,
        Booking.starts_at,
        Booking.ends_at,
        Booking.prep_minutes,
        Booking.cleanup_minutes,
        Booking.state,
        Booking.created_at.label("booked_at"),
    ]
