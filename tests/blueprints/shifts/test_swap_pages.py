"""Swaps as people walk through them: a trainer asks, a colleague answers, a manager decides."""

import re
from datetime import date, datetime

import pytest

from backoffice.bookings.shift_table import shift_table
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.shifts.days import set_day
from backoffice.shifts.hours_text import write_hours
from backoffice.shifts.models import ShiftSwap
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, trainer, visit
from tests.gym import make_staff
from tests.pages import PageClient

TOMORROW = date(2026, 11, 25)


class People:
    """One browser, used by one person after another."""

    def __init__(self, client: PageClient, gym: Studio, now: datetime) -> None:
        self.client, self.gym, self.now = client, gym, now
        roles = {
            "mori": Role.TRAINER, "okada": Role.TRAINER, "third": Role.TRAINER, "manager": Role.MANAGER,
            "desk": Role.FRONT_DESK,
        }  # fmt: skip
        self.staff: dict[str, Staff] = {
            who: make_staff(f"{who}@test.example", [role], now=now) for who, role in roles.items()
        }
        with transaction():
            for who in ("mori", "okada"):
                trainer(gym, who).staff_id = self.staff[who].id
            set_day(trainer(gym, "okada"), TOMORROW, [], version=None, by=SYSTEM, now=now)

    def enter(self, who: str) -> PageClient:
        self.client.enter(self.staff[who], now=self.now)
        self.client.get("/shifts")
        return self.client

    def ask(self, **wish: object) -> str:
        """Mori asks okada, who is off tomorrow, to take the evening; sent twice it is one request."""
        client = self.enter("mori")
        page = client.get("/shifts/swaps/new?day=2026-11-25").get_data(as_text=True)
        token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', page)[0]
        data = {
            "form_token": token,
            "day": "2026-11-25",
            "hours": "15-20",
            "other_id": trainer(self.gym, "okada").id,
        }
        for _ in range(2):
            answer = client.post("/shifts/swaps/new", data={**data, **wish})
            assert answer.status_code == 303, answer.get_data(as_text=True)[-1500:]
        return str(answer.location)

    def hours(self, who: str) -> str:
        number = trainer(self.gym, who).id
        return write_hours(shift_table([number], TOMORROW, TOMORROW)[number, TOMORROW].spans)


@pytest.fixture
def people(client: PageClient, gym: Studio, now: datetime) -> People:
    """Two trainers of the calendar, one who is not in it, a manager and the desk."""
    return People(client, gym, now)


def test_from_the_question_to_the_approval(people: People, gym: Studio, now: datetime) -> None:
    visit(gym, guest(now=now), "18:00", day=TOMORROW, now=now)
    address = people.ask(note="通院のため", back_day="")
    assert db.session.query(ShiftSwap).count() == 1
    page = people.client.get(address).get_data(as_text=True)
    assert "返事待ち" in page
    assert "依頼を取り下げる" in page
    assert "引き受ける" not in page
    client = people.enter("okada")
    assert "シフト交代の依頼があります" in client.get("/today").get_data(as_text=True)
    page = client.get(address).get_data(as_text=True)
    assert "山田" not in page, "a colleague's guest"
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    client.post(f"{address}/answer", data={"do": "accept", "version": version})
    assert "シフト交代の" not in client.get("/today").get_data(as_text=True)
    client = people.enter("manager")
    assert "シフト交代の承認待ちがあります" in client.get("/today").get_data(as_text=True)
    page = client.get(address).get_data(as_text=True)
    assert "山田 花子 様" in page
    client.post(f"{address}/decision", data={"do": "approve", "word": "お願いします"})
    page = client.get(address).get_data(as_text=True)
    assert "承認し、シフト表を変更しました" in page
    assert "お願いします" in page
    assert "山田 花子 様" in page, "still with mori, to be called"
    assert (people.hours("mori"), people.hours("okada")) == ("10:00-14:00", "15:00-20:00")
    assert "山田 花子 様" in client.get("/shifts/outside").get_data(as_text=True)


def test_who_sees_and_may_what(people: People, gym: Studio) -> None:
    address = people.ask()
    client = people.enter("third")
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/answer", data={"do": "accept"}).status_code == 403
    assert client.get("/shifts/swaps/new").status_code == 403, "no profile in the calendar"
    assert "依頼はまだありません" in client.get("/shifts/swaps").get_data(as_text=True)
    client = people.enter("desk")
    assert client.get(address).status_code == 200
    assert client.post(f"{address}/decision", data={"do": "approve"}).status_code == 403
    assert client.post(f"{address}/answer", data={"do": "accept"}).status_code == 403
    assert "シフト交代の" not in client.get("/today").get_data(as_text=True)
    client = people.enter("okada")
    assert client.post(f"{address}/decision", data={"do": "approve"}).status_code == 403
    assert client.post(f"{address}/answer", data={"do": "withdraw"}).status_code == 404
    assert "回答待ちの交代依頼" in client.get("/shifts?month=2026-11").get_data(as_text=True)
    assert people.hours("mori") == "10:00-14:00 15:00-20:00"


def test_what_became_impossible_is_told_and_changes_nothing(
    people: People, gym: Studio, now: datetime
) -> None:
    address = people.ask()
    people.enter("okada").post(f"{address}/answer", data={"do": "accept"})
    with transaction():
        set_day(trainer(gym), TOMORROW, [(600, 1200)], version=None, by=SYSTEM, now=now)
    client = people.enter("manager")
    client.post(f"{address}/decision", data={"do": "approve"})
    assert "依頼の後にこの日のシフトが変わりました" in client.get(address).get_data(as_text=True)
    assert people.hours("okada") == ""
    client.post(f"{address}/decision", data={"do": "refuse"})
    assert "理由を入力してください" in client.get(address).get_data(as_text=True)
    client.post(f"{address}/decision", data={"do": "refuse", "word": "もう一度依頼してください"})
    page = client.get(address).get_data(as_text=True)
    assert "却下" in page
    client.post(f"{address}/decision", data={"do": "approve"})
    assert "すでに回答があります" in client.get(address).get_data(as_text=True)


def test_what_cannot_be_asked_stays_in_the_form(people: People, gym: Studio) -> None:
    client = people.enter("mori")
    okada = trainer(gym, "okada").id
    for wrong in (
        {"hours": "13-16"}, {"hours": "x"}, {"day": "2020-01-01"}, {"back_day": "2026-11-25"}, {"other_id": "999999"},
        {"other_id": trainer(gym).id}, {"day": "2026-11-26"}, {"note": "長" * 201},
    ):  # fmt: skip
        data = {"form_token": "x" * 20, "day": "2026-11-25", "hours": "", "other_id": okada, **wrong}
        answer = client.post("/shifts/swaps/new", data=data)
        assert answer.status_code == 422, wrong
    assert db.session.query(ShiftSwap).count() == 0


def test_a_task_about_a_swap_is_answered_not_ticked(people: People) -> None:
    people.ask()
    client = people.enter("okada")
    page = client.get("/today").get_data(as_text=True)
    assert "/shifts/swaps/" in page
    (todo,) = re.findall(r'id="todo-(\d+)"', page)
    assert client.post(f"/todos/{todo}/done", data={}).status_code == 422
    assert "シフト交代の依頼があります" in client.get("/today").get_data(as_text=True)


def test_own_days_on_the_table_lead_to_the_question(people: People) -> None:
    page = people.enter("mori").get("/shifts?month=2026-11").get_data(as_text=True)
    assert "/shifts/swaps/new?day=2026-11-25" in page
    assert "/shifts/swaps/new?day=2026-11-23" not in page, "it has passed"
    assert "/shifts/swaps/new?day=" not in people.enter("desk").get("/shifts?month=2026-11").get_data(
        as_text=True
    )
