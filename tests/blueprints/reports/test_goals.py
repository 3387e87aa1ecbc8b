"""Goals of a month: set, copied from the month before, never over somebody else's; days to decide."""

from collections.abc import Callable
from datetime import date, datetime

from backoffice.reports.entries import Basis, Filters
from backoffice.reports.goals import goals_of
from backoffice.reports.maturity import maturity
from backoffice.reports.periods import Period
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient

NOVEMBER = date(2026, 11, 1)


def test_a_month_gets_its_goals_once(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    where = "/reports/goals/2026-11"
    assert manager.get("/reports/goals").location == where
    manager.get(where)
    assert (
        manager.post(where, data={"trials": "20", "revenue_yen": "4000000", "version": "0"}).status_code
        == 303
    )
    found = goals_of(gym.id, date(2026, 11, 30))
    assert (found.wanted["trials"], found.wanted["revenue_yen"], found.wanted["joins"]) == (
        20,
        4_000_000,
        None,
    )
    late = manager.post(where, data={"trials": "30", "version": "0"})
    assert late.status_code == 422
    assert goals_of(gym.id, NOVEMBER).wanted["trials"] == 20
    assert manager.post(where, data={"trials": "-1", "version": "1"}).status_code == 422


def test_a_month_begins_with_those_of_the_last(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    manager.get("/reports/goals/2026-11")
    manager.post("/reports/goals/2026-11", data={"trials": "21", "version": "0"})
    page = manager.get("/reports/goals/2026-12?copy=1").get_data(as_text=True)
    assert 'value="21"' in page
    assert goals_of(gym.id, date(2026, 12, 1)).is_empty
    assert 'value="21"' not in manager.get("/reports/goals/2026-12").get_data(as_text=True)


def test_months_nobody_plans_are_not_there(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    for month in ("2026-13", "x", "2030-01", "2020-01"):
        assert manager.get(f"/reports/goals/{month}").status_code == 404


def test_the_gym_says_how_long_people_decide(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    manager = sign_in(Role.MANAGER)
    manager.get("/settings/maturity")
    form = {"maturity_days": "45", "version": str(gym.version)}
    assert manager.post("/settings/maturity", data=dict(form)).status_code == 303
    asked = Filters(gym.id, gym.zone, Period(NOVEMBER, NOVEMBER), Basis.ENQUIRY)
    assert (maturity(asked, now=now).days, maturity(asked, now=now).is_chosen) == (45, True)
    assert manager.post("/settings/maturity", data={**form, "maturity_days": "3"}).status_code == 422
