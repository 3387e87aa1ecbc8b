"""The shorthand of sets: forty forms, what is refused, and that what is written is read back."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backoffice.core.errors import Invalid
from backoffice.exercises.vocabulary import Unit
from backoffice.session_logs.shorthand import DoneSet, parse_sets, written

FORMS = {
    "60x8": "60x8", "60x8x3": "60x8 60x8 60x8", "60x8x3 @8": "60x8@8 60x8@8 60x8@8", "60x8x3@8": "60x8@8 60x8@8 60x8@8",
    "60×8×3": "60x8 60x8 60x8", "60 x 8 x 3": "60x8 60x8 60x8", "６０ｘ８": "60x8", "６０×８×２": "60x8 60x8",
    "60*8": "60x8", "60＊8": "60x8", "60X8": "60x8", "60kg x 8 x 3": "60x8 60x8 60x8", "60kgx8": "60x8",
    "60キロ 8回 3セット": "60x8 60x8 60x8", "60キロ×8回": "60x8", "60㎏x8": "60x8", "60x8reps": "60x8",
    "60x8,8,6": "60x8 60x8 60x6", "60x8,8,6 @8.5": "60x8@8.5 60x8@8.5 60x6@8.5", "60x8, 8, 6": "60x8 60x8 60x6",
    "60x8 62.5x6": "60x8 62.5x6", "60x8/62.5x6": "60x8 62.5x6", "60x8、62.5x6": "60x8 62.5x6",
    "60x8;62.5x6": "60x8 62.5x6",
    "60x8@8 60x8@9": "60x8@8 60x8@9", "60x8 RPE8": "60x8@8", "60x8 rpe 8.5": "60x8@8.5", "60x8 @ 8": "60x8@8",
    "62.5x6": "62.5x6", "62.25x6": "62.25x6", "135lbx5": "61.23x5", "135 lb x 5": "61.23x5",
    "60x8 8 6": "60x8 60x8 60x6", "60x8、8、6": "60x8 60x8 60x6", "60x8 8回": "60x8 8r", "自重8回3セット": "8 8 8",
    "自重 8回 3セット": "8 8 8", "60x8 @ RPE 8": "60x8@8", "60x8、RPE8": "60x8@8",
    "60x8x30 @8": " ".join(["60x8@8"] * 30),
    "8": "8", "8 8 6": "8 8 6", "8回": "8", "8回x3": "8 8 8", "8回 3セット": "8 8 8", "bwx8": "8", "BWx8x3": "8 8 8",
    "自重x8": "8", "自重×8×2": "8 8", "0x8": "8", "30s": "30s", "30秒×3": "30s 30s 30s", "30 sec x 3": "30s 30s 30s",
    "10min": "10m", "10分": "10m", "5呼吸": "5b", "20x10x30": " ".join(["20x10"] * 30), "": "", "  ": "",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "read"), FORMS.items())
def test_forms(typed: str, read: str) -> None:
    assert written(parse_sets(typed)) == read


def test_there_are_forty_of_them() -> None:
    assert len(FORMS) >= 40


def test_a_bare_number_counts_what_the_exercise_counts() -> None:
    assert parse_sets("30", unit=Unit.HOLD) == [DoneSet(None, 30, Unit.HOLD)]
    assert parse_sets("30x3", unit=Unit.HOLD) == [DoneSet(None, 30, Unit.HOLD)] * 3
    assert parse_sets("8x3") == [DoneSet(Decimal(8), 3, Unit.REPS)], "two bare numbers are load and amount"


@pytest.mark.parametrize(
    "typed",
    [
        "abc", "60x", "x8", "60x8x", "60x8x3x2", "60x0", "1000x8", "60x1000", "60x8x0", "60x8x31", "60x8@11", "60x8@0",
        "60x8@8.3", "60x8@", "@8", "-60x8", "60x-8", "60..5x8", "1e9x8", "٦٠x8x", "60x8" + " " * 400, "8 " * 40,
        "60x8'; drop",
        "60x8,x3", "30sx", "kgx8", "½x8",
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_words(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_sets(typed)
    assert refused.value.field == "sets"


SETS = st.builds(
    DoneSet,
    st.none() | st.decimals("0.25", "999", places=2),
    st.integers(1, 999),
    st.sampled_from([unit.value for unit in Unit]),
    st.none() | st.integers(2, 20).map(lambda halves: Decimal(halves) / 2),
)


@example([DoneSet(Decimal(10), 30, "hold")], "hold")
@given(st.lists(SETS, max_size=30), st.sampled_from([unit.value for unit in Unit]))
def test_what_is_written_is_read_back(sets: list[DoneSet], unit: str) -> None:
    assert parse_sets(written(sets, unit=unit), unit=unit) == sets


@given(st.text(max_size=60))
def test_anything_typed_is_read_or_refused(typed: str) -> None:
    with suppress(Invalid):
        assert len(parse_sets(typed)) <= 30
