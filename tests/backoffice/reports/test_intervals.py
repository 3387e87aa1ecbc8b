"""The Wilson interval against published figures and its own limits."""

import pytest

from backoffice.reports.intervals import wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, table I, method 3 (score, no continuity correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_agrees_with_newcombe(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_nothing_tried_has_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize("trials", [1, 5, 10, 1000])
def test_stays_between_zero_and_one(trials: int) -> None:
    for successes in range(trials + 1):
        interval = wilson(successes, trials)
        assert interval is not None
        assert 0 <= interval[0] <= successes / trials <= interval[1] <= 1
