"""Which months a report is about, and beside which others they are put. Months are the first days of studio months."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from backoffice.core.clock import month_span

LONGEST = 36
"""More months than this are never asked of the database at once."""

BUSINESS_YEAR_BEGINS = 4
"""April, as in nearly every Japanese company."""


class Comparison(StrEnum):
    """Beside what a period is put."""

    NOTHING = "none"
    BEFORE = "before"
    YEAR = "year"


class Preset(StrEnum):
    """Periods that are asked for every week."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THREE_MONTHS = "3-months"
    TWELVE_MONTHS = "12-months"
    BUSINESS_YEAR = "business-year"


@dataclass(frozen=True)
class Period:
    """From the beginning of `first` to the end of `last`; at most `LONGEST` months."""

    first: date
    last: date

    @property
    def months(self) -> list[date]:
        """Each month of the period, the oldest first."""
        return [months_after(self.first, number) for number in range(self.length)]

    @property
    def length(self) -> int:
        """How many months."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """Its first instant and the first one after it, in UTC."""
        return month_span(self.first, zone)[0], month_span(self.last, zone)[1]

    def compared(self, comparison: Comparison) -> "Period | None":
        """As many months just before, or the same months a year earlier; None when nothing is compared."""
        if comparison == Comparison.NOTHING:
            return None
        back = self.length if comparison == Comparison.BEFORE else 12
        return Period(months_after(self.first, -back), months_after(self.last, -back))


def months_after(month: date, count: int) -> date:
    """The first day of the month `count` months later (earlier when negative)."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def period(first: date, last: date) -> Period:
    """The months between two days, in either order, cut at the old end when there are too many."""
    first, last = sorted((first.replace(day=1), last.replace(day=1)))
    return Period(max(first, months_after(last, 1 - LONGEST)), last)


def preset(kind: Preset, today: date) -> Period:
    """What a preset means today. Only the last month is whole; the others end with the month that runs."""
    this = today.replace(day=1)
    if kind == Preset.LAST_MONTH:
        return Period(months_after(this, -1), months_after(this, -1))
    if kind == Preset.BUSINESS_YEAR:
        return Period(months_after(this, -((this.month - BUSINESS_YEAR_BEGINS) % 12)), this)
    back = {Preset.THIS_MONTH: 0, Preset.THREE_MONTHS: 2, Preset.TWELVE_MONTHS: 11}[kind]
    return Period(months_after(this, -back), this)
