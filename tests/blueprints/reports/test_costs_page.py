"""Costs of sources in the browser: a month is filled in, and the report and its file show what it came to."""

import csv
import io
from collections.abc import Callable
from datetime import date

from backoffice.core.db import db
from backoffice.leads.models import Stage
from backoffice.reports.costs import costs_of
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.backoffice.reports.test_sources import an_enquiry
from tests.pages import PageClient

OCTOBER = date(2026, 10, 1)
WHERE = "/reports/costs/2026-10"


def test_a_month_is_filled_in_and_never_over_somebody_elses(
    gym: Studio, sign_in: Callable[..., PageClient]
) -> None:
    manager = sign_in(Role.MANAGER)
    assert manager.get("/reports/costs").location == "/reports/costs/2026-11"
    manager.open(WHERE)
    assert manager.post(WHERE, data={"yen_line": "30000", "yen_web": "", "version": "0"}).status_code == 303
    assert costs_of(gym.id, OCTOBER).yen == {"line": 30_000}
    late = manager.post(WHERE, data={"yen_line": "1", "version": "0"})
    assert late.status_code == 422
    assert 'value="1"' in late.get_data(as_text=True)  # what was typed is kept
    for wrong in ("-1", "1.5", "x", "100000001"):
        assert manager.post(WHERE, data={"yen_line": wrong, "version": "1"}).status_code == 422
    assert costs_of(gym.id, OCTOBER).yen == {"line": 30_000}
    assert 'value="30000"' in manager.open("/reports/costs/2026-11?copy=1").text
    assert 'value="30000"' not in manager.open("/reports/costs/2026-11").text


def test_months_far_away_and_other_roles(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    for month in ("2026-13", "x", "2030-01", "2019-01"):
        assert manager.get(f"/reports/costs/{month}").status_code == 404
    desk = sign_in(Role.FRONT_DESK)
    assert desk.get(WHERE).status_code == 403
    assert desk.post(WHERE, data={"yen_line": "1", "version": "0"}).status_code == 403


def test_the_report_and_its_file_show_the_cost(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    for stage in (Stage.JOINED, Stage.NEW, Stage.LOST):
        an_enquiry(gym, "line", stage)
    db.session.commit()
    manager = sign_in(Role.MANAGER)
    manager.open(WHERE)
    manager.post(WHERE, data={"yen_line": "50000", "version": "0"})
    page = manager.open("/reports/sources?from=2026-10&to=2026-10").text
    assert "¥16,667" in page
    assert WHERE in page
    answer = manager.get("/reports/sources.csv?from=2026-10&to=2026-10").get_data().decode("utf-8-sig")
    (row,) = [one for one in csv.reader(io.StringIO(answer)) if one[-3:] == ["50000", "16667", "50000"]]
    assert row[1] == "3"
    by_article = manager.open("/reports/sources?group=article&from=2026-10&to=2026-10").text
    assert "¥16,667" not in by_article
