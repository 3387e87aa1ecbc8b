"""What stands out: against oneself, against a target, today. Days without an answer raise nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.care.measures import MORE_IS_WORSE, SCALES, TARGETS, Measure
from backoffice.care.signals import (
    CHANGES,
    NEEDED_BEFORE,
    NEEDED_RECENT,
    SHORTFALLS,
    TODAY,
    SignalKind,
    Span,
    Told,
    concern,
    first_before,
    first_recent,
    signals_of,
)

DAY = date(2026, 11, 24)
Answers = dict[date, Decimal]


def told(measure: Measure, answers: Answers) -> Told:
    """Count and mean as the database takes them."""

    def span(first: date, last: date) -> dict[Measure, Span]:
        values = [value for day, value in answers.items() if first <= day <= last]
        return {measure: Span(len(values), sum(values, Decimal(0)) / len(values))} if values else {}

    recent, before = first_recent(DAY), first_before(DAY)
    today = {measure: answers[DAY]} if DAY in answers else {}
    return Told(span(recent, DAY), span(before, recent - timedelta(days=1)), today)


def days(*, recent: int, before: int, now: object, usual: object) -> Answers:
    """So many answers in each span, the newest days first."""
    late = {DAY - timedelta(days=back): Decimal(str(now)) for back in range(recent)}
    return late | {
        first_recent(DAY) - timedelta(days=1 + back): Decimal(str(usual)) for back in range(before)
    }


def kinds(measure: Measure, answers: Answers) -> set[SignalKind]:
    return {one.kind for one in signals_of(told(measure, answers), TARGETS)}


def test_the_spans_are_the_last_seven_days_and_the_28_before_them() -> None:
    assert (first_recent(DAY), first_before(DAY)) == (date(2026, 11, 18), date(2026, 10, 21))


def test_an_hour_less_sleep_than_usual_says_so_with_its_numbers() -> None:
    answers = days(recent=5, before=18, now="5.6", usual="7.1")
    signal = signals_of(told(Measure.SLEEP, answers), TARGETS)[0]
    assert (signal.kind, signal.value, signal.count) == (SignalKind.SELF, Decimal("5.6"), 5)
    assert (signal.usual, signal.usual_count) == (Decimal("7.1"), 18)


@pytest.mark.parametrize(
    ("recent", "before", "speaks"),
    [
        (NEEDED_RECENT, NEEDED_BEFORE, True), (NEEDED_RECENT - 1, NEEDED_BEFORE, False),
        (NEEDED_RECENT, NEEDED_BEFORE - 1, False),
    ],
)  # fmt: skip
def test_a_comparison_with_oneself_needs_ten_answers_before_and_three_now(
    recent: int, before: int, speaks: bool
) -> None:
    answers = days(recent=recent, before=before, now=4, usual=2)
    assert (SignalKind.SELF in kinds(Measure.STRESS, answers)) is speaks


def test_less_tired_less_sore_or_better_fed_than_usual_is_no_concern() -> None:
    for measure in (Measure.FATIGUE, Measure.SORENESS, Measure.STRESS):
        assert kinds(measure, days(recent=7, before=28, now=1, usual=4)) == set()
    assert kinds(Measure.MEALS, days(recent=7, before=28, now=3, usual=0)) == set()


@pytest.mark.parametrize("measure", SHORTFALLS)
def test_a_target_speaks_below_it_and_keeps_quiet_at_it(measure: Measure) -> None:
    target = TARGETS[measure]
    assert kinds(measure, days(recent=3, before=0, now=target - SHORTFALLS[measure], usual=0)) == {
        SignalKind.TARGET
    }
    assert kinds(measure, days(recent=7, before=0, now=target, usual=0)) == set()


@pytest.mark.parametrize("measure", TODAY)
def test_very_sore_or_worn_out_today_is_said_from_one_answer(measure: Measure) -> None:
    assert kinds(measure, {DAY: TODAY[measure]}) == {SignalKind.TODAY}
    assert kinds(measure, {DAY - timedelta(days=1): TODAY[measure]}) == set()
    assert kinds(measure, {DAY: TODAY[measure] - 1}) == set()


def test_against_oneself_weighs_more_than_today_and_today_more_than_a_target() -> None:
    by_self = signals_of(told(Measure.SLEEP, days(recent=7, before=28, now=5, usual=7)), TARGETS)
    assert [one.kind for one in by_self] == [SignalKind.SELF, SignalKind.TARGET]
    assert concern(by_self) > concern(signals_of(told(Measure.SORENESS, {DAY: Decimal(4)}), TARGETS)) > 0
    assert concern([]) == 0


MEASURES = st.sampled_from(list(Measure))
BACK = st.integers(0, 34)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Measure, Answers]:
    """Any answers on any of the 35 days."""
    measure = draw(MEASURES)
    answers = draw(st.dictionaries(BACK, st.sampled_from(SCALES[measure].steps), max_size=35))
    return measure, {DAY - timedelta(days=back): value for back, value in answers.items()}


@settings(deadline=None)  # a busy machine is no failure
@given(MEASURES, st.sets(BACK), st.data())
def test_missing_days_raise_nothing(measure: Measure, answered: set[int], data: st.DataObject) -> None:
    """Somebody whose answers never change stands out against themselves on no set of days whatever."""
    value = data.draw(st.sampled_from(SCALES[measure].steps))
    answers = {DAY - timedelta(days=back): value for back in answered}
    assert SignalKind.SELF not in kinds(measure, answers)


@settings(deadline=None)  # a busy machine is no failure
@given(histories())
def test_without_answers_in_the_last_seven_days_nothing_is_said(history: tuple[Measure, Answers]) -> None:
    measure, answers = history
    old = {day: value for day, value in answers.items() if day < first_recent(DAY)}
    assert kinds(measure, old) == set()


@settings(deadline=None)  # a busy machine is no failure
@given(histories())
def test_every_signal_is_borne_out_by_its_own_numbers(history: tuple[Measure, Answers]) -> None:
    measure, answers = history
    for one in signals_of(told(measure, answers), TARGETS):
        worse = one.value - one.usual if measure in MORE_IS_WORSE else one.usual - one.value
        assert worse >= {SignalKind.SELF: CHANGES.get(measure, Decimal(0)), SignalKind.TARGET: SHORTFALLS.get(measure, Decimal(0)), SignalKind.TODAY: Decimal(0)}[one.kind]  # fmt: skip  # noqa: E501
        if one.kind is SignalKind.SELF:
            assert one.count >= NEEDED_RECENT
            assert one.usual_count >= NEEDED_BEFORE


@settings(deadline=None)  # a busy machine is no failure
@given(histories(), st.integers(35, 400))
def test_what_lies_further_back_changes_nothing(history: tuple[Measure, Answers], back: int) -> None:
    measure, answers = history
    more = answers | {DAY - timedelta(days=back): SCALES[measure].steps[-1]}
    assert signals_of(told(measure, more), TARGETS) == signals_of(told(measure, answers), TARGETS)
