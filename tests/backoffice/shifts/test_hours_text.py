"""A line of hours, as people type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.bookings.spans import joined
from backoffice.core.errors import Invalid
from backoffice.shifts.hours_text import read_hours, write_hours


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ""),
        ("10-14", "10:00-14:00"),
        ("15:00-20:30 10-14", "10:00-14:00 15:00-20:30"),
        ("１０：００〜１４：００、１５：００～２０：００", "10:00-14:00 15:00-20:00"),
        ("1000-1430,1500-2000", "10:00-14:30 15:00-20:00"),
        ("10時から14時30分 / 15時 - 20時", "10:00-14:30 15:00-20:00"),
        ("10–14 14–18", "10:00-18:00"),
        ("0:30-23:30", "00:30-23:30"),
        ("18-24", "18:00-24:00"),
    ],
)
def test_what_is_typed_is_what_is_meant(typed: str, meant: str) -> None:
    assert write_hours(read_hours(typed)) == meant


@pytest.mark.parametrize(
    "typed",
    ["10", "10-", "ten-eleven", "14-10", "10-10", "10-25", "10:75-12", "10-14 13-15", "-5-10", "10:00-24:01",
     "1-2 3-4 5-6 7-8 9-10 11-12 13-14"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_hours(typed)
    assert refusal.value.field == "hours"


@given(st.lists(st.tuples(st.integers(0, 1440), st.integers(0, 1440)), max_size=6))
def test_what_is_written_reads_the_same(spans: list[tuple[int, int]]) -> None:
    assert read_hours(write_hours(joined(spans))) == joined(spans)
