"""Where things lie in a chart: inside the box, the larger the higher, nothing across what is not known."""

from hypothesis import given
from hypothesis import strategies as st

from blueprints.reports.charts import Bar, Line, Series, bar_chart, line_chart, percent, side_bars
from blueprints.reports.heat import LEVELS, share_cell

JOINED = Series("joined", "matsu")
VALUES = st.lists(st.integers(0, 5_000), min_size=1, max_size=36)


@given(values=VALUES)
def test_bars_stay_in_the_box_and_are_as_high_as_their_value(values: list[int]) -> None:
    chart = bar_chart([Bar(str(number), (value,)) for number, value in enumerate(values)], [JOINED])
    if chart is None:
        assert not any(values)
        return
    assert len(chart.rects) == sum(1 for value in values if value)
    for rect, value in zip(chart.rects, filter(None, values), strict=True):
        assert 0 <= rect.x < rect.x + rect.width <= 100
        assert -0.01 <= rect.y <= rect.y + rect.height <= 100.01
        assert abs(rect.height / max(one.height for one in chart.rects) - value / max(values)) < 0.02
    assert len(chart.along) <= 6


def test_parts_of_a_bar_lie_on_each_other() -> None:
    chart = bar_chart([Bar("Nov", (3, 0, 1))], [JOINED, Series("open", "yama"), Series("lost", "nezu")])
    assert chart is not None
    joined, lost = chart.rects
    assert joined.y + joined.height == 100
    assert abs(lost.y + lost.height - joined.y) < 0.02
    assert lost.says == "Nov lost: 1"


def test_a_line_is_broken_where_nothing_is_known() -> None:
    line = Line(JOINED, [(0, 0.5), (1, None), (2, 0.25), (3, 0.75)])
    chart = line_chart([line], [(0, "a"), (3, "b")], says=percent, top=1)
    assert chart is not None
    assert chart.lines[0].path == "M0.0 50.0M66.67 75.0L100.0 25.0"
    assert (chart.across[0].label, chart.across[-1].label) == ("0%", "100%")


def test_steps_go_across_before_they_go_up() -> None:
    line = Line(JOINED, [(0, 0.0), (10, 0.5)], band=[(0, 0.0, 0.0), (10, 0.25, 1.0)], is_step=True)
    chart = line_chart([line], [(0, "0"), (10, "10")], top=1)
    assert chart is not None
    assert chart.lines[0].path == "M0.0 100.0H100.0L100.0 50.0"
    assert chart.lines[0].band.startswith("M0.0 100.0L100.0 100.0L100.0 0.0")


def test_nothing_known_is_no_chart() -> None:
    assert line_chart([Line(JOINED, [(0, None)])], [(0, "a")]) is None
    assert bar_chart([Bar("a", (0,))], [JOINED]) is None
    assert side_bars([Bar("a", (0,))], [JOINED]) is None


@given(values=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), min_size=1, max_size=12))
def test_bars_beside_their_names_are_as_long_as_their_parts(values: list[tuple[int, int]]) -> None:
    chart = side_bars(
        [Bar(str(number), parts) for number, parts in enumerate(values)], [JOINED, Series("open", "yama")]
    )
    longest = max(sum(parts) for parts in values)
    if chart is None:
        assert not longest
        return
    for row, parts in zip(chart.rows, values, strict=True):
        assert row.total == sum(parts)
        assert abs(sum(rect.width for rect in row.rects) - 100 * sum(parts) / longest) < 0.03
        assert all(0 <= rect.x < 100.01 for rect in row.rects)


@given(share=st.floats(0, 1))
def test_tints_follow_the_share(share: float) -> None:
    cell = share_cell(share)
    assert 0 <= cell.level <= LEVELS
    assert (cell.level == 0) == (share == 0)
    assert share_cell(None).text == "–"
