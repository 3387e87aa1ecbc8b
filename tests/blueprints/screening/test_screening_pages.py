"""Answered by link, a light for everybody, the answers on a tap for the trainer, recorded."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.core.language import translate
from backoffice.messaging.models import Kind, Message
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import consents
from backoffice.people.wordings import WORDINGS
from backoffice.screening.models import Screening, ScreeningDecision
from backoffice.screening.queries import sheet_path
from backoffice.screening.starting import QUESTIONS
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from tests.architecture.golden import same_as_golden
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient

DETAIL = "去年ヘルニアの手術をしました"
SignIn = Callable[..., PageClient]


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today."""
    made = guest("山田 花子", now=now)
    visit(gym, made, "18:00", now=now, slug="session")
    return made


def send(client: PageClient, path: str, *yes: str, **changes: str) -> object:
    page = client.get(path).get_data(as_text=True)
    hidden = dict(re.findall(r'name="(form_token|version)"[^>]*value="([^"]*)"', page))
    answers = {one.key: "yes" if one.key in yes else "no" for one in QUESTIONS}
    details = {f"{key}_detail": DETAIL for key in yes}
    data = {**hidden, **answers, **details, "signature": "山田 花子", "agrees": "y", **changes}
    return client.post(path, data={key: value for key, value in data.items() if value})


def test_answered_by_link_read_and_decided_by_the_trainer(
    gym: Studio, person: Person, client: PageClient, sign_in: SignIn
) -> None:
    path, person_id = sheet_path(person.id), person.id
    answer = send(client, path, "joints")
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert "2027年11月24日" in client.get(f"{path}/done").text
    assert DETAIL not in client.get(path).text, "a link shows no answers"
    trainer = signed_in_trainer(gym, sign_in)
    assert "健康チェック：判断待ち" in trainer.get("/today").text
    page = trainer.get(f"/people/{person_id}/screening").text
    assert DETAIL not in page
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    assert seen is not None
    assert DETAIL in trainer.post(f"/people/{person_id}/screening/reading", data={}).text
    read = db.session.scalars(select(AuditLine).where(AuditLine.action == "screening.read")).all()
    assert [line.person_id for line in read] == [person_id]
    sent = {"verdict": "LIMITS", "limits": ["knee"], "reason": "膝を深く曲げない", "seen": seen.group(1)}
    page = trainer.post(f"/people/{person_id}/screening", data=sent, follow_redirects=True).text
    assert "配慮あり" in page
    assert "膝を深く曲げない" not in page, "the reason is not on the screen beside a guest"
    opened = trainer.post(f"/people/{person_id}/screening/reading", data={}).text
    assert "膝を深く曲げない" in opened, "it is read together with the answers, recorded"
    assert "配慮あり" in trainer.get("/today").text


def test_sent_twice_it_is_one_sheet_and_gaps_are_named(person: Person, client: PageClient) -> None:
    path = sheet_path(person.id)
    page = send(client, path, heart="")
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert 'id="heart-error"' in page.text  # type: ignore[attr-defined]
    for _ in range(2):
        send(client, path, form_token="t" * 20)
    assert db.session.query(Screening).count() == 1


def test_the_consent_is_taken_back_by_the_same_link(
    gym: Studio, person: Person, client: PageClient, sign_in: SignIn
) -> None:
    path, person_id = sheet_path(person.id), person.id
    send(client, path, "joints")
    client.get(f"{path}/consents")
    client.post(f"{path}/consents", data={"purpose": "HEALTH", "answer": "no"})
    trainer = signed_in_trainer(gym, sign_in)
    assert trainer.post(f"/people/{person_id}/screening/reading", data={}).status_code == 404


def test_both_pages_tell_the_guest_what_a_consent_closes_and_opens_again(
    person: Person, client: PageClient
) -> None:
    path = sheet_path(person.id)
    assert "以前にお預かりした記録" not in client.get(path).text
    send(client, path)
    assert "もう一度同意された場合に限り" in client.get(f"{path}/consents").text
    client.post(f"{path}/consents", data={"purpose": "HEALTH", "answer": "no"})
    assert "以前にお預かりした記録も担当トレーナーが見られる" in client.get(path).text


def test_each_consent_is_given_and_taken_back_by_itself(person: Person, client: PageClient) -> None:
    path, person_id = sheet_path(person.id), person.id
    send(client, path, photos="y")
    assert held(person_id) == {"HEALTH": True, "PHOTOS": True}
    page = client.get(f"{path}/consents")
    assert page.text.count("同意なし") == 2, "news, and health on LINE"
    client.post(f"{path}/consents", data={"purpose": "MARKETING", "answer": "yes"})
    client.get(f"{path}/consents")
    client.post(f"{path}/consents", data={"purpose": "PHOTOS", "answer": "no"})
    assert held(person_id) == {"HEALTH": True, "PHOTOS": False, "MARKETING": True}
    wordings = {row.purpose: row.wording for row in consents(person_id)}
    assert wordings["MARKETING"] == WORDINGS[Purpose.MARKETING].version


@pytest.mark.parametrize(
    "sent",
    [{"purpose": "HEALTH", "answer": "yes"}, {"purpose": "TERMS", "answer": "no"}, {"purpose": "PHOTOS"}, {}],
)
def test_what_the_page_does_not_offer_is_refused(
    person: Person, client: PageClient, sent: dict[str, str]
) -> None:
    path, person_id = f"{sheet_path(person.id)}/consents", person.id
    client.get(path)
    assert client.post(path, data=sent).status_code == 422
    assert held(person_id) == {}


def test_a_changed_wording_has_a_new_version() -> None:
    """Consents name the version: the agreed file keeps each with its words, and a new text goes with a new version."""
    lines = [
        f"{one.version} · {language} · {translate(one.text, language)}"
        for one in WORDINGS.values()
        for language in ("ja", "en")
    ]
    same_as_golden("consents.txt", lines)


def test_the_desk_writes_down_what_was_taken_back_by_phone(
    person: Person, client: PageClient, sign_in: SignIn
) -> None:
    path, person_id = sheet_path(person.id), person.id
    send(client, path, photos="y")
    client = sign_in(Role.FRONT_DESK)
    client.get(f"/people/{person_id}/consents")
    client.post(f"/people/{person_id}/consents/withdrawal", data={"purpose": "PHOTOS"})
    assert held(person_id) == {"HEALTH": True, "PHOTOS": False}
    assert (
        client.post(f"/people/{person_id}/consents/withdrawal", data={"purpose": "TERMS"}).status_code == 422
    )


def held(person_id: int) -> dict[str, bool]:
    """The answers that hold, by purpose."""
    return {row.purpose: row.granted for row in consents(person_id)}


def test_handed_over_by_a_trainer_it_says_by_whom(
    gym: Studio, person: Person, client: PageClient, sign_in: SignIn
) -> None:
    person_id, trainer = person.id, signed_in_trainer(gym, sign_in)
    trainer.get(f"/people/{person_id}/screening")
    answer = trainer.post(f"/people/{person_id}/screening/handover", data={})
    assert answer.status_code == 303
    send(client, answer.location)
    assert f"/unlock?next=/people/{person_id}/screening" in client.get(f"{answer.location}/done").text
    locked = trainer.get(f"/people/{person_id}")
    assert person.name not in locked.text, "the guest who holds the tablet finds the trainer's pages locked"
    name = db.session.scalars(select(Staff.name).where(Staff.roles.contains([Role.TRAINER.value]))).one()
    assert db.session.scalars(select(Screening.answered_with)).one() == name


def test_consents_on_a_tablet_lead_back_to_the_trainer_and_on_a_link_nowhere(
    gym: Studio, person: Person, client: PageClient, sign_in: SignIn
) -> None:
    person_id, trainer = person.id, signed_in_trainer(gym, sign_in)
    trainer.get(f"/people/{person_id}/screening")
    handed = trainer.post(f"/people/{person_id}/screening/handover", data={"to": "consents"}).location
    assert f'href="/unlock?next=/people/{person_id}/progress/photos"' in client.get(handed).text
    assert "/unlock" not in client.get(f"{sheet_path(person_id)}/consents").text


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.OWNER])
def test_others_see_the_light_and_nothing_behind_it(person: Person, sign_in: SignIn, role: Role) -> None:
    client, person_id = sign_in(role), person.id
    assert "健康チェック：未回答" in client.get(f"/people/{person_id}").text
    assert "健康チェック：未回答" in client.get("/today").text
    assert client.get(f"/people/{person_id}/screening").status_code == 403


def test_the_desk_hands_over_an_empty_sheet_and_goes_on_at_the_guests_page(
    person: Person, client: PageClient, sign_in: SignIn
) -> None:
    person_id, name = person.id, person.name
    send(client, sheet_path(person_id), "joints")
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/people/{person_id}")
    handed = desk.post(f"/people/{person_id}/screening/handover", data={}).location
    sheet = client.get(handed).text
    assert DETAIL not in sheet
    assert "checked" not in sheet, "what was answered before is not shown to whoever holds the screen"
    assert name not in desk.get(f"/people/{person_id}").text, "the gym's pages are locked"
    send(client, handed)
    assert f'href="/unlock?next=/people/{person_id}"' in client.get(f"{handed}/done").text
    assert "screening.handed_over" in db.session.scalars(select(AuditLine.action)).all()


def test_the_desk_sends_the_link_once_a_day_and_sees_only_that_it_went(
    gym: Studio, now: datetime, sign_in: SignIn
) -> None:
    person = guest("山田 花子", now=now, mail="hanako@example.com")
    visit(gym, person, "18:00", now=now, slug="session")
    person_id, desk = person.id, sign_in(Role.FRONT_DESK)
    address = f"/people/{person_id}/screening/link"
    assert address in desk.get(f"/people/{person_id}").text
    for said in ("リンクを送信します", "送信予定か、本日送信済み"):
        assert desk.post(address, data={}).status_code == 303
        assert said in desk.get(f"/people/{person_id}").text
    message = db.session.scalars(select(Message).where(Message.kind == Kind.SCREENING_ASKED)).one()
    assert "/screening/" not in desk.get(f"/messages/{message.id}").text


def test_a_trainer_of_others_finds_nobody_even_with_desk_work(
    gym: Studio, person: Person, client: PageClient, sign_in: SignIn
) -> None:
    person_id = person.id
    send(client, sheet_path(person_id), "joints")
    other = sign_in(Role.TRAINER, Role.FRONT_DESK)
    for page in (f"/people/{person_id}", "/today"):
        shown = other.get(page).text
        assert "健康チェック：判断待ち" in shown
        assert f'href="/people/{person_id}/screening"' not in shown, "no link to a page that is not theirs"
    for address in (f"/people/{person_id}/screening", f"/people/{person_id}/screening/reading"):
        assert other.post(address, data={}).status_code == 404
    assert db.session.query(ScreeningDecision).count() == 0


def test_a_forged_link_is_explained(gym: Studio, client: PageClient) -> None:
    assert client.get("/screening/forged").status_code == 404
