"""Reports of bookings, hours and members as a manager reads them: every number leads to as many rows and a file."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from backoffice.billing.models import PaymentKind
from backoffice.bookings.models import BookingState
from backoffice.core.db import db
from backoffice.reports.visits import Became
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from tests.backoffice.reports.test_may_leave import tell_fatigue
from tests.backoffice.reports.test_members import a_member
from tests.backoffice.reports.test_revenue import a_grant, a_payment, use_one
from tests.backoffice.reports.test_utilisation import a_booking
from tests.backoffice.reports.test_visits import Visit, tell
from tests.pages import PageClient
from tests.statements import statements

COUNTED = ("/reports/bookings", "/reports/members")
PAGES = (*COUNTED, "/reports/hours", "/reports/leaving", "/reports/revenue", "/reports/forecast")
FIRST = datetime(2026, 11, 2, 1, tzinfo=UTC)


@pytest.fixture
def story(gym: Studio, now: datetime) -> None:
    """Twelve bookings of November, one of each end and six held; two members, one of whom has left."""
    for number, became in enumerate([*Became][2:] + [Became.HELD] * 6):
        tell(gym, Visit(FIRST + timedelta(days=number), number % 4, number % 2 == 0, became))
    a_member(gym, date(2026, 3, 1), None, trainer_id=trainers(gym.id)[0].id)
    a_member(gym, date(2026, 3, 1), date(2026, 10, 31))
    db.session.commit()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "path",
    [
        *COUNTED,
        *(
            f"/reports/bookings?group={group}"
            for group in ("reminder", "weekday", "service", "month", "trainer")
        ),
    ],
)
def test_each_number_leads_to_as_many_rows(
    story: None, sign_in: Callable[..., PageClient], path: str, language: str
) -> None:
    client = sign_in(Role.MANAGER)
    client.get("/reports")
    assert client.post("/language", data={"language": language}).status_code == 303
    shown = client.get(path).get_data(as_text=True)
    numbers = {unescape(url): int(number) for url, number in _NUMBER.findall(shown)}
    assert numbers
    for url, number in numbers.items():
        assert _rows(client, url) == number
    (url, number), *_others = numbers.items()
    listed = re.sub(r"/list\?", "/list.csv?", url)
    rows = list(csv.reader(io.StringIO(client.get(listed).get_data().decode("utf-8-sig"))))
    assert len(rows) == 1 + number


_NUMBER = re.compile(r'<td class="num[^"]*"><a href="([^"]+)">(\d+)</a>')


def _rows(client: PageClient, url: str) -> int:
    listed = client.get(url).get_data(as_text=True)
    return listed.count("<tr>") - 1


def test_the_minutes_of_a_cell_are_those_of_its_bookings(
    gym: Studio, sign_in: Callable[..., PageClient]
) -> None:
    """Monday 10:00 and 10:30 with an hour each: the hour from ten holds 60 and 30 minutes."""
    mori, okada = trainers(gym.id)
    a_booking(gym, mori, FIRST)
    a_booking(gym, okada, FIRST + timedelta(minutes=30), state=BookingState.NO_SHOW)
    db.session.commit()
    client = sign_in(Role.MANAGER)
    page = client.get("/reports/hours?from=2026-11&to=2026-11").get_data(as_text=True)
    urls = [
        unescape(url)
        for url in re.findall(r'href="(/reports/hours/list[^"]*weekday=0[^"]*hour=10[^"]*)"', page)
    ]
    rows = client.get(urls[0].replace("/list?", "/list.csv?")).get_data().decode("utf-8-sig").splitlines()
    assert [row.rsplit(",", 1)[1] for row in rows[1:]] == ["60", "30"]
    assert "次の体験の空き" in page


def test_each_amount_is_the_sum_of_its_rows(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    member = a_member(gym, date(2026, 9, 1), None)
    a_payment(gym, member, PaymentKind.CASH, 88_000, FIRST)
    a_payment(gym, member, PaymentKind.PAYPAY, 5_500, FIRST - timedelta(days=30))
    use_one(gym, a_grant(gym, member, 4, 8_000, FIRST), FIRST + timedelta(days=1))
    db.session.commit()
    client = sign_in(Role.MANAGER)
    page = client.get("/reports/revenue").get_data(as_text=True)
    amounts = re.findall(r'<td class="num"><a href="([^"]+)">¥([\d,]+)</a>', page)
    assert len(amounts) >= 6
    for url, amount in amounts:
        listed = client.get(unescape(url).replace("/list?", "/list.csv?")).get_data().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(listed)))[1:]
        assert sum(int(row[-1]) for row in rows) == int(amount.replace(",", ""))


def test_the_forecast_says_how_it_would_have_done(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    client = sign_in(Role.MANAGER)
    assert "まだ見通しを出せません" in client.get("/reports/forecast").get_data(as_text=True)
    member = a_member(gym, date(2026, 1, 10), None)
    for month in range(4, 11):
        a_payment(gym, member, PaymentKind.CASH, 40_000, datetime(2026, month, 10, 3, tzinfo=UTC))
    db.session.commit()
    page = client.get("/reports/forecast").get_data(as_text=True)
    assert "4か月のうち4か月が幅に入りました" in page
    assert page.count("80%の幅 4万円") == 4


@pytest.mark.parametrize(
    "path", ["/reports/hours", "/reports/bookings?group=trainer", "/reports/bookings?group=service"]
)
def test_more_rows_cost_no_more_statements(
    gym: Studio, sign_in: Callable[..., PageClient], path: str
) -> None:
    """One trainer and service, then both of each: as many statements."""
    client, team = sign_in(Role.MANAGER), trainers(gym.id)
    tell(gym, Visit(FIRST, 3, False, Became.HELD))
    db.session.commit()
    client.get(path)
    with statements() as before:
        client.get(path)
    tell(gym, Visit(FIRST + timedelta(days=1), 3, False, Became.HELD, "care")).trainer_id = team[1].id
    db.session.commit()
    with statements() as after:
        client.get(path)
    assert len(after) == len(before)


def test_the_desk_and_trainers_read_no_reports(story: None, sign_in: Callable[..., PageClient]) -> None:
    for roles in ((Role.TRAINER,), (Role.FRONT_DESK,)):
        client = sign_in(*roles)
        for path in PAGES:
            assert client.get(path).status_code == 403
        assert client.get("/reports/leaving.csv").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        *PAGES,
        "/reports/bookings/list",
        "/reports/members/list",
        "/reports/hours/list",
        "/reports/revenue/list",
    ],
)
@pytest.mark.parametrize(
    "query",
    [
        "from=9999-99&to=x&compare=z",
        "after=x_y&group=q&became=q&standing=q",
        "after=2026-11-01_9&ahead=3&weekday=9&hour=25&reminder=maybe&stayed=99999999999999999999&trainer=0",
        "after=2026-11-01T00:00:00%2B00:00_5&stayed=99",
        "after=9999-12-31T23:59:59-23:59_1",
    ],
)
def test_nonsense_in_the_address_is_answered_with_the_usual_report(
    story: None, sign_in: Callable[..., PageClient], path: str, query: str
) -> None:
    assert sign_in(Role.MANAGER).get(f"{path}?{query}").status_code == 200


def test_who_may_leave_is_told_in_words_and_gets_one_task(
    gym: Studio, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    member = a_member(gym, date(2026, 3, 1), None)
    tell_fatigue(gym, member, usual=2, recent=5)
    db.session.commit()
    client = sign_in(Role.MANAGER)
    page = client.get("/reports/leaving").get_data(as_text=True)
    assert "次回の予約がありません" in page
    assert "担当トレーナーにご確認ください" in page
    assert "疲" not in page.split("<details", 1)[0]
    assert "CARE" not in client.get("/reports/leaving.csv").get_data(as_text=True)
    for _press in range(2):
        assert client.post(f"/reports/leaving/{member.person_id}/task", data={}).status_code == 303
    query = select(func.count()).where(Todo.kind == TodoKind.MAY_LEAVE)
    assert db.session.scalar(query) == 1
    assert "/task" not in client.get("/reports/leaving").get_data(as_text=True)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_who_may_leave_page_by_page_is_the_number_and_the_file(
    gym: Studio, sign_in: Callable[..., PageClient], language: str
) -> None:
    """Sixty members: fifty on a page, ten on the next, sixty said and sixty in the file; a task stays on its page."""
    for _number in range(60):
        a_member(gym, date(2026, 3, 1), None)
    db.session.commit()
    client = sign_in(Role.MANAGER)
    client.get("/reports")
    client.post("/language", data={"language": language})
    first = client.get("/reports/leaving").get_data(as_text=True)
    assert ("60 members" if language == "en" else "60名") in first
    more = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])  # type: ignore[index]
    second = client.get(more).get_data(as_text=True)
    people = [re.findall(r'id="person-(\d+)"', page) for page in (first, second)]
    assert [len(page) for page in people] == [50, 10]
    assert 'rel="next"' not in second
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/reports/leaving.csv").get_data(as_text=True).lstrip("\ufeff"))
        )
    )
    assert [row["Person number" if language == "en" else "お客様番号"] for row in rows] == people[0] + people[
        1
    ]
    task = unescape(re.search(r'action="([^"]+/task[^"]+)"', second)[1])  # type: ignore[index]
    assert client.post(task, data={}).headers["Location"].startswith(more)


def test_no_task_about_somebody_who_is_no_member(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    gone = a_member(gym, date(2026, 3, 1), date(2026, 4, 1))
    db.session.commit()
    client = sign_in(Role.MANAGER)
    client.get("/reports/leaving")
    assert client.post(f"/reports/leaving/{gone.person_id}/task", data={}).status_code == 404
