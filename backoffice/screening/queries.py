"""Questions about screening: where people stand, the questions that hold, a sheet with its answers."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    and_,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, aliased

from backoffice.core import links
from backoffice.core.db import db, fetch
from backoffice.people.models import Person
from backoffice.people.queries import health_kept, health_taken_back_at
from backoffice.screening.models import Screening, ScreeningDecision, SheetVersion
from backoffice.screening.standing import Newest, Standing, standing_of
from backoffice.studio.models import Studio

LINK = "screening"
LINK_HOLDS = timedelta(days=60)


@dataclass(frozen=True)
class Answer:
    """One question as it was asked, and what was answered."""

    key: str
    ja: str
    en: str
    is_yes: bool
    detail: str


def standings(studio: Studio, person_ids: Collection[int], *, now: datetime) -> dict[int, Standing]:
    """Where each of these people stands, in one statement. Nothing of what they answered is read.

    A sheet counts only while the consent to keep health data holds.
    """
    db.session.flush()  # what this transaction wrote counts
    found = {}
    for row in fetch(_STANDINGS, {"people": list(person_ids)}):
        newest = Newest(
            row.screening_id, row.has_yes, row.valid_until, row.verdict, tuple(row.limits or ()), row.decided_on,
            row.holds_until,
        )  # fmt: skip
        found[row.person_id] = standing_of(newest, zone=studio.zone, now=now)
    return found


def standing(studio: Studio, person_id: int, *, now: datetime) -> Standing:
    """Where one person stands."""
    return standings(studio, [person_id], now=now)[person_id]


def versions(studio_id: int) -> list[SheetVersion]:
    """Every version of the questions, the newest first."""
    query = select(SheetVersion).where(SheetVersion.studio_id == studio_id)
    return list(db.session.scalars(query.order_by(SheetVersion.number.desc())))


def newest_version(studio_id: int) -> SheetVersion:
    """The questions that are asked now."""
    query = select(SheetVersion).where(SheetVersion.studio_id == studio_id)
    return db.session.scalars(query.order_by(SheetVersion.number.desc()).limit(1)).one()


def newest_sheet(person_id: int) -> Screening | None:
    """The newest sheet of a person whose consent holds, with its answers: for `actions.read_answers`."""
    query = select(Screening).where(Screening.person_id == person_id, health_kept(person_id))
    return db.session.scalars(query.order_by(Screening.id.desc()).limit(1)).one_or_none()


def answers_of(sheet: Screening) -> list[Answer]:
    """What was answered, with the questions of its own version."""
    version = db.session.get_one(SheetVersion, sheet.version_id)
    given = json.loads(sheet.answers)
    return [
        Answer(one["key"], one["ja"], one["en"], given[one["key"]]["yes"], given[one["key"]]["detail"])
        for one in version.questions
        if one["key"] in given
    ]


def decisions_of(person_id: int, *, now: datetime) -> list[ScreeningDecision]:
    """The decisions about a person, the newest first.

    Once the consent to keep health data was taken back only what was decided in person since, as long as it holds.
    """
    holds_today = and_(_counts(person_id), ScreeningDecision.holds_until > now)
    query = select(ScreeningDecision).where(
        ScreeningDecision.person_id == person_id, or_(health_kept(person_id), holds_today)
    )
    return list(db.session.scalars(query.order_by(ScreeningDecision.id.desc()).limit(20)))


def sheet_path(person_id: int, *, with_staff: int = 0) -> str:
    """The path of the page on which somebody answers; `with_staff` when a trainer hands over the tablet."""
    return f"/screening/{links.sign(LINK, person_id, with_staff)}"


def person_by_token(token: str) -> tuple[int, int] | None:
    """Whose link this is, and which staff member handed it over (0: nobody); None for a forged or old one."""
    parts = links.read(LINK, token, LINK_HOLDS)
    if parts is None or len(parts) != 2 or not all(isinstance(part, int) for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def _counts(of: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether a decision still says something: a consent taken back ends all of them, then a trainer asks in person."""
    in_person = ScreeningDecision.screening_id.is_(None)
    return or_(health_kept(of), and_(in_person, ScreeningDecision.decided_at >= health_taken_back_at(of)))


def _has_open_yes() -> ColumnElement[bool]:
    """Whether this sheet, or one before it that came after the last one decided on, says yes to anything."""
    before = aliased(Screening)
    decided_on = (
        select(func.coalesce(func.max(ScreeningDecision.screening_id), 0))
        .where(ScreeningDecision.person_id == Screening.person_id)
        .correlate(Screening)
        .scalar_subquery()
    )
    undecided = exists().where(
        before.person_id == Screening.person_id,
        before.has_yes,
        before.id < Screening.id,
        before.id > decided_on,
    )
    return or_(Screening.has_yes, undecided.correlate(Screening))


def _statement() -> Select[Any]:
    sheet = (
        select(Screening.id, _has_open_yes().label("has_yes"), Screening.valid_until)
        .where(Screening.person_id == Person.id, health_kept(Person.id))
        .order_by(Screening.id.desc())
        .limit(1)
        .lateral()
    )
    decision = (
        select(
            ScreeningDecision.verdict,
            ScreeningDecision.limits,
            ScreeningDecision.screening_id,
            ScreeningDecision.holds_until,
        )
        .where(ScreeningDecision.person_id == Person.id, _counts(Person.id))
        .order_by(ScreeningDecision.id.desc())
        .limit(1)
        .lateral()
    )
    return (
        select(
            Person.id.label("person_id"), sheet.c.id.label("screening_id"), sheet.c.has_yes, sheet.c.valid_until,
            decision.c.verdict, decision.c.limits, decision.c.screening_id.label("decided_on"), decision.c.holds_until,
        )
        .select_from(Person)
        .outerjoin(sheet, true())
        .outerjoin(decision, true())
        .where(Person.id == any_(_PEOPLE))
    )  # fmt: skip


_PEOPLE: BindParameter[Sequence[int]] = bindparam("people", type_=ARRAY(BigInteger))
_STANDINGS = _statement()
"""Put together once: a person's page and the day of all are opened all day."""
