"""The month as it is read, a day changed, a month copied and taken back, and who is told what."""

import re
from collections.abc import Callable
from datetime import date, datetime

import pytest

from backoffice.bookings.shift_table import shift_table
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.shifts.days import set_day
from backoffice.shifts.hours_text import write_hours
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, trainer, visit
from tests.blueprints.test_statements import FEW, MANY, Crowd, cost
from tests.pages import PageClient

TOMORROW = date(2026, 11, 25)
DAY = "?day=2026-11-25"


@pytest.fixture
def manager(gym: Studio, sign_in: Callable[..., PageClient]) -> PageClient:
    """The manager's browser."""
    return sign_in(Role.MANAGER)


def form_of(client: PageClient, address: str) -> dict[str, str]:
    """The hidden fields of the form on a page, and the page itself."""
    page = client.get(address).get_data(as_text=True)
    names = ("version", "seen", "form_token", "week", "hours")
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) for name in names}
    return {name: match.group(1) for name, match in found.items() if match}


def hours_on(gym: Studio, day: date) -> str:
    planned = shift_table([trainer(gym).id], day, day).get((trainer(gym).id, day))
    return "" if planned is None else write_hours(planned.spans)


def test_a_manager_changes_a_day_and_is_told_whom_to_call(
    gym: Studio, manager: PageClient, now: datetime
) -> None:
    visit(gym, guest(now=now), "18:00", day=TOMORROW, now=now)
    address = f"/shifts/{trainer(gym).id}/day{DAY}"
    form = form_of(manager, address)
    assert form["hours"] == "10:00-14:00 15:00-20:00"
    answer = manager.post(address, data={**form, "hours": "１０時から１２時 18:30-20"})
    assert answer.location == address
    page = manager.get(address).get_data(as_text=True)
    assert "勤務時間外の予約が1件あります" in page
    assert "山田 花子 様" in page
    assert "move=1" in page
    assert hours_on(gym, TOMORROW) == "10:00-12:00 18:30-20:00"
    month = manager.get("/shifts?month=2026-11").get_data(as_text=True)
    assert "10:00–12:00" in month
    assert "この月に勤務時間外の予約が1件あります" in month
    assert "山田 花子 様" in manager.get("/shifts/outside").get_data(as_text=True)
    answer = manager.post(address, data={**form_of(manager, address), "do": "weekly"})
    assert answer.location.startswith("/shifts?month=2026-11")
    assert "勤務時間外の予約はありません" in manager.get("/shifts/outside").get_data(as_text=True)


def test_off_and_on_to_the_next_day(gym: Studio, manager: PageClient) -> None:
    address = f"/shifts/{trainer(gym).id}/day{DAY}"
    manager.post(address, data={**form_of(manager, address), "do": "off"})
    assert hours_on(gym, TOMORROW) == ""
    answer = manager.post(address, data={**form_of(manager, address), "hours": "9-12", "do": "next"})
    assert answer.location.endswith("day=2026-11-26")


def test_what_cannot_be_read_or_is_old_stays_in_the_form(gym: Studio, manager: PageClient) -> None:
    address = f"/shifts/{trainer(gym).id}/day{DAY}"
    form = form_of(manager, address)
    answer = manager.post(address, data={**form, "hours": "朝から"})
    assert answer.status_code == 422
    assert "のように入力してください" in answer.get_data(as_text=True)
    manager.post(address, data={**form, "hours": "9-12"})
    answer = manager.post(address, data={**form, "hours": "13-15"})
    assert answer.status_code == 409
    assert 'value="13-15"' in answer.get_data(as_text=True)
    assert hours_on(gym, TOMORROW) == "09:00-12:00"


def test_a_month_is_copied_once_and_taken_back(gym: Studio, manager: PageClient, now: datetime) -> None:
    with transaction():
        set_day(trainer(gym), TOMORROW, [(540, 720)], version=None, by=SYSTEM, now=now)
    address = "/shifts/copy?month=2026-12"
    page = manager.get(address).get_data(as_text=True)
    assert "09:00–12:00" in page
    form = form_of(manager, address)
    for _ in range(2):
        assert manager.post(address, data=dict(form)).location == "/shifts?month=2026-12"
    assert hours_on(gym, date(2026, 12, 23)) == "09:00-12:00"
    month = manager.get("/shifts?month=2026-12").get_data(as_text=True)
    (undo,) = set(re.findall(r'action="(/shifts/copies/\d+/undo[^"]*)"', month))
    assert manager.post(undo, data={}).location == "/shifts?month=2026-12"
    assert hours_on(gym, date(2026, 12, 23)) == "10:00-14:00 15:00-20:00"
    assert "変わる日がありません" in manager.get("/shifts/copy?month=2027-03").get_data(as_text=True)


def test_a_copy_of_something_else_than_was_looked_at_is_told(
    gym: Studio, manager: PageClient, now: datetime
) -> None:
    with transaction():
        set_day(trainer(gym), TOMORROW, [(540, 720)], version=None, by=SYSTEM, now=now)
    form = form_of(manager, "/shifts/copy?month=2026-12")
    with transaction():
        set_day(trainer(gym), TOMORROW, [(600, 720)], version=None, by=SYSTEM, now=now)
    answer = manager.post("/shifts/copy?month=2026-12", data=form)
    assert answer.status_code == 409
    assert "シフト表が変わりました" in answer.get_data(as_text=True)
    assert hours_on(gym, date(2026, 12, 23)) == "10:00-14:00 15:00-20:00"


def test_addresses_with_nonsense_are_answered(gym: Studio, manager: PageClient) -> None:
    for address in (
        "/shifts?month=x&trainer=y",
        "/shifts/copy?month=9999-99&week=-",
        "/shifts/print?month=0",
    ):
        assert manager.get(address).status_code == 200
    far = manager.post("/shifts/copy?month=2026-12", data={"week": "1999-01-01", "form_token": "x" * 20})
    assert far.status_code == 422


def test_the_desk_reads_and_a_trainer_reads_the_own_bookings(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    visit(gym, guest(now=now), "18:00", day=TOMORROW, now=now)
    with transaction():
        set_day(trainer(gym), TOMORROW, [], version=None, by=SYSTEM, now=now)
    client = sign_in(Role.FRONT_DESK)
    assert "/day?day=" not in client.get("/shifts").get_data(as_text=True)
    assert "山田 花子 様" in client.get("/shifts/outside").get_data(as_text=True)
    client = sign_in(Role.TRAINER)
    own = db.session.scalars(db.select(Staff).where(Staff.mail == "trainer@test.example")).one()
    with transaction():
        trainer(gym, "okada").staff_id = own.id
    assert 'class="is-chosen">岡田 梨沙' in client.get("/shifts").get_data(as_text=True)
    assert "山田" not in client.get("/shifts/outside").get_data(as_text=True)
    with transaction():
        trainer(gym, "okada").staff_id = None
        db.session.flush()
        trainer(gym).staff_id = own.id
    assert "山田 花子 様" in client.get("/shifts/outside").get_data(as_text=True)


def test_paper_names_nobody_but_trainers(gym: Studio, manager: PageClient, now: datetime) -> None:
    visit(gym, guest(now=now), "18:00", day=TOMORROW, now=now)
    page = manager.get("/shifts/print?month=2026-11").get_data(as_text=True)
    assert "森 亮介" in page
    assert "勤労感謝の日" in page
    assert "山田" not in page


@pytest.mark.parametrize(
    "address", ["/shifts?month=2026-11", "/shifts/outside", "/shifts/print?month=2026-11"]
)
def test_a_page_costs_as_much_for_many_rows(
    gym: Studio, manager: PageClient, by: object, now: datetime, address: str
) -> None:
    crowd = Crowd(gym, now=now)
    crowd.grow(FEW)
    few = cost(manager, address)
    crowd.grow(MANY - FEW)
    with transaction():
        for number in range(1, 25):
            set_day(trainer(gym), date(2026, 11, number), [], version=None, by=SYSTEM, now=now)
    many = cost(manager, address)
    assert len(many) == len(few) <= 6, "\n".join(many)
