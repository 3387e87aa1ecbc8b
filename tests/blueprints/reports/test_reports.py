"""The funnel page as a manager reads it: every number leads to its people, and the CSV holds the same ones."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.leads.models import Lead, Stage
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient


@pytest.fixture
def leads(gym: Studio, now: datetime) -> list[Lead]:
    """Three enquiries of October through one article: one joined, one lost, one open."""
    found = []
    for number, stage in enumerate((Stage.JOINED, Stage.LOST, Stage.CONTACTED)):
        person = Person(name=f"大原 和子{number}", kana="オオハラ カズコ", created_at=now)
        db.session.add(person)
        db.session.flush()
        opened_at = now - timedelta(days=40 - number)
        lead = Lead(
            studio_id=gym.id, person_id=person.id, source="column", article="back-fat", stage=stage,
            stage_since=opened_at, opened_at=opened_at, closed_at=opened_at if stage != Stage.CONTACTED else None,
        )  # fmt: skip
        db.session.add(lead)
        found.append(lead)
    db.session.commit()
    return found


def test_each_number_links_to_as_many_people(leads: list[Lead], sign_in: Callable[..., PageClient]) -> None:
    client = sign_in(Role.MANAGER)
    page = client.get("/reports/funnel?basis=enquiry&group=article").get_data(as_text=True)
    links = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', page)
    assert [number for _url, number in links] == ["3", "1", "1", "1"]
    for url, number in links:
        listed = client.get(url.replace("&amp;", "&")).get_data(as_text=True)
        assert listed.count("大原 和子") == int(number)


def test_the_csv_holds_the_same_people_and_is_recorded(
    leads: list[Lead], sign_in: Callable[..., PageClient]
) -> None:
    client = sign_in(Role.MANAGER)
    answer = client.get("/reports/funnel/people.csv?basis=enquiry&bucket=all&article=back-fat")
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 1 + len(leads)
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "export.made")).one()
    assert line.after["rows"] == 3


def test_a_trainer_sees_no_reports_and_the_desk_makes_no_exports(
    leads: list[Lead], sign_in: Callable[..., PageClient]
) -> None:
    for roles in ((Role.TRAINER,), (Role.FRONT_DESK,)):
        client = sign_in(*roles)
        for path in ("/reports", "/reports/funnel", "/reports/funnel/people", "/reports/funnel/people.csv"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "大原" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "query",
    ["from=9999-99", "to=0000-01", "basis=x&group=y&bucket=z", "after=x.y"],
)
def test_nonsense_in_the_address_is_answered_with_the_usual_report(
    gym: Studio, sign_in: Callable[..., PageClient], query: str
) -> None:
    client = sign_in(Role.MANAGER)
    assert client.get(f"/reports/funnel?{query}").status_code == 200
    assert client.get(f"/reports/funnel/people?{query}").status_code == 200
