"""Questions about incidents. A list carries no texts: they are read one report at a time."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, func, select

from backoffice.bookings.models import CANCELLED_STATES, Booking, Participant
from backoffice.core.db import db
from backoffice.incidents.models import Incident
from backoffice.people.models import Person
from backoffice.people.queries import health_kept

MOST = 50
LATELY = timedelta(days=7)


class IncidentRow(NamedTuple):
    """A report in a list."""

    id: int
    kind: str
    happened_at: datetime
    region: str
    person_id: int | None
    name: str | None
    kana: str | None
    follow_up_due: date | None
    written_by: str
    closed_at: datetime | None
    closed_by: str

    @property
    def shown_name(self) -> str:
        """Whom it happened to, or nothing."""
        return self.name or self.kana or ""


class GuestName(NamedTuple):
    """Somebody to choose."""

    id: int
    name: str
    kana: str

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


_ROWS = select(
    Incident.id, Incident.kind, Incident.happened_at, Incident.region, Incident.person_id, Person.name, Person.kana,
    Incident.follow_up_due, Incident.written_by, Incident.closed_at, Incident.closed_by,
).outerjoin(Person, Person.id == Incident.person_id)  # fmt: skip


def incidents(
    studio_id: int,
    *,
    with_closed: bool = False,
    written_by: int | None = None,
    before: int | None = None,
    limit: int = MOST,
) -> list[IncidentRow]:
    """Reports: those that wait, what is due first on top; or all, the newest first. One statement.

    `written_by` leaves only those of a staff member. `before` is the id of the last one shown, for the list of all.
    """
    query = _ROWS.where(Incident.studio_id == studio_id).limit(limit)
    if written_by is not None:
        query = query.where(Incident.written_by_staff_id == written_by)
    if not with_closed:
        due = Incident.follow_up_due.asc().nulls_last()
        query = query.where(Incident.closed_at.is_(None)).order_by(due, Incident.id.desc())
    else:
        query = query.order_by(Incident.id.desc())
    if before is not None:
        query = query.where(Incident.id < before)
    return [IncidentRow._make(row) for row in db.session.execute(query)]


def incidents_of(person_id: int) -> list[IncidentRow]:
    """The 20 newest reports about a person, for every trainer of theirs; one statement.

    That something happened stays, for safety; which part of the body it was goes with the consent to keep health data.
    """
    region = case((health_kept(person_id), Incident.region), else_="")
    query = _ROWS.add_columns(region.label("told")).where(Incident.person_id == person_id)
    rows = db.session.execute(query.order_by(Incident.id.desc()).limit(20))
    return [IncidentRow._make(row[:-1])._replace(region=row.told) for row in rows]


def number_open(studio_id: int) -> int:
    """How many reports wait for an outcome."""
    query = select(func.count()).where(Incident.studio_id == studio_id, Incident.closed_at.is_(None))
    return db.session.scalar(query) or 0


def guests_lately(studio_id: int, trainer_id: int | None, *, now: datetime) -> list[GuestName]:
    """Whom something may have happened to: the guests of the last seven days, of one trainer or of all."""
    query = (
        select(Person.id, Person.name, Person.kana)
        .join(Participant, Participant.person_id == Person.id)
        .join(Booking, Booking.id == Participant.booking_id)
        .where(
            Booking.studio_id == studio_id,
            Booking.starts_at.between(now - LATELY, now + timedelta(hours=1)),
            Booking.state.not_in(CANCELLED_STATES),
        )
        .group_by(Person.id)
        .order_by(func.max(Booking.starts_at).desc())
        .limit(60)
    )
    if trainer_id is not None:
        query = query.where(Booking.trainer_id == trainer_id)
    return [GuestName._make(row) for row in db.session.execute(query)]
