"""A client tells by link, the queue shows it, an answer goes back as a link; others find nothing."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from backoffice.care.models import CareReply, CheckIn
from backoffice.care.queries import check_in_path, plan_of, reply_path
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.merging.actions import merge
from backoffice.messaging.models import Kind, Message
from backoffice.people.models import Person
from backoffice.progress.actions import add_measurements
from backoffice.progress.queries import kinds
from backoffice.screening.queries import sheet_path
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient
from tests.statements import statements

BATH = "湯船につかってください"
WORDS = "夜中に二度目が覚めました"
SignIn = Callable[..., PageClient]
FINE = {"sleep_hours": "7", "fatigue": "2", "soreness": "1", "meals_kept": "3", "agrees": "y"}


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today."""
    made = guest("山田 花子", now=now, mail="hanako@guest.example")
    visit(gym, made, "18:00", now=now, slug="session")
    return made


@pytest.fixture
def link(person: Person, in_app: object) -> str:
    """Her own page."""
    return check_in_path(person.id)


def tell(client: PageClient, link: str, **answers: str) -> object:
    client.get(link)
    return client.post(link, data={key: value for key, value in {**FINE, **answers}.items() if value})


def rows() -> list[CheckIn]:
    return list(db.session.scalars(select(CheckIn).execution_options(populate_existing=True)))


def test_told_by_link_it_stands_in_the_queue_with_its_reason_and_is_answered(
    gym: Studio, person: Person, client: PageClient, link: str, sign_in: SignIn
) -> None:
    assert tell(client, link, soreness="5").status_code == 303  # type: ignore[attr-defined]
    done = client.get(f"{link}/done").text
    assert "担当トレーナーに届きました" in done
    trainer, care = signed_in_trainer(gym, sign_in), f"/people/{person.id}/care"
    page = trainer.get("/care").text
    assert "山田 花子" in page
    assert "今日は筋肉痛が強めです（5段階の5）" in page
    assert "今日は筋肉痛が強めです（5段階の5）" in trainer.get(care).text
    sent = dict(re.findall(r'name="(form_token|until)" value="([^"]+)"', page))
    for _ in range(2):
        trainer.post(
            f"{care}/replies",
            data={**sent, "phrase": "1", "words": BATH, "from": "queue"},
        )
    answer = db.session.scalars(select(CareReply)).one()
    assert answer.words == "ありがとうございます。次回は少し軽めにしましょう。\n湯船につかってください"
    assert "山田 花子" not in trainer.get("/care").text, "answered, she leaves the queue"
    assert len(db.session.scalars(select(Message).where(Message.kind == Kind.CARE_REPLY)).all()) == 1
    path = reply_path(answer.id)
    assert "湯船につかってください" in client.get(path).text
    assert db.session.get_one(CareReply, answer.id, populate_existing=True).read_at is None, (
        "opening changes nothing"
    )
    client.post(path, data={})
    assert db.session.get_one(CareReply, answer.id, populate_existing=True).read_at is not None
    client.get(link)
    client.post(f"{link}/withdrawal", data={})
    assert client.get(path).status_code == 404, "without the consent the words are gone as well"


def test_a_get_changes_nothing_and_shows_no_answer(client: PageClient, link: str) -> None:
    client.get(link)
    assert rows() == []
    tell(client, link, sleep_hours="4")
    page = client.get(link).text
    assert "checked" not in page
    assert "今日の分は届いています" in page


def test_what_was_answered_wrongly_comes_back_as_it_was_tapped(client: PageClient, link: str) -> None:
    page = tell(client, link, agrees="", fatigue="4")
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert 'id="agrees-error"' in page.text  # type: ignore[attr-defined]
    assert re.search(r'<input checked id="fatigue-3"', page.text)  # type: ignore[attr-defined]
    assert tell(client, link, fatigue="77").status_code == 422  # type: ignore[attr-defined]
    assert rows() == []


def test_habits_are_ticked_all_at_once(client: PageClient, link: str) -> None:
    tell(client, link)
    client.post(f"{link}/habits", data={"habit": ["morning", "night"]})
    assert rows()[0].habits == ["morning", "night"]
    assert client.get(f"{link}/done").text.count(" checked") == 2


def test_the_consent_is_taken_back_by_the_same_link(
    gym: Studio, person: Person, client: PageClient, link: str, sign_in: SignIn
) -> None:
    person_id = person.id
    tell(client, link, soreness="5")
    client.get(link)
    client.post(f"{link}/withdrawal", data={})
    assert "同意を取り消しました" in client.get(f"{link}/done").text
    assert client.post(f"{link}/habits", data={"habit": ["night"]}).status_code == 422
    page = client.get(link).text
    assert 'name="fatigue"' not in page
    assert "/screening/" in page, "given anew with the sheet"
    assert tell(client, link).status_code == 422  # type: ignore[attr-defined]
    trainer = signed_in_trainer(gym, sign_in)
    assert "山田 花子" not in trainer.get("/care").text
    assert "筋肉痛" not in trainer.get(f"/people/{person_id}/care").text


def test_the_trainer_chooses_what_is_asked(
    gym: Studio, person: Person, client: PageClient, link: str, sign_in: SignIn
) -> None:
    trainer, person_id = signed_in_trainer(gym, sign_in), person.id
    address = f"/people/{person_id}/care/plan"
    trainer.get(address)
    sent = {
        "sleep_hours": "8", "water_litres": "2", "protein_meals": "3", "screens_off_minutes": "30",
        "questions": ["stress", "few_words", "video"], "habits": ["noon"],
    }  # fmt: skip
    assert trainer.post(address, data={**sent, "sleep_hours": "40"}).status_code == 422
    assert trainer.post(address, data=sent).status_code == 303
    assert trainer.post(address, data=sent).status_code == 409, "the form showed the usual plan"
    page = client.get(link).text
    assert 'name="stress"' in page
    assert 'name="few_words"' in page
    assert "いまの疲れ" in page
    assert 'name="stress"' not in client.get(f"{link}?short=1").text
    tell(client, link, few_words=WORDS, video="https://video.example/squat", stress="5")
    address = f"/people/{person_id}/care"
    page = trainer.get(address).text
    assert WORDS not in page
    opened = trainer.post(f"{address}/check-ins/{rows()[0].id}/reading", data={}).text
    assert WORDS in opened
    assert 'href="https://video.example/squat"' in opened


def test_the_short_form_says_who_was_there(gym: Studio, person: Person, sign_in: SignIn) -> None:
    person_id, trainer = person.id, signed_in_trainer(gym, sign_in)
    trainer.get(f"/people/{person_id}/care")
    form = str(trainer.post(f"/people/{person_id}/care/handover", data={}).location)
    assert 'name="meals_kept"' not in trainer.get(form).text
    assert trainer.get(f"/people/{person_id}/care").location.startswith("/unlock"), (
        "the guest holds the tablet"
    )
    trainer.get(form)
    done = trainer.post(form, data={"fatigue": "3", "agrees": "y"}, follow_redirects=True).text
    assert f"/unlock?next=/people/{person_id}/care" in done
    name = db.session.scalars(select(Staff.name).where(Staff.roles.contains([Role.TRAINER.value]))).one()
    assert [(row.fatigue, row.answered_with) for row in rows()] == [(3, name)]


def test_a_link_for_another_purpose_forged_or_of_somebody_merged_opens_nothing(
    gym: Studio, person: Person, client: PageClient, link: str, now: datetime
) -> None:
    other = sheet_path(person.id).rpartition("/")[2]
    for path in (
        f"/checkin/{other}",
        f"{link[:-3]}abc",
        "/care-reply/x",
        f"/care-reply/{link.rpartition('/')[2]}",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path, data=dict(FINE)).status_code == 404
    twin = guest("山田 はなこ", "090-9999-0000", now=now)
    with transaction():
        merge(twin.id, person.id, {}, by=SYSTEM, now=now)
    assert client.get(link).status_code == 404
    assert rows() == []


def test_the_page_is_sent_by_the_trainer(gym: Studio, person: Person, sign_in: SignIn) -> None:
    trainer, address = signed_in_trainer(gym, sign_in), f"/people/{person.id}/care"
    trainer.get(address)
    trainer.post(f"{address}/link", data={})
    assert db.session.query(Message).filter_by(kind=Kind.CARE_ASKED).count() == 1


def test_the_weight_stands_below_what_was_told_on_the_same_weeks(
    gym: Studio, person: Person, client: PageClient, link: str, sign_in: SignIn, now: datetime
) -> None:
    person_id = person.id
    tell(client, link)
    weight = next(one for one in kinds(gym.id) if one.unit == "kg")
    with transaction():
        for back, value in ((20, "61.5"), (2, "60.25")):
            day = now.date() - timedelta(days=back)
            add_measurements(gym, person_id, day, {weight.id: Decimal(value)}, by=SYSTEM, now=now)
    page = signed_in_trainer(gym, sign_in).get(f"/people/{person_id}/care").text
    assert page.index("睡眠（時間）") < page.index("体重（kg）") < page.index("60.2 kg")


def test_a_trainer_of_others_sees_nobody_in_the_queue_and_reaches_nothing(
    person: Person, client: PageClient, link: str, sign_in: SignIn
) -> None:
    tell(client, link, soreness="5")
    with transaction():
        rows()[0].has_words, rows()[0].words = True, WORDS
    person_id, row_id = person.id, rows()[0].id
    other = sign_in(Role.TRAINER, Role.FRONT_DESK, mail="other@test.example")
    assert "山田 花子" not in other.get("/care").text
    sent = {"words": "x", "form_token": "t" * 20, "until": "2026-11-24T12:00:00+00:00", "phrase": "1"}
    for path in ("replies", "seen", "link", "plan", "handover", f"check-ins/{row_id}/reading"):
        assert other.post(f"/people/{person_id}/care/{path}", data=dict(sent)).status_code == 404
    assert other.get(f"/people/{person_id}/care/plan").status_code == 404
    assert rows()[0].seen_at is None
    assert plan_of(person_id).id is None


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.OWNER])
def test_the_queue_is_for_trainers(gym: Studio, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    assert client.get("/care").status_code == 403
    assert 'href="/care"' not in client.get("/today").text


def test_the_queue_takes_as_many_statements_for_many_as_for_one(
    gym: Studio, client: PageClient, sign_in: SignIn, now: datetime
) -> None:
    trainer, counts = signed_in_trainer(gym, sign_in), []
    for hour, phone in (("10:00", "1"), ("12:00", "2"), ("16:00", "3")):
        made = guest(f"客{phone}", f"090-0000-000{phone}", now=now)
        visit(gym, made, hour, now=now, slug="session", day=now.date().replace(day=27))
        tell(client, check_in_path(made.id))
        trainer.get("/care")
        with statements() as seen:
            assert f"客{phone}" in trainer.get("/care").text
        counts.append(len(seen))
    assert len(set(counts)) == 1
