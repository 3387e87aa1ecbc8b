"""Who became a member, who left, and who is one, month by month of the studio's calendar.

Somebody is a member from the day they joined to their last day; the month of leaving is the month of that day. Without
one it is the last day of their last agreement, and while an agreement has none they have not left. Who is frozen (休会)
is still a member.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)

from backoffice.clients.models import Client
from backoffice.core.db import db, stream
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.models import Freeze, Leaving, Membership, Plan
from backoffice.people.models import Person
from backoffice.reports.periods import Period, months_after

_MONTH: ColumnElement[Any] = literal_column("interval '1 month'")
MOST_MONTHS = 24
"""So many months after joining are followed."""


class Standing(StrEnum):
    """Which people a number counts.

    MEMBERS are those who are one at the end of the last month asked about, FROZEN those of them who rest then; STAYED
    those who joined in the period and were still members at the end of the month `stayed` months after; NO_ENQUIRY
    those who joined in it and of whom no enquiry is known that ended so.
    """

    JOINED = "joined"
    LEFT = "left"
    MEMBERS = "members"
    FROZEN = "frozen"
    STAYED = "stayed"
    NO_ENQUIRY = "no_enquiry"


@dataclass(frozen=True)
class MemberFilters:
    """Which members are asked about. Trainer 0: those without a main trainer."""

    studio_id: int
    period: Period
    trainer_id: int | None = None
    stayed: int = 0

    def only(self, **changes: object) -> "MemberFilters":
        """The same question about fewer people."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def first_day(self) -> date:
        """The first day of the first month."""
        return self.period.first

    @property
    def last_day(self) -> date:
        """The last day of the last month."""
        return months_after(self.period.last, 1) - timedelta(days=1)


@dataclass(frozen=True)
class MemberMonth:
    """One month: how many joined and left in it, how many members there were at its end, and how many were frozen."""

    month: date
    joined: int
    left: int
    members: int
    frozen: int

    @property
    def net(self) -> int:
        """By how many members there are more."""
        return self.joined - self.left


class MemberBehind(NamedTuple):
    """A member whom a number counts. `left_on` is their last day."""

    person_id: int
    name: str
    member_number: int
    joined_on: date
    left_on: date | None
    trainer_id: int


def in_all(months: Sequence[MemberMonth]) -> MemberMonth:
    """A whole period in one row: who joined and left in it, and the members at its end. Pure."""
    joined, left = sum(row.joined for row in months), sum(row.left for row in months)
    return replace(months[-1], joined=joined, left=left)


def member_months(filters: MemberFilters) -> list[MemberMonth]:
    """Every month of the period, the oldest first. Four statements."""
    joined, left = _by_month(filters, "joined_on"), _by_month(filters, "left_on")
    frozen = _frozen_by_month(filters)
    people = asked_members(filters)
    before = are_members_on(people, filters.first_day - timedelta(days=1))
    members = db.session.scalars(select(func.count()).select_from(people).where(before)).one()
    found = []
    for month in filters.period.months:
        members += joined.get(month, 0) - left.get(month, 0)
        row = MemberMonth(month, joined.get(month, 0), left.get(month, 0), members, frozen.get(month, 0))
        found.append(row)
    return found


def members_behind(
    filters: MemberFilters, standing: Standing, *, after: tuple[date, int] | None = None, limit: int
) -> list[MemberBehind]:
    """Exactly the members a number counts, by day of joining; `after` continues behind a (day, person)."""
    people = standing_of(filters, standing)
    query = _behind(people).limit(limit)
    if after is not None:
        query = query.where(tuple_(people.c.joined_on, people.c.person_id) > after)
    return [MemberBehind._make(row) for row in db.session.execute(query)]


def count_members(filters: MemberFilters, standing: Standing) -> int:
    """How many members a number counts."""
    return db.session.scalars(select(func.count()).select_from(standing_of(filters, standing))).one()


def all_members_behind(filters: MemberFilters, standing: Standing) -> Iterator[MemberBehind]:
    """All that `members_behind` would show page by page. Inside `transaction()`."""
    return (MemberBehind._make(row) for row in stream(_behind(standing_of(filters, standing))))


def lives(studio_id: int) -> Subquery:
    """One row per stay of a member of a studio: the person, from when, and the last day of those who have left or will.

    Who left and joined again has a row for each stay, and those do not overlap.
    """
    has_end = func.bool_and(Membership.ends_on.is_not(None))
    present = (
        select(
            Client.person_id,
            Client.member_number,
            Client.joined_on,
            func.coalesce(Client.main_trainer_id, 0).label("trainer_id"),
            func.coalesce(Client.left_on, case((has_end, func.max(Membership.ends_on)))).label("left_on"),
        )
        .join(Membership, Membership.client_id == Client.id)
        .join(Plan, Plan.id == Membership.plan_id)
        .where(Plan.studio_id == studio_id, Membership.undone_at.is_(None))
        .group_by(Client.id)
    )
    of_studio = exists().where(
        Membership.client_id == Client.id, Plan.id == Membership.plan_id, Plan.studio_id == studio_id
    )
    earlier = (
        select(
            Client.person_id, Client.member_number, Leaving.stay_began_on, func.coalesce(Client.main_trainer_id, 0),
            Leaving.left_on,
        )
        .join(Leaving, Leaving.client_id == Client.id)
        .where(Leaving.rejoined_at.is_not(None), of_studio)
    )  # fmt: skip
    return union_all(present, earlier).subquery("lives")


def are_members_on(people: Subquery, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that somebody of `lives` is a member beyond a day: joined by it, and it is not their last."""
    return (people.c.joined_on <= day) & or_(people.c.left_on.is_(None), people.c.left_on > day)


def is_frozen_on(people: Subquery, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that an agreement of somebody of `lives` rests on a day."""
    return exists().where(
        Client.person_id == people.c.person_id,
        Membership.client_id == Client.id,
        Freeze.membership_id == Membership.id,
        Freeze.cancelled_at.is_(None),
        Freeze.starts_on <= day,
        or_(Freeze.ends_on.is_(None), Freeze.ends_on >= day),
    )


def month_of(day: Any) -> ColumnElement[date]:
    """The first day of the month of a day."""
    return cast(func.date_trunc("month", day), Date)


def asked_members(filters: MemberFilters) -> Subquery:
    """`lives` of those with the main trainer who was asked for."""
    people = lives(filters.studio_id)
    if filters.trainer_id is None:
        return people
    return select(people).where(people.c.trainer_id == filters.trainer_id).subquery("asked")


def _by_month(filters: MemberFilters, day: str) -> dict[date, int]:
    people = asked_members(filters)
    month = month_of(people.c[day])
    query = select(month, func.count()).group_by(month)
    inside = people.c[day].between(filters.first_day, filters.last_day)
    return {row[0]: row[1] for row in db.session.execute(query.where(inside))}


def _frozen_by_month(filters: MemberFilters) -> dict[date, int]:
    people = asked_members(filters)
    months = func.generate_series(filters.first_day, filters.last_day, _MONTH, type_=Date())
    month: ColumnElement[Any] = cast(months.column_valued("month", joins_implicitly=True), Date)
    last_day = cast(month + _MONTH, Date) - 1
    resting = are_members_on(people, last_day) & is_frozen_on(people, last_day)
    query = select(month, func.count()).select_from(people).where(resting).group_by(month)
    return {row[0]: row[1] for row in db.session.execute(query)}


def standing_of(filters: MemberFilters, standing: Standing) -> Subquery:
    """The members a number counts, as rows of `lives`."""
    people = asked_members(filters)
    joined = people.c.joined_on.between(filters.first_day, filters.last_day)
    conditions = {
        Standing.JOINED: joined,
        Standing.STAYED: joined & _stayed(people, filters.stayed),
        Standing.NO_ENQUIRY: joined & ~_enquired(people, filters.studio_id),
        Standing.LEFT: people.c.left_on.between(filters.first_day, filters.last_day),
        Standing.MEMBERS: are_members_on(people, filters.last_day),
        Standing.FROZEN: are_members_on(people, filters.last_day) & is_frozen_on(people, filters.last_day),
    }
    return select(people).where(conditions[standing]).subquery("standing")


def _enquired(people: Subquery, studio_id: int) -> ColumnElement[bool]:
    return exists().where(
        Lead.person_id == people.c.person_id, Lead.studio_id == studio_id, Lead.stage == Stage.JOINED
    )


def _stayed(people: Subquery, months: int) -> ColumnElement[bool]:
    beyond = month_of(people.c.joined_on) + func.make_interval(0, months + 1)
    return or_(people.c.left_on.is_(None), people.c.left_on >= beyond)


def _behind(people: Subquery) -> Select[Any]:
    return (
        select(
            people.c.person_id,
            func.coalesce(func.nullif(Person.name, ""), Person.kana),
            people.c.member_number,
            people.c.joined_on,
            people.c.left_on,
            people.c.trainer_id,
        )
        .join(Person, Person.id == people.c.person_id)
        .order_by(people.c.joined_on, people.c.person_id)
    )
