"""Who of a trainer's clients needs a look, in one statement: what they told in seven days against the 28 before.

The database counts and takes means over plain numbers; the rules (`signals.py`) are applied to what it found.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)

from backoffice.care.measures import TARGETS, Measure
from backoffice.care.models import CareNote, CarePlan, CheckIn
from backoffice.care.signals import (
    CHANGES,
    SHORTFALLS,
    TODAY,
    Signal,
    Span,
    Told,
    concern,
    first_before,
    first_recent,
    signals_of,
)
from backoffice.core.db import fetch
from backoffice.files.agreed import photos_agreed
from backoffice.people.models import Person
from backoffice.people.queries import health_kept, reachable

SILENT_AFTER = timedelta(days=14)
FORGOTTEN_AFTER = timedelta(days=60)
"""Who has told nothing for two weeks is asked about; after sixty days they have stopped, and silence is no news."""
FOR_DUE, FOR_SILENCE, FOR_WORDS = 2, 1, 1
COMPARED = tuple(dict.fromkeys([*CHANGES, *SHORTFALLS]))


@dataclass(frozen=True)
class Look:
    """Somebody who needs a look, and why."""

    person_id: int
    name: str
    kana: str
    is_reachable: bool
    signals: list[Signal]
    due: int
    unseen: int
    has_words: bool
    has_photo: bool
    last_day: date | None
    last_told_at: datetime | None
    silent_days: int

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana

    @property
    def concern(self) -> int:
        """The order of the queue: the larger, the sooner."""
        extra = FOR_DUE * (self.due > 0) + FOR_SILENCE * (self.silent_days > 0) + FOR_WORDS * self.has_words
        return concern(self.signals) + extra


def queue(only: ColumnElement[bool], day: date) -> list[Look]:
    """Who of these people needs a look on a day, the greatest concern first: something told that nobody has seen, a
    note that is due, or two weeks of silence. One statement."""
    found = [_look(row, day) for row in fetch(_WHO_NEEDS_A_LOOK.where(only), _days(day))]
    return sorted(found, key=lambda one: (-one.concern, one.kana, one.person_id))


def look_at(person_id: int, day: date) -> Look | None:
    """The same of one person, whether they need it or not; None when there is nobody."""
    row = fetch(_ONE, {**_days(day), "person": person_id}).one_or_none()
    return None if row is None else _look(row, day)


def _look(row: Any, day: date) -> Look:
    silent = (day - row.last_day).days if row.last_day else 0
    is_silent = SILENT_AFTER.days <= silent <= FORGOTTEN_AFTER.days
    return Look(
        person_id=row.id,
        name=row.name,
        kana=row.kana,
        is_reachable=row.is_reachable,
        signals=signals_of(_told(row), _targets(row)),
        due=row.due,
        unseen=row.unseen or 0,
        has_words=bool(row.has_words),
        has_photo=bool(row.has_photo),
        last_day=row.last_day,
        last_told_at=row.last_told_at,
        silent_days=silent if is_silent else 0,
    )


def _told(row: Any) -> Told:
    spans: dict[str, dict[Measure, Span]] = {"recent": {}, "before": {}}
    for name, into in spans.items():
        for measure in COMPARED:
            count = getattr(row, f"{name}_count_{measure.value}")
            if count:
                into[measure] = Span(count, getattr(row, f"{name}_mean_{measure.value}"))
    today = {one: getattr(row, f"today_{one.value}") for one in TODAY}
    answered = {one: Decimal(value) for one, value in today.items() if value is not None}
    return Told(spans["recent"], spans["before"], answered)


def _targets(row: Any) -> dict[Measure, Decimal]:
    if row.sleep_hours is None:
        return dict(TARGETS)
    return {measure: Decimal(getattr(row, measure.value)) for measure in TARGETS}


def _days(day: date) -> dict[str, date]:
    """What the statements are asked with: put together once, they are the same on every day."""
    return {
        "day": day,
        "recent": first_recent(day),
        "before": first_before(day),
        "silent": day - SILENT_AFTER,
        "forgotten": day - FORGOTTEN_AFTER,
    }


def _a_day(name: str) -> ColumnElement[date]:
    return bindparam(name, type_=Date)


def _statements() -> tuple[Select[Any], Select[Any]]:
    """Of one person, and of whoever needs a look."""
    told, plan, due = _told_of(), _plan(), _due()
    query = (
        select(
            Person.id, Person.name, Person.kana,
            reachable().label("is_reachable"),
            *[plan.c[one.value] for one in TARGETS], due.c.due, *told.c,
        )
        .select_from(Person)
        .join(due, true())
        .join(told, true())
        .outerjoin(plan, true())
    )  # fmt: skip
    return query.where(Person.id == bindparam("person")), query.where(_needs_a_look(told, due))


def _told_of() -> Any:
    """What one person told: counts and means of both spans, the answers of the day, what nobody has seen."""
    recent = CheckIn.day.between(_a_day("recent"), _a_day("day"))
    before = and_(CheckIn.day >= _a_day("before"), CheckIn.day < _a_day("recent"))
    unseen = and_(CheckIn.seen_at.is_(None), recent)
    photo = and_(CheckIn.meal_file_id.is_not(None), photos_agreed(Person.id))
    columns: list[ColumnElement[Any]] = []
    for name, span in (("recent", recent), ("before", before)):
        for measure in COMPARED:
            value = getattr(CheckIn, measure.value)
            columns.append(func.count(value).filter(span).label(f"{name}_count_{measure.value}"))
            columns.append(func.avg(value).filter(span).label(f"{name}_mean_{measure.value}"))
    for measure in TODAY:
        value = case((CheckIn.day == _a_day("day"), getattr(CheckIn, measure.value)))
        columns.append(func.max(value).label(f"today_{measure.value}"))
    return (
        select(
            *columns,
            func.count().filter(unseen).label("unseen"),
            func.bool_or(CheckIn.has_words).filter(unseen).label("has_words"),
            func.bool_or(photo).filter(unseen).label("has_photo"),
            func.max(CheckIn.day).label("last_day"),
            func.max(CheckIn.told_at).label("last_told_at"),
        )
        .where(
            CheckIn.person_id == Person.id,
            CheckIn.day.between(_a_day("forgotten"), _a_day("day")),
            health_kept(Person.id),
        )
        .correlate(Person)
        .lateral("told")
    )


def _needs_a_look(told: Any, due: Any) -> ColumnElement[bool]:
    is_silent = told.c.last_day.between(_a_day("forgotten"), _a_day("silent"))
    return and_(or_(due.c.due > 0, told.c.unseen > 0, is_silent), or_(due.c.due > 0, _may_need_look()))


def _may_need_look() -> ColumnElement[bool]:
    """What two glances at an index rule out, before anybody's five weeks are counted."""
    is_own = CheckIn.person_id == Person.id
    unseen = exists().where(is_own, CheckIn.seen_at.is_(None), CheckIn.day >= _a_day("recent"))
    kept = select(CheckIn.day).where(is_own, CheckIn.day >= _a_day("forgotten"))
    newest = kept.order_by(CheckIn.day.desc()).limit(literal_column("1")).correlate(Person)
    return or_(unseen, newest.scalar_subquery() <= _a_day("silent"))


def _due() -> Any:
    waiting = [
        CareNote.person_id == Person.id,
        CareNote.closed_at.is_(None),
        CareNote.due_on <= _a_day("day"),
        health_kept(Person.id),
    ]
    return select(func.count().label("due")).where(*waiting).correlate(Person).lateral("due")


def _plan() -> Any:
    columns = [getattr(CarePlan, one.value) for one in TARGETS]
    newest = select(*columns).where(CarePlan.person_id == Person.id).order_by(CarePlan.id.desc())
    return newest.limit(literal_column("1")).correlate(Person).lateral("plan")


_ONE, _WHO_NEEDS_A_LOOK = _statements()
"""Put together once: the longest statement here, and one of the two is asked at every page of CARE."""
