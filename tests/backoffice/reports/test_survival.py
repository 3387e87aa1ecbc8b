"""The curve of joining against published and computed values, and what must hold for anybody."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from backoffice.reports.survival import Seen, at_risk_on, joining_curve, share_by

REMISSION = {
    6: Seen(3, 1), 7: Seen(1, 0), 9: Seen(0, 1), 10: Seen(1, 1), 11: Seen(0, 1), 13: Seen(1, 0), 16: Seen(1, 0),
    17: Seen(0, 1), 19: Seen(0, 1), 20: Seen(0, 1), 22: Seen(1, 0), 23: Seen(1, 0), 25: Seen(0, 1), 32: Seen(0, 2),
    34: Seen(0, 1), 35: Seen(0, 1),
}  # fmt: skip
"""Weeks of remission with 6-MP, 21 patients: Freireich et al. 1963, Blood 21, p. 699. Textbooks use them."""

PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
"""Share left, as in Kleinbaum and Klein, Survival Analysis: A Self-Learning Text, 3rd ed., table 2.3 (group 1)."""

LIFELINES = {
    6: (0.619718, 0.951552), 7: (0.563147, 0.922809), 10: (0.5032, 0.889362), 13: (0.43161, 0.849066),
    16: (0.367511, 0.804912), 22: (0.267779, 0.746791), 23: (0.188052, 0.680143),
}  # fmt: skip
"""lifelines 0.30.3: KaplanMeierFitter().fit(weeks, ended).confidence_interval_ of the same patients."""

DAYS = {
    0: Seen(2, 1), 1: Seen(1, 0), 3: Seen(2, 0), 7: Seen(2, 1), 12: Seen(1, 0), 20: Seen(0, 2), 31: Seen(1, 0),
    45: Seen(0, 1), 60: Seen(1, 2), 90: Seen(0, 2), 120: Seen(0, 1),
}  # fmt: skip
LIFELINES_DAYS = {
    0: (0.9, 0.656031, 0.97401), 1: (0.847059, 0.596795, 0.948025), 3: (0.741176, 0.485082, 0.883375),
    7: (0.635294, 0.383063, 0.806954), 12: (0.57754, 0.328676, 0.762727), 31: (0.505348, 0.257979, 0.709065),
    60: (0.421123, 0.181026, 0.645575),
}  # fmt: skip
"""The same of twenty made-up guests, some joining on the day they came; days 0 and ties are what a gym has."""

CROWDS = st.dictionaries(
    st.integers(0, 400), st.builds(Seen, st.integers(0, 9), st.integers(0, 9)), max_size=30
)


def test_the_published_table() -> None:
    assert {step.days: round(1 - step.share, 3) for step in joining_curve(REMISSION)} == PUBLISHED


def test_the_band_of_lifelines() -> None:
    for step in joining_curve(REMISSION):
        low, high = LIFELINES[step.days]
        assert isclose(1 - step.high, low, abs_tol=1e-6)
        assert isclose(1 - step.low, high, abs_tol=1e-6)


def test_days_as_a_gym_has_them() -> None:
    steps = joining_curve(DAYS)
    assert [step.days for step in steps] == list(LIFELINES_DAYS)
    for step in steps:
        left, low, high = LIFELINES_DAYS[step.days]
        assert isclose(1 - step.share, left, abs_tol=1e-6)
        assert isclose(1 - step.high, low, abs_tol=1e-6)
        assert isclose(1 - step.low, high, abs_tol=1e-6)


def test_everybody_joined() -> None:
    (first, last) = joining_curve({0: Seen(1, 0), 3: Seen(1, 0)})
    assert first.share == 0.5
    assert (last.share, last.low, last.high) == (1, 1, 1)


def test_nobody_joined() -> None:
    assert joining_curve({5: Seen(0, 3)}) == []


def test_who_is_still_deciding_is_no_refusal() -> None:
    """Ten who came yesterday say nothing of a week: they must not press the curve down as ten refusals would."""
    settled = {3: Seen(5, 0), 90: Seen(0, 5)}
    with_young = joining_curve({**settled, 1: Seen(0, 10)})
    with_refusals = joining_curve({3: Seen(5, 0), 90: Seen(0, 15)})
    assert share_by(with_young, 7) == share_by(joining_curve(settled), 7)
    assert with_refusals[-1].share == 0.25


@given(crowd=CROWDS)
def test_the_curve_only_rises_inside_its_band(crowd: dict[int, Seen]) -> None:
    steps = joining_curve(crowd)
    assert sum(step.joined for step in steps) == sum(one.joined for one in crowd.values())
    shares = [0.0, *(step.share for step in steps), 1.0]
    assert shares == sorted(shares)
    for step in steps:
        assert 0 <= step.low <= step.share <= step.high <= 1
        assert step.at_risk == at_risk_on(crowd, step.days)


@given(crowd=CROWDS)
def test_without_anybody_waiting_it_is_the_plain_share(crowd: dict[int, Seen]) -> None:
    """If all were watched longer than the last joined, the curve ends at joined ÷ all."""
    joined = {days: Seen(one.joined, 0) for days, one in crowd.items()}
    waiting = sum(one.waiting for one in crowd.values())
    steps = joining_curve({**joined, 500: Seen(0, waiting)})
    if steps:
        total = sum(one.joined for one in joined.values())
        assert isclose(steps[-1].share, total / (total + waiting))
