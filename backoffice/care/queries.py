"""Questions about CARE: what is due, what was advised, what is aimed at and asked, what was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Select, select

from backoffice.care.measures import TARGETS, Extra, Habit, Measure
from backoffice.care.models import CareNote, CarePlan, CareReply, CheckIn
from backoffice.core import links
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.people.queries import health_kept

MOST_NOTES = 50
MOST_REPLIES = 10
LINK, REPLY_LINK = "care", "care-reply"
LINK_HOLDS = timedelta(days=180)
"""How long a link works after it was sent; every message brings a new one."""


@dataclass(frozen=True)
class Plan:
    """What is aimed at and asked of somebody. `id` is None for the usual one, which nobody has changed."""

    targets: Mapping[Measure, Decimal]
    measures: tuple[Measure, ...] = ()
    extras: tuple[Extra, ...] = ()
    habits: tuple[Habit, ...] = tuple(Habit)
    id: int | None = None


def due_notes(person_id: int, day: date) -> list[CareNote]:
    """The open notes to be asked about on a day or before, the longest due first. One statement.

    As everywhere here, nothing once the consent to keep health data was taken back.
    """
    query = _readable_notes(person_id).where(CareNote.closed_at.is_(None), CareNote.due_on <= day)
    return list(db.session.scalars(query.order_by(CareNote.due_on, CareNote.id)))


def notes_of(person_id: int) -> list[CareNote]:
    """The notes about a person: the open ones by their day, then those closed, the newest first."""
    in_order = _readable_notes(person_id).order_by(
        CareNote.closed_at.desc().nulls_first(), CareNote.due_on, CareNote.id
    )
    return list(db.session.scalars(in_order.limit(MOST_NOTES)))


def plan_of(person_id: int) -> Plan:
    """The newest targets and questions, or the usual ones. `measures` are those asked besides the four."""
    query = select(CarePlan).where(CarePlan.person_id == person_id, health_kept(person_id))
    query = query.order_by(CarePlan.id.desc()).limit(1)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        return Plan(TARGETS)
    return Plan(
        targets=targets_in(row),
        measures=tuple(one for one in Measure if one in row.questions),
        extras=tuple(one for one in Extra if one in row.questions),
        habits=tuple(one for one in Habit if one in row.habits),
        id=row.id,
    )


def targets_in(row: object) -> dict[Measure, Decimal]:
    """The targets in the columns of a row."""
    return {measure: Decimal(getattr(row, measure.value)) for measure in TARGETS}


def check_ins_of(person_id: int, first: date, last: date) -> list[CheckIn]:
    """What somebody told about these days, the oldest first; of two rows of a day (people made one) the newer.

    Nothing without the consent to keep health data.
    """
    query = (
        select(CheckIn)
        .where(CheckIn.person_id == person_id, CheckIn.day.between(first, last), health_kept(person_id))
        .order_by(CheckIn.day, CheckIn.id)
    )
    return list({row.day: row for row in db.session.scalars(query)}.values())


def check_in_of(studio_id: int, person_id: int, check_in_id: int) -> CheckIn:
    """One check-in of somebody. Raises `NotFound`, also for one that their consent does not cover."""
    query = select(CheckIn).where(CheckIn.id == check_in_id, health_kept(CheckIn.person_id))
    row = db.session.scalars(query).one_or_none()
    if row is None or (row.studio_id, row.person_id) != (studio_id, person_id):
        raise NotFound
    return row


def replies_to(person_id: int) -> list[CareReply]:
    """The newest answers to what somebody told."""
    query = (
        select(CareReply)
        .where(CareReply.person_id == person_id, health_kept(person_id))
        .order_by(CareReply.id.desc())
    )
    return list(db.session.scalars(query.limit(MOST_REPLIES)))


def reply_by_token(token: str) -> CareReply | None:
    """The answer behind a link; None for a forged or old one."""
    parts = links.read(REPLY_LINK, token, LINK_HOLDS)
    if parts is None or len(parts) != 1 or not isinstance(parts[0], int):
        return None
    return db.session.get(CareReply, parts[0])


def reply_path(reply_id: int) -> str:
    """The path of the page that shows an answer to whom it is for."""
    return f"/care-reply/{links.sign(REPLY_LINK, reply_id)}"


def check_in_path(person_id: int, *, with_staff: int = 0) -> str:
    """The path of the page on which somebody tells; `with_staff` when a trainer hands over the tablet."""
    return f"/checkin/{links.sign(LINK, person_id, with_staff)}"


def person_by_token(token: str) -> tuple[int, int] | None:
    """Whose link this is, and which staff member handed it over (0: nobody); None for a forged or old one."""
    parts = links.read(LINK, token, LINK_HOLDS)
    if parts is None or len(parts) != 2 or not all(isinstance(part, int) for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def _readable_notes(person_id: int) -> Select[CareNote]:
    return select(CareNote).where(CareNote.person_id == person_id, health_kept(person_id))
