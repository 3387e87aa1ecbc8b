"""Of age at 18, on the birthday."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.joining.age import is_minor, of_age_on


@pytest.mark.parametrize(
    ("birth", "on", "minor"),
    [
        (date(2008, 11, 24), date(2026, 11, 23), True),
        (date(2008, 11, 24), date(2026, 11, 24), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),  # no 29 February in 2026
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (date(2008, 12, 31), date(2026, 12, 31), False),
        (date(2009, 1, 1), date(2026, 12, 31), True),
        (date(1990, 5, 1), date(2026, 11, 24), False),
    ],
)
def test_birthdays(birth: date, on: date, minor: bool) -> None:
    assert is_minor(birth, on) is minor


@given(st.dates(date(1930, 1, 1), date(2030, 12, 31)))
def test_from_one_day_on_for_good(birth: date) -> None:
    day = of_age_on(birth)
    assert day.year == birth.year + 18
    assert (day.month, day.day) == (
        (3, 1) if (birth.month, birth.day) == (2, 29) and day.year % 4 else (birth.month, birth.day)
    )
