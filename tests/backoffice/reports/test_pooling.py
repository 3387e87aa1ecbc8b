"""Small groups: the beta distribution against SciPy, and what pooling must and must not say."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.reports.beta import beta_cdf, beta_quantile
from backoffice.reports.pooling import Against, pool

GROUPS = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=8
)


@pytest.mark.parametrize(
    ("a", "b", "low", "middle", "high"),
    [
        (0.5, 10.5, 4.789e-05, 0.02194017, 0.21719627),
        (3, 17, 0.03382625, 0.13827116, 0.33137666),
        (12.3, 4.5, 0.50429376, 0.7415254, 0.90792774),
        (200, 300, 0.35750049, 0.39986656, 0.4432573),
        (1, 1, 0.025, 0.5, 0.975),
    ],
)
def test_quantiles_are_those_of_scipy(a: float, b: float, low: float, middle: float, high: float) -> None:
    """SciPy 1.17.1: scipy.stats.beta.ppf((0.025, 0.5, 0.975), a, b)."""
    for share, expected in ((0.025, low), (0.5, middle), (0.975, high)):
        assert isclose(beta_quantile(share, a, b), expected, abs_tol=1e-8)


@given(x=st.floats(0.001, 0.999), a=st.floats(0.5, 400), b=st.floats(0.5, 400))
def test_both_ends_together_are_everything(x: float, a: float, b: float) -> None:
    assert isclose(beta_cdf(x, a, b) + beta_cdf(1 - x, b, a), 1, abs_tol=1e-9)


@given(groups=GROUPS)
def test_everybody_is_drawn_towards_all_and_never_past_them(groups: list[tuple[int, int]]) -> None:
    trials = sum(n for _one, n in groups)
    common = sum(one for one, _n in groups) / trials if trials else 0
    for (one, n), believed in zip(groups, pool(groups), strict=True):
        own = one / n if n else common
        assert min(own, common) - 1e-9 <= believed.share <= max(own, common) + 1e-9
        assert 0 <= believed.low <= believed.high <= 1


def test_small_numbers_do_not_shout() -> None:
    """Two of two is no better trainer than ten of thirty."""
    steady, lucky = pool([(10, 30), (2, 2)])
    assert lucky.share < 0.5
    assert (steady.against, lucky.against) == (Against.WITHIN_CHANCE, Against.WITHIN_CHANCE)


def test_what_chance_alone_makes_is_no_difference() -> None:
    assert len({believed.share for believed in pool([(10, 30), (12, 40), (9, 28)])}) == 1


def test_a_real_difference_is_said() -> None:
    low, high, small = pool([(5, 40), (25, 40), (1, 2)])
    assert (low.against, high.against, small.against) == (
        Against.BELOW, Against.ABOVE, Against.WITHIN_CHANCE,
    )  # fmt: skip


def test_the_spread_by_hand() -> None:
    """Kleinman's moments for (10, 40), (18, 40): p = 0.35, S = 0.8, room = 39, so ρ = (0.8 − p·q) ÷ (p·q·39)."""
    pq = 0.35 * 0.65
    spread = (0.8 - pq) / (pq * 39)
    strength = (1 - spread) / spread
    believed = pool([(10, 40), (18, 40)])[0]
    assert isclose(believed.share, (0.35 * strength + 10) / (strength + 40))
