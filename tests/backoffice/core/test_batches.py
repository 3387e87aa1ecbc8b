"""Sweeps in small pieces: each row is tried until it is known to fail alone, and no more often."""

from collections.abc import Sequence

import pytest

from backoffice.core import batches
from backoffice.core.batches import Tally, in_batches
from backoffice.studio.models import Studio


@pytest.mark.parametrize(
    ("size", "tried"),
    [(1, [[1], [2], [3]]), (2, [[1, 2], [1], [2], [3]]), (3, [[1, 2, 3], [1], [2], [3]])],
)
def test_a_row_that_fails_is_tried_alone_once_and_named_once(
    gym: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, size: int,
    tried: list[list[int]],
) -> None:  # fmt: skip
    asked: list[list[int]] = []

    def work(ids: Sequence[int]) -> int:
        asked.append(list(ids))
        if 2 in ids:
            raise ValueError
        return len(ids)

    monkeypatch.setattr(batches, "BATCH", size)
    assert in_batches("test", [1, 2, 3], work) == Tally(2, 1)
    assert asked == tried
    assert [one.message for one in caplog.records] == ["row not done"]
