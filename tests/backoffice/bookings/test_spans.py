"""Span arithmetic against a grid of single minutes."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.bookings.spans import (
    Grid,
    Length,
    Span,
    both,
    clear_of,
    inside,
    instant,
    joined,
    minus,
    minute_after,
    starts,
)

DAY = 200
SPANS = st.lists(st.tuples(st.integers(0, DAY), st.integers(0, DAY)), max_size=6)


def minutes(spans: list[Span]) -> set[int]:
    """Every single minute of spans."""
    return {minute for start, end in spans for minute in range(start, end)}


@given(SPANS)
def test_joining_keeps_every_minute_and_leaves_gaps_between(spans: list[Span]) -> None:
    result = joined(spans)
    assert minutes(result) == minutes(spans)
    assert all(left[1] < right[0] for left, right in pairwise(result))


@given(SPANS, SPANS)
def test_what_is_left_is_every_minute_that_is_not_in_a_hole(spans: list[Span], holes: list[Span]) -> None:
    assert minutes(minus(spans, holes)) == minutes(spans) - minutes(holes)


@given(SPANS, SPANS)
def test_in_both_are_the_minutes_of_both(spans: list[Span], others: list[Span]) -> None:
    found = both(joined(spans), joined(others))
    assert minutes(found) == minutes(spans) & minutes(others)
    assert all(start < end for start, end in found)
    assert found == sorted(found)


@given(SPANS, st.integers(0, DAY), st.integers(1, 60))
def test_inside_and_clear_of_agree_with_the_minutes(spans: list[Span], start: int, length: int) -> None:
    wanted = set(range(start, start + length))
    assert inside(joined(spans), (start, start + length)) == (wanted <= minutes(spans))
    assert clear_of(joined(spans), (start, start + length)) == (not wanted & minutes(spans))


@settings(max_examples=300)
@given(
    opening=SPANS,
    free=SPANS,
    length=st.builds(Length, st.integers(1, 60), st.integers(0, 20), st.integers(0, 20)),
    origin=st.integers(-30, 30),
    step=st.sampled_from([5, 10, 15, 30]),
    earliest=st.integers(-10, DAY),
)
def test_starts_are_exactly_those_a_minute_grid_allows(
    opening: list[Span], free: list[Span], length: Length, origin: int, step: int, earliest: int
) -> None:
    found = starts(length, Grid(origin, step, earliest), joined(opening), joined(free))

    open_minutes, free_minutes = minutes(opening), minutes(free)
    expected = [
        start
        for start in range(-100, DAY + 100)
        if start >= earliest
        and (start - origin) % step == 0
        and set(range(*length.visit(start))) <= open_minutes
        and set(range(*length.busy(start))) <= free_minutes
    ]
    assert found == expected


@given(st.integers(0, 10**8))
def test_minutes_and_instants_are_the_same_thing(minute: int) -> None:
    assert minute_after(instant(minute)) == minute
