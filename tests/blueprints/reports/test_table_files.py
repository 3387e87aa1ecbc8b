"""The table of each report as a file: as many rows as the page has, the same sums, recorded, and for managers only."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.billing.models import PaymentKind
from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.reports.visits import Became
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from tests.backoffice.reports.test_members import a_member
from tests.backoffice.reports.test_revenue import a_grant, a_payment, use_one
from tests.backoffice.reports.test_visits import Visit, tell
from tests.pages import PageClient

FIRST = datetime(2026, 11, 2, 1, tzinfo=UTC)
TABLES = (
    "funnel", "funnel/days", "trainers", "sources", "bookings", "hours", "hours/cells", "members", "members/retention",
    "revenue", "forecast", "forecast/check",
)  # fmt: skip


@pytest.fixture
def client(gym: Studio, sign_in: Callable[..., PageClient]) -> PageClient:
    """A manager of a gym with trials, sessions, two members and seven months of payments."""
    team = trainers(gym.id)
    for number, became in enumerate([*Became][2:] + [Became.HELD] * 6):
        tell(
            gym, Visit(FIRST + timedelta(days=number), number % 4, number % 2 == 0, became)
        ).trainer_id = team[number % 2].id
    tell(gym, Visit(FIRST - timedelta(days=40), 2, True, Became.HELD, "trial"))
    tell(gym, Visit(FIRST + timedelta(hours=6), 2, True, Became.HELD, "trial"))
    member = a_member(gym, date(2026, 3, 1), None, trainer_id=team[0].id)
    a_member(gym, date(2026, 3, 1), date(2026, 10, 31))
    for month in range(4, 12):
        a_payment(gym, member, PaymentKind.CASH, 40_000, datetime(2026, month, 10, 3, tzinfo=UTC))
    a_payment(gym, member, PaymentKind.PAYPAY, 5_500, FIRST)
    use_one(gym, a_grant(gym, member, 4, 8_000, FIRST), FIRST + timedelta(days=1))
    db.session.commit()
    client = sign_in(Role.MANAGER)
    client.get("/reports")
    client.post("/language", data={"language": "en"})
    return client


def table(client: PageClient, path: str) -> list[dict[str, str]]:
    """A file as rows under their header."""
    answer = client.get(path)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def shown_rows(page: str, number: int = 0) -> list[list[str]]:
    """The rows of a table of a page as texts."""
    body = re.findall(r"<tbody>(.*?)</tbody>", page, re.S)[number]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def figure_of(page: str, label: str) -> int:
    """The number of a tile."""
    found = re.search(
        rf'<div class="label">{re.escape(label)}</div><(?:a|span) class="kpi[^>]*>([^<]+)<', page
    )
    assert found, label
    return int(re.sub(r"[¥,]", "", found[1]))


@pytest.mark.parametrize(
    ("path", "sums"),
    [
        ("funnel", {"People": "People", "Joined": "Joined", "Still open": "Still open"}),
        ("funnel?basis=trial&group=trainer", {"People": "People", "Still open": "Still open"}),
        ("bookings", {"Were expected": "Were expected", "Came": "Came", "No-show": "No-show"}),
        ("bookings?group=weekday&service=session", {"Came": "Came", "Cancelled late": "Cancelled late"}),
        ("members", {"Joined": "Joined", "Left": "Left"}),
        ("revenue", {"Paid": "Paid", "Delivered": "Delivered", "Lapsed unused": "Lapsed unused"}),
        ("revenue?from=2026-11&to=2026-11", {"Paid": "Paid", "Delivered": "Delivered"}),
    ],
)
def test_the_file_has_the_rows_of_the_table_and_sums_to_the_tiles(
    client: PageClient, path: str, sums: dict[str, str]
) -> None:
    name, _mark, query = path.partition("?")
    page = client.get(f"/reports/{path}").get_data(as_text=True)
    rows = table(client, f"/reports/{name}.csv?{query}")
    assert len(rows) == len(shown_rows(page)) > 0
    for label, column in sums.items():
        assert sum(int(row[column]) for row in rows) == figure_of(page, label)
    assert any(sum(int(row[column]) for row in rows) for column in sums.values())


def test_trainers_and_hours_stand_in_the_file_as_on_the_page(client: PageClient) -> None:
    page = client.get("/reports/trainers").get_data(as_text=True)
    rows = table(client, "/reports/trainers.csv")
    assert [row["Trainer"] for row in rows] == [cells[0] for cells in shown_rows(page)]
    assert [row["Trial held"] for row in rows] == [cells[1] for cells in shown_rows(page)]
    assert sum(int(row["Trial held"]) for row in rows) == 2
    page = client.get("/reports/hours?from=2026-11&to=2026-11").get_data(as_text=True)
    by_trainer = table(client, "/reports/hours.csv?from=2026-11&to=2026-11")
    assert len(by_trainer) == len(shown_rows(page, -1))
    cells = table(client, "/reports/hours/cells.csv?from=2026-11&to=2026-11")
    for column in ("Hours sold", "Hours that could be sold"):
        in_all = sum(float(row[column]) for row in by_trainer)
        assert in_all > 0
        assert sum(float(row[column]) for row in cells) == pytest.approx(in_all, abs=0.1)


def test_kinds_of_a_month_sum_to_it(client: PageClient) -> None:
    for row in table(client, "/reports/revenue.csv"):
        paid = sum(int(yen) for name, yen in row.items() if name.startswith("Paid: "))
        delivered = sum(int(yen) for name, yen in row.items() if name.startswith("Delivered: "))
        assert (paid, delivered) == (int(row["Paid"]), int(row["Delivered"]))


def test_the_forecast_and_its_check_as_files(client: PageClient) -> None:
    ahead = table(client, "/reports/forecast.csv")
    assert [row["Month"] for row in ahead] == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert ahead[0]["Received so far"] == "45500" == ahead[0]["Foretold"]
    page = client.get("/reports/forecast").get_data(as_text=True)
    assert len(table(client, "/reports/forecast/check.csv")) == len(shown_rows(page)) == 4
    retained = table(client, "/reports/members/retention.csv")
    assert [(row["Joined in"], row["Joined"]) for row in retained] == [("2026-03", "2")]
    assert retained[0]["Still members after 6 months"] == "2"
    assert retained[0]["Still members after 7 months"] == "1"


@pytest.mark.parametrize("name", TABLES)
def test_each_table_is_offered_recorded_and_kept_from_others(
    client: PageClient, sign_in: Callable[..., PageClient], name: str
) -> None:
    page = client.get(f"/reports/{name.partition('/')[0]}").get_data(as_text=True)
    for kind in ("csv", "xlsx"):
        assert f'href="/reports/{name}.{kind}' in page or name == "funnel/days"
        assert client.get(f"/reports/{name}.{kind}").status_code == 200
    made = select(AuditLine).where(AuditLine.action == "export.made").order_by(AuditLine.id)
    lines = db.session.scalars(made).all()
    assert [line.after["kind"] for line in lines] == ["csv", "xlsx"]
    for roles in ((Role.TRAINER,), (Role.FRONT_DESK,)):
        assert sign_in(*roles).get(f"/reports/{name}.csv").status_code == 403
