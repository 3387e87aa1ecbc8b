"""A large gym reads visits as they were kept: every page says when, every number is its list, a button counts again."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest

from backoffice.bookings.models import BookingState
from backoffice.core.db import db
from backoffice.reports import kept
from backoffice.reports.visits import Became
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.backoffice.reports.test_visits import FIRST as AUTUMN
from tests.backoffice.reports.test_visits import Visit, tell
from tests.blueprints.reports.test_report_pages import _NUMBER, _rows
from tests.pages import PageClient

FIRST = AUTUMN + timedelta(days=56)
OF_VISITS = ("funnel", "sources", "trainers", "bookings", "hours", "revenue")
OTHERS = ("members", "leaving", "forecast")


@pytest.fixture
def kept_at_noon(gym: Studio, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve visits, kept at noon; a minute later one more of them was cancelled in time. It is 12:04 now."""
    monkeypatch.setattr(kept, "MANY", 0)
    told = [
        tell(gym, Visit(FIRST + timedelta(days=number), number % 4, False, became))
        for number, became in enumerate([*Became][2:] + [Became.HELD] * 6)
    ]
    kept.keep_visits(now=now)
    told[-1].state = BookingState.CANCELLED
    db.session.commit()


@pytest.fixture
def manager(
    kept_at_noon: None, sign_in: Callable[..., PageClient], at: Callable[[datetime], None], now: datetime
) -> PageClient:
    client = sign_in(Role.MANAGER)
    at(now + timedelta(minutes=4))
    return client


@pytest.mark.parametrize("path", OF_VISITS)
def test_a_page_of_visits_says_when_they_were_counted(manager: PageClient, path: str) -> None:
    page = manager.get(f"/reports/{path}").get_data(as_text=True)
    assert "12:00時点の集計です" in page
    manager.post("/language", data={"language": "en"})
    page = manager.get(f"/reports/{path}").get_data(as_text=True)
    assert "Visits are counted as of" in page
    assert "12:00" in page


@pytest.mark.parametrize("path", OTHERS)
def test_what_is_read_live_has_no_age(manager: PageClient, path: str) -> None:
    assert "時点の集計です" not in manager.get(f"/reports/{path}").get_data(as_text=True)


def test_each_number_is_its_list_and_file_as_they_were_kept(manager: PageClient) -> None:
    page = manager.get("/reports/bookings?group=month").get_data(as_text=True)
    numbers = {unescape(url): int(number) for url, number in _NUMBER.findall(page)}
    assert max(numbers.values()) == 9
    for url, number in numbers.items():
        assert _rows(manager, url) == number
        listed = manager.get(url.replace("/list?", "/list.csv?")).get_data().decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(listed)))) == 1 + number
    held = next(url for url in numbers if "became=held" in url)
    assert numbers[held] == 7
    assert "12:00時点の集計です" in manager.get(held).get_data(as_text=True)


def test_what_was_kept_too_long_ago_is_not_shown(
    manager: PageClient, at: Callable[[datetime], None], now: datetime
) -> None:
    at(now + timedelta(minutes=61))
    page = manager.get("/reports/bookings?group=month").get_data(as_text=True)
    assert "時点の集計です" not in page
    held = next(int(number) for url, number in _NUMBER.findall(page) if "became=held" in url)
    assert held == 6


def test_the_button_rings_and_leads_back(manager: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(kept, "nudge", rung.append)
    manager.get("/reports/bookings")
    asked = {"report": "reports.visits", "from": "2026-09", "to": "2026-11", "group": "month"}
    answer = manager.post("/reports/count-again", data=asked)
    assert (answer.status_code, rung) == (303, [kept.KEEP_TASK])
    assert answer.location.endswith("/reports/bookings?from=2026-09&to=2026-11&group=month")
    odd = manager.post(
        "/reports/count-again", data={"report": "reports.hours", "endpoint": "x", "_scheme": "ftp"}
    )
    assert odd.location.endswith("/reports/hours?endpoint=x&_scheme=ftp")
    elsewhere = manager.post("/reports/count-again", data={"report": "https://example.com"})
    assert elsewhere.location.endswith("/reports")


def test_who_may_not_read_reports_may_not_have_them_counted(
    kept_at_noon: None, sign_in: Callable[..., PageClient]
) -> None:
    client = sign_in(Role.TRAINER)
    client.get("/today")
    assert client.post("/reports/count-again").status_code == 403
