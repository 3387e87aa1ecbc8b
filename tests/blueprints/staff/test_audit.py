"""The audit page: who, what, when, before and after; filters in the address; pages by keyset."""

import re
from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import SYSTEM, Actor, record
from backoffice.core.db import db
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.studio.queries import rooms
from tests.pages import PageClient


@pytest.fixture
def office(sign_in, client: PageClient) -> PageClient:  # type: ignore[no-untyped-def]
    """A manager's browser in English."""
    sign_in(Role.MANAGER)
    client.set_cookie("language", "en")
    return client


def note(number: int, now: datetime, **more: object) -> None:
    """One line of a made-up change."""
    before = {"starts_at": now, "note": f"old {number}"}
    after = {"starts_at": now + timedelta(hours=1), "note": f"new {number}"}
    who = Actor("staff", 7, "田中")
    record("booking.moved", "booking", number, by=who, now=now, before=before, after=after, **more)


def test_a_line_says_everything(office: PageClient, now: datetime) -> None:
    note(41, now, person_id=5)
    db.session.commit()
    page = office.get("/settings/audit").text
    for part in (
        "田中",
        "Booking 41",
        "moved",
        "Tue 24 Nov 12:00",
        "Tue 24 Nov 13:00",
        "old 41",
        "new 41",
        "/people/5",
    ):
        assert part in page, part


def test_money_days_and_codes_read_as_on_the_pages(office: PageClient, now: datetime) -> None:
    office.set_cookie("language", "ja")
    who = Actor("staff", 7, "田中")
    after = {"total_yen": 158000, "due_on": now.date(), "fee_yen": -500}
    record("invoice.issued", "invoice", 1, by=who, now=now, after=after)
    record("staff.changed", "staff", 2, by=who, now=now, after={"roles": ["MANAGER", "TRAINER"]})
    record("booking.fee_received", "booking", 3, by=who, now=now, after={"fee_method": "CARD"})
    record("goals.set", "goals", 4, by=who, now=now, after={"sessions": 220})
    db.session.commit()
    page = re.sub(r"<[^>]*>", "", office.get("/settings/audit").text)
    for said in (
        "合計 – → ¥158,000", "期日 – → 11月24日(火)", "– → −¥500", "マネージャー, トレーナー",
        "料金のお支払い方法 – → カード", "実施したセッション – → 220",
    ):  # fmt: skip
        assert said in page, said


@pytest.mark.parametrize(
    "text", ["12345678", "20261124", "075-1234", "2026-W48-2", "2026-13-45", "2026-11-24T03:00:00"]
)
def test_a_text_that_only_looks_like_a_time_stays_as_it_was(
    office: PageClient, now: datetime, text: str
) -> None:
    who = Actor("staff", 7, "田中")
    record("booking.moved", "booking", 1, by=who, now=now, after={"note": text})
    db.session.commit()
    assert f"– → {text}<" in re.sub(r"</?b>", "", office.get("/settings/audit").text)


def test_filters_live_in_the_address(office: PageClient, now: datetime) -> None:
    note(1, now - timedelta(days=2), person_id=5)
    note(2, now, person_id=6)
    db.session.commit()

    def shown(query: str) -> list[int]:
        page = office.get(f"/settings/audit?{query}").text
        return [number for number in (1, 2) if f"old {number}" in page]

    assert shown("") == [1, 2]
    assert shown("subject=booking&id=1") == [1]
    assert shown("person=6") == [2]
    assert shown("staff=7") == [1, 2]
    assert shown("staff=8") == []
    assert shown("since=2026-11-24") == [2]
    assert shown("until=2026-11-22") == [1]
    assert shown("subject=lead") == []


def test_days_are_those_of_the_studio(office: PageClient) -> None:
    half_past_midnight = datetime.fromisoformat("2026-11-24T00:30:00+09:00")
    note(1, half_past_midnight)
    note(2, half_past_midnight - timedelta(hours=1))
    db.session.commit()
    page = office.get("/settings/audit?since=2026-11-24").text
    assert "old 1" in page
    assert "old 2" not in page


def test_older_lines_come_by_keyset_and_none_is_lost(office: PageClient, now: datetime) -> None:
    for number in range(1, 121):
        note(number, now)
    db.session.commit()
    seen: list[str] = []
    path: str | None = "/settings/audit?subject=booking"
    while path:
        page = office.get(path).text
        seen += [f"old {n}" for n in range(120, 0, -1) if f"old {n} " in page]
        link = page.partition('rel="next" href="')[2].partition('"')[0]
        path = link.replace("&amp;", "&") or None
    assert seen == [f"old {n}" for n in range(120, 0, -1)]


@pytest.mark.parametrize(
    "query", ["staff=x", "id=99999999999999999999", "since=0001-01-01", "until=9999-12-31", "before=-1",
              "since=2026-02-31", "before=１", "person=%ED%A0%80"]
)  # fmt: skip
def test_odd_filters_are_ignored(office: PageClient, query: str) -> None:
    assert office.get(f"/settings/audit?{query}").status_code == 200


def test_fields_codes_and_names_are_said_in_words(office: PageClient, gym: Studio, now: datetime) -> None:
    plan = plans(gym.id)[0]
    person = create_person(name="北川 実", by=SYSTEM, now=now)
    who = Actor("staff", 7, "田中")
    after = {"kind": "CASH", "plan_id": plan.id, "why": "", "due_on": None}
    record("payment.paid", "payment", 3, by=who, now=now, person_id=person.id, after=after)
    record("export.made", "people", None, by=who, now=now, after={"rows": 3})
    db.session.commit()
    page = office.get("/settings/audit").text
    assert "<b>Kind</b> – → Cash" in page
    assert f"<b>Plan</b> – → {plan.name_en}" in page
    assert "– → –" not in page
    assert "北川 実" in page
    assert page.count(">北川 実") >= 2  # created, and paid
    assert "exported" in page


def test_sources_shelves_rooms_and_playbooks_are_said_in_words(
    office: PageClient, gym: Studio, now: datetime
) -> None:
    room = rooms(gym.id)[0]
    office.set_cookie("language", "ja")
    who = Actor("staff", 7, "田中")
    record("lead.captured", "lead", 1, by=who, now=now, after={"source": "line", "interest": "trial"})
    record("file.added", "file", 2, by=who, now=now, after={"shelf": "MEALS"})
    record("block.added", "block", 3, by=who, now=now, after={"room_id": room.id})
    record("playbook.added", "playbook", 4, by=who, now=now, after={"entry": "FREEZE_ENDING"})
    db.session.commit()
    page = re.sub(r"<[^>]*>", "", office.get("/settings/audit").text)
    for said in (
        "– → LINE",
        "– → 体験トレーニング",
        "– → 食事の写真",
        f"– → {room.name_ja}",
        "– → 休会の終了",
    ):
        assert said in page, said


def test_each_kind_stands_once_and_finds_its_other_names(office: PageClient, now: datetime) -> None:
    who = Actor("staff", 7, "田中")
    record("people.imported", "people", None, by=who, now=now, after={"added": 77})
    record("person.created", "person", 9, by=who, now=now, after={"name": "新しい 人"})
    db.session.commit()
    office.set_cookie("language", "ja")
    page = office.get("/settings/audit").text
    options = re.findall(r'<option value="[a-z_ ]+"[^>]*>([^<]+)<', page)
    assert len(options) == len(set(options))
    found = office.get("/settings/audit?subject=person").text
    assert "→ 77" in found
    assert "新しい 人" in found
    assert "→ 77" not in office.get("/settings/audit?subject=person&id=9").text
