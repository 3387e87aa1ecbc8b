"""Sources and trainers beside the months before: the same numbers of the same rows, of those months."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from backoffice.core.db import db
from backoffice.leads.models import Lead, Stage
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.backoffice.reports.test_trainers import a_client, a_session
from tests.pages import PageClient

OCTOBER, NOVEMBER = datetime(2026, 10, 5, 1, tzinfo=UTC), datetime(2026, 11, 2, 1, tzinfo=UTC)
ASKED = "?from=2026-11&to=2026-11"


def an_enquiry(gym: Studio, number: int, at: datetime, stage: Stage, *, article: str = "back-fat") -> None:
    person = a_client(gym, number)
    closed_at = None if stage == Stage.CONTACTED else at
    db.session.add(
        Lead(
            studio_id=gym.id, person_id=person.id, source="column", article=article, stage=stage, stage_since=at,
            opened_at=at, closed_at=closed_at,
        )
    )  # fmt: skip


def english(client: PageClient) -> PageClient:
    client.get("/reports")
    client.post("/language", data={"language": "en"})
    return client


def test_a_source_stands_beside_itself_a_month_before(
    gym: Studio, sign_in: Callable[..., PageClient]
) -> None:
    for number in range(3):
        an_enquiry(gym, number, OCTOBER, Stage.JOINED if number else Stage.LOST)
    an_enquiry(gym, 3, NOVEMBER, Stage.CONTACTED)
    an_enquiry(gym, 4, OCTOBER, Stage.LOST, article="waist")
    db.session.commit()
    client = english(sign_in(Role.MANAGER))
    path = f"/reports/sources{ASKED}&group=article"
    assert "compared" not in client.get(path).get_data(as_text=True)
    page = client.get(f"{path}&compare=before").get_data(as_text=True)
    assert re.findall(r"compared: (\d+)", page) == ["3", "2", "1", "0", "4"]
    assert "waist" in page, "who brought somebody then and nobody now is what a comparison is for"


def test_the_chart_of_sources_has_a_bar_for_each(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    for number, stage in enumerate((Stage.JOINED, Stage.LOST, Stage.CONTACTED)):
        an_enquiry(gym, number, NOVEMBER, stage)
    db.session.commit()
    page = english(sign_in(Role.MANAGER)).get(f"/reports/sources{ASKED}").get_data(as_text=True)
    said = re.findall(r"<title>([^<]+)</title></rect>", page)
    assert [one.split()[-1] for one in said] == ["1", "1", "1"]
    assert [one.split(":")[0].split(" ", 1)[1] for one in said] == ["Joined", "Still open", "Not this time"]


def test_a_trainer_stands_beside_the_own_months_before(
    gym: Studio, sign_in: Callable[..., PageClient]
) -> None:
    for number in range(2):
        a_session(gym, a_client(gym, number), OCTOBER + timedelta(days=number), slug="trial")
    a_session(gym, a_client(gym, 2), NOVEMBER, slug="trial")
    db.session.commit()
    client = english(sign_in(Role.MANAGER))
    assert "compared" not in client.get(f"/reports/trainers{ASKED}").get_data(as_text=True)
    page = client.get(f"/reports/trainers{ASKED}&compare=before").get_data(as_text=True)
    assert "2" in re.findall(r"compared: (\d+)", page)


def test_why_it_cannot_be_said_who_stayed(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    client = english(sign_in(Role.MANAGER))
    short = client.get(f"/reports/trainers{ASKED}").get_data(as_text=True)
    assert "said for three months or more" in short
    long = client.get("/reports/trainers?from=2026-09&to=2026-11").get_data(as_text=True)
    assert "nobody came before this period" in long
