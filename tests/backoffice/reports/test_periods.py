"""Months of a report: presets, the months compared with, and what is too long."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.reports.periods import LONGEST, Comparison, Period, Preset, months_after, period, preset

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (Preset.THIS_MONTH, date(2026, 11, 1), date(2026, 11, 1)),
        (Preset.LAST_MONTH, date(2026, 10, 1), date(2026, 10, 1)),
        (Preset.THREE_MONTHS, date(2026, 9, 1), date(2026, 11, 1)),
        (Preset.TWELVE_MONTHS, date(2025, 12, 1), date(2026, 11, 1)),
        (Preset.BUSINESS_YEAR, date(2026, 4, 1), date(2026, 11, 1)),
    ],
)
def test_presets(kind: Preset, first: date, last: date) -> None:
    assert preset(kind, TODAY) == Period(first, last)


def test_the_business_year_begins_in_april() -> None:
    assert preset(Preset.BUSINESS_YEAR, date(2026, 3, 31)).first == date(2025, 4, 1)
    assert preset(Preset.BUSINESS_YEAR, date(2026, 4, 1)).first == date(2026, 4, 1)


@given(one=DAYS, other=DAYS)
def test_a_period_holds_its_months_and_is_never_too_long(one: date, other: date) -> None:
    found = period(one, other)
    assert found.length == len(found.months) <= LONGEST
    assert (found.months[0], found.months[-1]) == (found.first, found.last)
    assert found.last == max(one, other).replace(day=1)


@given(one=DAYS, other=DAYS)
def test_the_months_before_are_as_many_and_end_where_the_period_begins(one: date, other: date) -> None:
    found = period(one, other)
    before = found.compared(Comparison.BEFORE)
    assert before is not None
    assert (before.length, months_after(before.last, 1)) == (found.length, found.first)
    year = found.compared(Comparison.YEAR)
    assert year is not None
    assert (year.first.year, year.first.month) == (found.first.year - 1, found.first.month)
    assert found.compared(Comparison.NOTHING) is None


def test_a_period_begins_and_ends_at_midnight_in_kyoto() -> None:
    since, until = Period(date(2026, 9, 1), date(2026, 10, 1)).span("Asia/Tokyo")
    assert since == datetime(2026, 8, 31, 15, tzinfo=UTC)
    assert until == datetime(2026, 10, 31, 15, tzinfo=UTC)
