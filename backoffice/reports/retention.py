"""入会月別の継続率: of those who joined in a month, how many were still members at the end of each month after it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backoffice.core.db import db
from backoffice.reports.members import MOST_MONTHS, MemberFilters, asked_members, month_of

SMALL_NUMBER = 10
"""Below this many who joined in a month a share says more than is known, so only counts are shown."""


@dataclass(frozen=True)
class JoinMonth:
    """Those who joined in a month; `stayed[k]` of them were members at the end of the k-th month after it.

    Only months that are over: the list ends with the last of them.
    """

    month: date
    joined: int
    stayed: list[int]

    def share(self, number: int) -> float | None:
        """Still a member ÷ joined; None when fewer than 10 joined."""
        return self.stayed[number] / self.joined if self.joined >= SMALL_NUMBER else None


def retention(filters: MemberFilters, *, today: date) -> list[JoinMonth]:
    """One row per month of joining that had somebody, the oldest first. One statement."""
    people = asked_members(filters)
    month = month_of(people.c.joined_on)
    inside = people.c.joined_on.between(filters.first_day, filters.last_day)
    left = month_of(people.c.left_on)
    query = select(month, left, func.count()).where(inside).group_by(month, left).order_by(month)
    cohorts: dict[date, dict[date | None, int]] = {}
    for joined_in, left_in, count in db.session.execute(query):
        cohorts.setdefault(joined_in, {})[left_in] = count
    return [_join_month(joined_in, lefts, today) for joined_in, lefts in cohorts.items()]


def average(rows: list[JoinMonth]) -> list[float | None]:
    """The share of all those months together, month by month: only cohorts that have come so far. Pure."""
    found: list[float | None] = []
    for number in range(max((len(row.stayed) for row in rows), default=0)):
        reached = [row for row in rows if len(row.stayed) > number]
        joined = sum(row.joined for row in reached)
        stayed = sum(row.stayed[number] for row in reached)
        found.append(stayed / joined if joined >= SMALL_NUMBER else None)
    return found


def _join_month(joined_in: date, lefts: dict[date | None, int], today: date) -> JoinMonth:
    ended = _months_between(joined_in, today.replace(day=1))
    stayed = [
        sum(
            count
            for left, count in lefts.items()
            if left is None or _months_between(joined_in, left) > number
        )
        for number in range(min(ended, MOST_MONTHS + 1))
    ]
    return JoinMonth(joined_in, sum(lefts.values()), stayed)


def _months_between(first: date, second: date) -> int:
    return (second.year - first.year) * 12 + second.month - first.month
