"""The unused balance as a manager reads it: the sum, its plans, its list and its file say the same."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.tickets.actions import Given, grant
from tests.backoffice.billing.test_unused import FIRST, a_client, a_plan, at, buy
from tests.pages import PageClient
from tests.statements import statements


@pytest.fixture
def story(gym: Studio) -> None:
    """A long pack that is half paid, a short one, and some tickets by hand; all in February."""
    when = at(FIRST)
    buy(gym, a_client(gym, when), a_plan(gym, months=None), when, paid=20_000)
    buy(gym, a_client(gym, when), a_plan(gym, months=6), when, paid=None)
    given = Given(3, "手入力", "By hand", 1_000, FIRST)
    grant(a_client(gym, when).person_id, given, studio_id=gym.id, by=SYSTEM, now=when)
    db.session.commit()


def rows(client: PageClient, query: str) -> list[list[str]]:
    found = client.get(f"/money/unused.csv?{query}").get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(found)))[1:]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_sum_plans_list_and_file_agree(
    story: None, sign_in: Callable[..., PageClient], language: str
) -> None:
    client = sign_in(Role.MANAGER)
    client.get("/money")
    client.post("/language", data={"language": language})
    page = client.open("/money/unused?on=2026-03-31").text
    assert "¥63,000" in page
    assert page.count("¥20,000") >= 3  # long, not paid, and on its row
    assert sum(int(row[-1]) for row in rows(client, "on=2026-03-31")) == 63_000
    links = re.findall(r'<a href="(/money/unused\?[^"]*plan=\d+[^"]*)#list"', page)
    assert len(links) == 3
    shown = 0
    for link in links:
        query = unescape(link).partition("?")[2]
        listed = rows(client, query)
        yen = sum(int(row[-1]) for row in listed)
        assert f"¥{yen:,}" in client.open(f"/money/unused?{query}").text
        shown += yen
    assert shown == 63_000
    assert [row[-1] for row in rows(client, "on=2026-03-31&long=1")] == ["20000", "3000"]
    assert rows(client, "on=2026-01-31") == []


def test_base_days_are_one_tap_and_a_day_to_come_is_today(
    story: None, sign_in: Callable[..., PageClient]
) -> None:
    client = sign_in(Role.MANAGER)
    page = client.open("/money/unused").text
    assert "on=2026-09-30" in page
    assert "on=2026-03-31" in page
    assert "¥23,000" in page  # the short pack has ended
    for nonsense in ("2027-03-31", "x", "0001-01-01", "9999-12-31"):
        assert 'value="2026-11-24"' in client.open(f"/money/unused?on={nonsense}&plan=x&after=-1").text


def test_only_managers_and_every_file_is_recorded(story: None, sign_in: Callable[..., PageClient]) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert desk.get("/money/unused").status_code == 403
    assert "/money/unused" not in desk.open("/money").text
    assert sign_in(Role.TRAINER).get("/money/unused").status_code == 403
    manager = sign_in(Role.MANAGER)
    assert "/money/unused" in manager.open("/money").text
    rows(manager, "on=2026-03-31&long=1")
    entry = db.session.query(AuditLine).filter_by(action="export.made").order_by(AuditLine.id.desc()).first()
    assert entry.after == {"on": "2026-03-31", "long": "1", "kind": "csv", "rows": 2}


def test_the_statements_of_the_page_do_not_grow(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    client = sign_in(Role.MANAGER)
    client.open("/money/unused")
    counts = []
    for more in range(3):
        when = at(FIRST + timedelta(days=more))
        for _ in range(more * 3):
            buy(gym, a_client(gym, when), a_plan(gym, months=None), when, paid=None)
        db.session.commit()
        with statements() as seen:
            client.open("/money/unused")
        counts.append(len(seen))
    assert len(set(counts[1:])) == 1
