"""Costs of sources: entered by month, never over somebody else's, and divided by whom they brought."""

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, Stale
from backoffice.leads.models import LeadSource, Stage
from backoffice.leads.queries import sources
from backoffice.reports.costs import MOST_YEN, costs_by_source, costs_of, set_costs
from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.periods import Period
from backoffice.reports.sources import SourceLine, brought
from backoffice.studio.models import Studio
from tests.backoffice.reports.test_sources import USUAL, an_enquiry

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def lines(gym: Studio, now: datetime, first: date, last: date) -> dict[str, SourceLine]:
    filters = Filters(gym.id, gym.zone, Period(first, last), Basis.ENQUIRY)
    return {row.cohort.key: row for row in brought(filters, Grouping.SOURCE, maturity=USUAL, now=now).lines}


def test_entered_changed_and_taken_out_again(gym: Studio, by: Actor, now: datetime) -> None:
    made = set_costs(gym.id, date(2026, 10, 17), {"line": 30_000, "web": None}, version=0, by=by, now=now)
    assert (made.month, made.yen, made.version) == (OCTOBER, {"line": 30_000}, 1)
    same = set_costs(gym.id, OCTOBER, {"line": 30_000}, version=1, by=by, now=now)
    assert same.version == 1
    assert db.session.query(AuditLine).filter_by(action="costs.set").count() == 1
    set_costs(gym.id, OCTOBER, {"line": None, "web": 0}, version=1, by=by, now=now)
    assert costs_of(gym.id, OCTOBER).yen == {"web": 0}
    assert costs_by_source(gym.id, Period(OCTOBER, OCTOBER)) == {"web": 0}
    line = db.session.query(AuditLine).filter_by(action="costs.set").order_by(AuditLine.id.desc()).first()
    assert (line.before["line"], line.after["web"]) == (30_000, 0)


def test_nobody_overwrites_anybody(gym: Studio, by: Actor, now: datetime) -> None:
    set_costs(gym.id, OCTOBER, {"line": 30_000}, version=0, by=by, now=now)
    with pytest.raises(Stale):
        set_costs(gym.id, OCTOBER, {"web": 5}, version=0, by=by, now=now)
    taken_out = set_costs(gym.id, OCTOBER, {"line": None}, version=1, by=by, now=now)
    with pytest.raises(Stale):  # emptied is not the same as never entered
        set_costs(gym.id, OCTOBER, {"web": 5}, version=0, by=by, now=now)
    assert taken_out.version == 2


@pytest.mark.parametrize("yen", [-1, MOST_YEN + 1])
def test_impossible_amounts_are_refused(gym: Studio, by: Actor, now: datetime, yen: int) -> None:
    with pytest.raises(Invalid) as refused:
        set_costs(gym.id, OCTOBER, {"line": yen}, version=0, by=by, now=now)
    assert refused.value.field == "yen_line"
    assert costs_of(gym.id, OCTOBER).version == 0


def test_a_source_out_of_use_keeps_its_costs_and_gets_no_new_ones(
    gym: Studio, by: Actor, now: datetime
) -> None:
    set_costs(gym.id, OCTOBER, {"line": 30_000}, version=0, by=by, now=now)
    db.session.query(LeadSource).filter_by(key="line").update({"archived_at": now})
    assert "line" not in {one.key for one in sources()}
    assert set_costs(gym.id, OCTOBER, {"line": 20_000}, version=1, by=by, now=now).yen == {"line": 20_000}
    for source in ("line", "nonsense"):
        with pytest.raises(Invalid):
            set_costs(gym.id, NOVEMBER, {source: 5}, version=0, by=by, now=now)


def test_what_a_source_cost_for_each_it_brought(gym: Studio, by: Actor, now: datetime) -> None:
    for stage in (Stage.JOINED, Stage.NEW, Stage.LOST):
        an_enquiry(gym, "line", stage)
    an_enquiry(gym, "web", Stage.NEW)
    set_costs(gym.id, OCTOBER, {"line": 50_000, "walk_in": 7_000}, version=0, by=by, now=now)
    set_costs(gym.id, NOVEMBER, {"line": 1_000}, version=0, by=by, now=now)
    found = lines(gym, now, OCTOBER, OCTOBER)
    assert (found["line"].cost_yen, found["line"].cost_per_enquiry, found["line"].cost_per_join) == (
        50_000, 16_667, 50_000,
    )  # fmt: skip
    assert (found["web"].cost_yen, found["web"].cost_per_enquiry) == (None, None)
    nobody = found["walk_in"]
    assert (nobody.cohort.people, nobody.cost_yen, nobody.cost_per_enquiry, nobody.cost_per_join) == (
        0, 7_000, None, None,
    )  # fmt: skip
    assert lines(gym, now, OCTOBER, NOVEMBER)["line"].cost_yen == 51_000
    filters = Filters(gym.id, gym.zone, Period(OCTOBER, OCTOBER), Basis.ENQUIRY)
    assert all(
        row.cost_yen is None for row in brought(filters, Grouping.ARTICLE, maturity=USUAL, now=now).lines
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entered=st.lists(
        st.tuples(
            st.sampled_from([OCTOBER, NOVEMBER]), st.sampled_from(["line", "web"]), st.integers(0, 99_999)
        ),
        max_size=6,
    ),
    people=st.integers(0, 4),
)
def test_the_sum_is_what_was_entered_last(
    gym: Studio, by: Actor, now: datetime, entered: list[tuple[date, str, int]], people: int
) -> None:
    with db.session.begin_nested() as savepoint:
        for _ in range(people):
            an_enquiry(gym, "line", Stage.JOINED)
        known: dict[tuple[date, str], int] = {}
        for month, source, yen in entered:
            version = costs_of(gym.id, month).version
            set_costs(gym.id, month, {source: yen}, version=version, by=by, now=now)
            known[month, source] = yen
        found = lines(gym, now, OCTOBER, NOVEMBER)
        for source in ("line", "web"):
            of_source = [yen for (_month, key), yen in known.items() if key == source]
            asked = found.get(source)
            assert (None if asked is None else asked.cost_yen) == (sum(of_source) if of_source else None)
        if people and "line" in found and found["line"].cost_yen is not None:
            exact = Fraction(found["line"].cost_yen, people)
            assert abs(found["line"].cost_per_enquiry - exact) <= Fraction(1, 2)
        savepoint.rollback()
