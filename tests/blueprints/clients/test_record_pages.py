"""The client's sheet: health on a tap and recorded, saved by one of two, for the trainers of the guest alone."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from backoffice.care.models import Topic
from backoffice.care.notes import write_note as write_care
from backoffice.clients.actions import register
from backoffice.clients.limits import Limit
from backoffice.clients.models import Client, SubstituteTrainer
from backoffice.clients.records import record_of, save_record
from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db, transaction
from backoffice.exercises.models import Exercise
from backoffice.handover.actions import write_note
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.programs.actions import save_day, start_program
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.screening.actions import decide
from backoffice.screening.models import Verdict
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import TODAY, guest, signed_in_trainer, trainer, visit
from tests.pages import PageClient
from tests.statements import statements

GOALS, PEANUTS = "階段を楽に上りたい", "ピーナッツで息が苦しくなる"
SignIn = Callable[..., PageClient]


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today."""
    made = guest("山田 花子", now=now)
    visit(gym, made, "18:00", now=now, slug="session")
    return made


def version_in(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found is not None
    return found.group(1)


def test_what_is_about_health_opens_on_a_tap_and_is_recorded(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    with transaction():
        texts = {"goals": GOALS, "allergies": PEANUTS, "emergency_contact": "母 090-0000-0000"}
        save_record(person.id, texts, (), version=0, by=SYSTEM, now=now)
        write_note(
            gym.id, "水筒をお返しする", person_id=person.id, trainer_id=trainer(gym).id, by=SYSTEM, now=now
        )
    person_id, client = person.id, signed_in_trainer(gym, sign_in)
    page = client.get(f"/people/{person_id}/record").text
    assert all(word in page for word in (GOALS, "アレルギーあり", "水筒をお返しする", "11月24日(火) 18:00"))
    assert PEANUTS not in page
    assert "090-0000-0000" not in page
    opened = client.post(f"/people/{person_id}/record/reading", data={}).text
    assert PEANUTS in opened
    lines = db.session.scalars(select(AuditLine).where(AuditLine.action == "record.opened")).all()
    assert [line.person_id for line in lines] == [person_id]


def test_once_the_consent_is_taken_back_the_pages_say_why_nothing_of_health_is_there(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    with transaction():
        texts = {"goals": GOALS, "allergies": PEANUTS, "emergency_contact": "母 090-0000-0000"}
        save_record(person.id, texts, (), version=0, by=SYSTEM, now=now)
        write_care(gym, person.id, Topic.SLEEP, advice="画面を見ない", due_on=TODAY, by=SYSTEM, now=now)
        record_consent(
            person.id, Purpose.HEALTH, False, wording="1", language="ja", source="desk", by=SYSTEM, now=now
        )
    person_id, client = person.id, signed_in_trainer(gym, sign_in)
    pages = [client.get(f"/people/{person_id}/{name}").text for name in ("record", "care")]
    opened = client.post(f"/people/{person_id}/record/reading", data={}).text
    for page in (*pages, opened):
        assert "同意が取り消された" in page
        assert not any(word in page for word in (GOALS, PEANUTS, "アレルギーあり", "画面を見ない"))
    assert "090-0000-0000" in opened
    assert 'name="allergies"' not in opened
    sent = {"allergies": PEANUTS, "version": "1"}
    assert client.post(f"/people/{person_id}/record", data=sent).status_code == 409


def test_saved_and_of_two_the_second_sees_both_texts(gym: Studio, person: Person, sign_in: SignIn) -> None:
    person_id, client = person.id, signed_in_trainer(gym, sign_in)
    address = f"/people/{person_id}/record"
    stale = version_in(client.post(f"{address}/reading", data={}).text)
    sent = {"goals": GOALS, "allergies": PEANUTS, "wishes": ["QUIET"], "version": stale}
    assert client.post(address, data=dict(sent)).status_code == 303
    refused = client.post(address, data={"goals": "別の目標", "version": stale})
    assert refused.status_code == 409
    assert PEANUTS in refused.text
    assert db.session.query(AuditLine).filter_by(action="record.opened").count() == 1, "read along with it"
    assert GOALS in refused.text
    assert "別の目標" in refused.text
    assert "静かに過ごしたい" in refused.text
    newer = {"goals": "別の目標", "version": version_in(refused.text)}
    assert client.post(address, data=newer).status_code == 303
    assert record_of(person_id).texts["goals"] == "別の目標"


def test_too_long_comes_back_with_what_was_typed(gym: Studio, person: Person, sign_in: SignIn) -> None:
    client, person_id = signed_in_trainer(gym, sign_in), person.id
    client.get(f"/people/{person_id}/record")
    answer = client.post(f"/people/{person_id}/record", data={"goals": "長" * 2001, "version": "0"})
    assert answer.status_code == 422
    assert "長" * 2001 in answer.text
    answer = client.post(f"/people/{person_id}/record", data={"wishes": ["LOUD"], "version": "0"})
    assert answer.status_code == 422
    assert record_of(person_id).is_empty


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.OWNER])
def test_nobody_but_a_trainer_opens_it(person: Person, sign_in: SignIn, role: Role) -> None:
    client, person_id = sign_in(role), person.id
    client.get("/today")
    assert client.get(f"/people/{person_id}/record").status_code == 403
    for address in ("record", "record/reading"):
        assert client.post(f"/people/{person_id}/{address}", data={}).status_code == 403
    assert f"/people/{person_id}/record" not in client.get(f"/people/{person_id}").text


def test_a_trainer_of_others_finds_nobody_until_named_as_a_substitute(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    person_id, client = person.id, signed_in_trainer(gym, sign_in)
    with transaction():  # the browser is okada's now
        mori, okada = trainer(gym), trainer(gym, "okada")
        okada_staff, mori.staff_id = mori.staff_id, None
        db.session.flush()
        okada.staff_id = okada_staff
    for address in ("record", "trainers"):
        assert client.get(f"/people/{person_id}/{address}").status_code == 404
    for address in (
        "record",
        "record/reading",
        "trainers",
        "trainers/substitutes",
        f"trainers/{okada.id}/removal",
    ):
        assert client.post(f"/people/{person_id}/{address}", data={"trainer_id": okada.id}).status_code == 404
    with transaction():
        db.session.add(
            SubstituteTrainer(person_id=person_id, trainer_id=okada.id, named_at=now, named_by="x")
        )
    assert client.get(f"/people/{person_id}/record").status_code == 200


def test_the_desk_names_a_substitute_and_another_main_trainer(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    mori, okada, client, person_id = trainer(gym), trainer(gym, "okada"), sign_in(Role.FRONT_DESK), person.id
    with transaction():
        register(person_id, joined_on=date(2026, 1, 1), main_trainer_id=mori.id, by=SYSTEM, now=now)
    address = f"/people/{person_id}/trainers"
    page = client.get(address).text
    assert client.post(f"{address}/substitutes", data={"trainer_id": okada.id}).status_code == 303
    assert "岡田 梨沙の代行を解除" in client.get(address).text
    assert client.post(f"{address}/substitutes", data={"trainer_id": mori.id}).status_code == 422
    assert client.post(f"{address}/substitutes", data={"trainer_id": "999"}).status_code == 422
    assert client.post(f"{address}/{okada.id}/removal", data={}).status_code == 303
    assert db.session.query(SubstituteTrainer).count() == 0
    assert client.post(address, data={"main": okada.id, "version": version_in(page)}).status_code == 303
    assert client.post(address, data={"main": mori.id, "version": version_in(page)}).status_code == 409
    assert db.session.scalars(select(Client.main_trainer_id)).one() == okada.id


def test_the_page_costs_the_same_after_a_year(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    client, person_id = signed_in_trainer(gym, sign_in), person.id
    client.get(f"/people/{person_id}/record")
    with statements() as few:
        client.get(f"/people/{person_id}/record")
    for number, clock in enumerate(("10:00", "11:15", "12:30", "15:00")):
        visit(gym, person, clock, now=now, day=date(2026, 11, 25 + number), slug="session")
    with transaction():
        save_record(person_id, {"goals": GOALS}, (), version=0, by=SYSTEM, now=now)
    with statements() as many:
        client.get(f"/people/{person_id}/record")
    assert len(many) == len(few) <= 16


def test_care_that_is_due_is_said_with_its_topic_alone(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    with transaction():
        for days, topic in ((0, Topic.SLEEP), (1, Topic.DIET)):
            due = TODAY + timedelta(days=days)
            write_care(gym, person.id, topic, advice="23時に寝る", due_on=due, by=SYSTEM, now=now)
    page = signed_in_trainer(gym, sign_in).get(f"/people/{person.id}/record").text
    assert "確認するCARE" in page
    assert "睡眠" in page
    assert "食事" not in page, "is not due yet"
    assert "23時" not in page


def test_what_is_planned_stands_with_the_limits_it_meets(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    person_id = person.id
    entry = db.session.scalars(select(Exercise).where(Exercise.name_ja != "")).first()
    assert entry is not None
    with transaction():
        entry.limits = ["knee", "hip"]
        program = start_program(gym, person_id, "姿勢改善", starts_on=TODAY, weeks=1, by=SYSTEM, now=now)
        day = DayDraft((ItemDraft(entry.id, load_kg=Decimal("22.50"), sets=3, amount=8),), "全身")
        save_day(
            gym,
            person_id,
            program.id,
            1,
            TODAY.weekday(),
            day,
            valid_from=TODAY,
            version=None,
            by=SYSTEM,
            now=now,
        )
        decide(
            gym, person_id, Verdict.LIMITS, limits=[Limit.KNEE], reason="膝", seen=None, by=SYSTEM, now=now
        )
    page = signed_in_trainer(gym, sign_in).get(f"/people/{person_id}/record").text
    planned = page[page.index("planned-list") :]
    assert entry.name_ja in planned
    assert "22.5 kg · 3セット" in planned
    assert planned.count("tag-warn") == 1
