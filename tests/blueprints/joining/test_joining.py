"""From the trial to member: agreed at the desk, signed on the tablet, one person, nothing copied, nobody twice."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backoffice.bookings.models import Attendance, Booking, Participant
from backoffice.clients.actions import register
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.submissions import new_token
from backoffice.joining.facts import welcome_facts
from backoffice.joining.models import JoiningPaper
from backoffice.joining.queries import discounts, paper_path
from backoffice.leads.actions import capture_lead
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Kind, Message
from backoffice.people.actions import create_person
from backoffice.people.details import details_of
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug, the_studio
from tests.gym import PASSWORD
from tests.pages import PageClient


@pytest.fixture
def guest(gym: Studio, now: datetime) -> SimpleNamespace:
    """Somebody who has just had a trial, whose fee is still open."""
    person = create_person(
        name="山本 さくら", phones=["090-1234-5678"], mails=["sakura@example.com"], by=SYSTEM, now=now
    )
    lead = capture_lead(person, studio_id=gym.id, source="column", interest="trial", by=SYSTEM, now=now)
    service = service_by_slug(gym.id, "trial")
    held_at = now - timedelta(hours=2)
    booking = Booking(
        studio_id=gym.id, service_id=service.id, trainer_id=trainers(gym.id)[0].id, lead_id=lead.id, state="ATTENDED",
        starts_at=held_at, ends_at=held_at + timedelta(hours=1), channel="WEB", created_at=held_at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    participant = Participant(
        booking_id=booking.id, person_id=person.id, attendance=Attendance.ATTENDED, fee_yen=5500
    )
    db.session.add(participant)
    db.session.commit()
    return SimpleNamespace(person_id=person.id, lead_id=lead.id, participant_id=participant.id)


DRAWN = "M10 10" + "".join(f"L{10 + 5 * step} {20 + 3 * step}" for step in range(20))


def agreed(gym: Studio, **changes: object) -> dict[str, object]:
    return {
        "form_token": new_token(), "plan_id": plans(gym.id)[0].id, "starts_on": "2026-11-24",
        "main_trainer_id": trainers(gym.id)[0].id, "joining_fee_yen": "22000", **changes,
    }  # fmt: skip


def written(**changes: object) -> dict[str, object]:
    paper = db.session.scalars(select(JoiningPaper)).one()
    return {
        "form_token": new_token(), "version": paper.version, "terms_number": 1, "name": "山本 さくら",
        "kana": "やまもと さくら", "birth_date": "1990-05-01", "postal_code": "6048152", "address": "京都市中京区 1-2",
        "phone": "090-1234-5678", "emergency_name": "山本 一郎", "emergency_relation": "夫",
        "emergency_phone": "090-8765-4321", "agrees": "y", "signature": DRAWN, **changes,
    }  # fmt: skip


@pytest.fixture
def paper(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient]
) -> tuple[PageClient, JoiningPaper]:
    """Papers that the desk has just begun."""
    desk = sign_in(Role.FRONT_DESK)
    page = desk.get(f"/joining?lead={guest.lead_id}")
    assert page.status_code == 200
    answer = desk.post(f"/joining?lead={guest.lead_id}", data=agreed(gym))
    made = db.session.scalars(select(JoiningPaper)).one()
    assert answer.location == f"/joining/{made.id}"
    return desk, made


def test_a_guest_with_a_latin_name_signs_in_english_without_kana(
    gym: Studio, guest: SimpleNamespace, paper: tuple[PageClient, JoiningPaper], client: PageClient
) -> None:
    desk, begun = paper
    link = desk.post(f"/joining/{begun.id}/handover", data={}).location
    latin = {"name": "Emma Smith", "kana": ""}
    assert client.get(link).status_code == 200
    assert client.post(link, data=written(**latin)).status_code == 422
    db.session.get_one(Person, guest.person_id).language = "en"
    db.session.commit()
    page = client.get(link).text
    (field,) = re.findall(r'<input[^>]*name="kana"[^>]*>', page)
    assert "required" not in field
    assert client.post(link, data=written(**latin)).status_code == 303


def finish(desk: PageClient, paper: JoiningPaper, **changes: object) -> TestResponse:
    form = {"form_token": new_token(), "version": paper.version, "fee": "CASH", **changes}
    return desk.post(f"/joining/{paper.id}/member", data=form)


def test_the_guest_becomes_a_member_of_the_same_person(
    gym: Studio,
    guest: SimpleNamespace,
    paper: tuple[PageClient, JoiningPaper],
    client: PageClient,
    now: datetime,
) -> None:
    desk, begun = paper
    page = desk.get(f"/joining/{begun.id}").get_data(as_text=True)
    assert "¥5,500" in page
    assert "¥61,600" in page  # 39,600 and a joining fee of 22,000
    handed = desk.post(f"/joining/{begun.id}/handover", data={})
    assert desk.get("/today").status_code == 303  # the gym's own pages are locked from here on
    assert client.get(handed.location).status_code == 200
    signed = client.post(handed.location, data=written())
    assert signed.status_code == 303
    thanks = client.get(signed.location).get_data(as_text=True)
    assert f"/unlock?next=/joining/{begun.id}" in thanks
    desk.post("/unlock", data={"password": PASSWORD})
    assert "<path d=" in desk.get(f"/joining/{begun.id}").get_data(as_text=True)
    assert finish(desk, begun).location == f"/people/{guest.person_id}"
    client_row = db.session.scalars(select(Client)).one()
    membership = db.session.scalars(select(Membership)).one()
    assert (client_row.person_id, client_row.main_trainer_id) == (guest.person_id, trainers(gym.id)[0].id)
    assert client_row.member_number > 1000
    assert membership.price_yen == plans(gym.id)[0].price_yen
    lead = db.session.get_one(Lead, guest.lead_id)
    assert lead.stage == Stage.JOINED
    assert lead.closed_at is not None
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    fee = db.session.get_one(Participant, guest.participant_id)
    assert (fee.fee_method, fee.fee_received_by) == ("CASH", "検査 花")
    welcome = db.session.scalars(select(Message).where(Message.kind == Kind.WELCOME)).one()
    assert welcome.person_id == guest.person_id
    facts = welcome_facts(welcome, now)
    assert isinstance(facts, Facts)
    where = facts.values["client"]["copy_url"].partition("/papers/")[2]
    assert "/copy" in client.get(f"/papers/{where}").get_data(as_text=True)
    page = desk.get(f"/people/{guest.person_id}/joined").get_data(as_text=True)
    assert "〒604-8152" in page
    assert "山本 一郎" in page


def test_signed_on_a_printed_form_the_fee_may_stay_open(
    gym: Studio, guest: SimpleNamespace, paper: tuple[PageClient, JoiningPaper]
) -> None:
    desk, begun = paper
    assert finish(desk, begun, fee="").status_code == 409
    assert finish(desk, begun, fee="", is_on_paper="y").status_code == 422  # nobody looked at the form
    assert finish(desk, begun, fee="", is_on_paper="y", is_complete="y").status_code == 303
    assert db.session.get_one(Participant, guest.participant_id).fee_received_at is None


def test_pressing_twice_makes_one_member(
    gym: Studio, guest: SimpleNamespace, paper: tuple[PageClient, JoiningPaper]
) -> None:
    desk, begun = paper
    form = {"form_token": new_token(), "version": begun.version, "is_on_paper": "y", "is_complete": "y"}
    first = desk.post(f"/joining/{begun.id}/member", data=dict(form))
    again = desk.post(f"/joining/{begun.id}/member", data=dict(form))
    assert first.location == again.location == f"/people/{guest.person_id}"
    assert finish(desk, begun, is_on_paper="y", is_complete="y").status_code == 409
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1
    assert desk.get(f"/joining?lead={guest.lead_id}").location == f"/people/{guest.person_id}"


def test_papers_are_begun_once(
    gym: Studio, guest: SimpleNamespace, paper: tuple[PageClient, JoiningPaper]
) -> None:
    desk, begun = paper
    assert desk.get(f"/joining?person={guest.person_id}").location == f"/joining/{begun.id}"
    desk.post(f"/joining?lead={guest.lead_id}", data=agreed(gym, joining_fee_yen="0"))
    assert db.session.scalars(select(JoiningPaper.joining_fee_yen)).all() == [0]


def test_what_was_typed_is_kept_and_another_tablet_is_told(
    gym: Studio, paper: tuple[PageClient, JoiningPaper], client: PageClient
) -> None:
    _desk, begun = paper
    link = paper_path(begun.id)
    client.get(link)
    form = written(step="keep", kana="", signature="", name="書きかけ")
    assert client.post(link, data=form).status_code == 303
    assert "書きかけ" in client.get(link).get_data(as_text=True)
    answer = client.post(link, data=written(version=begun.version - 1, name="別の端末"))
    assert answer.status_code == 409
    assert "別の端末" in answer.get_data(as_text=True)
    assert begun.signed_at is None


@pytest.mark.parametrize("step", ["keep", ""])
def test_papers_that_arrive_twice_are_written_once(
    paper: tuple[PageClient, JoiningPaper], client: PageClient, step: str
) -> None:
    """The line dropped and the tablet sent again: the second answer is the first one's, no conflict with oneself."""
    _desk, begun = paper
    link = paper_path(begun.id)
    client.get(link)
    form = written(step=step)
    assert [client.post(link, data=dict(form)).status_code for _ in range(2)] == [303, 303]
    db.session.expire_all()
    assert (begun.signed_at is None) == bool(step)
    assert begun.version == form["version"] + 1  # type: ignore[operator]


def test_a_minor_is_asked_for_a_guardian(
    gym: Studio, paper: tuple[PageClient, JoiningPaper], client: PageClient
) -> None:
    _desk, begun = paper
    link = paper_path(begun.id)
    assert "data-guardian hidden" in client.get(link).get_data(as_text=True)
    answer = client.post(link, data=written(birth_date="2010-01-01"))
    assert answer.status_code == 422
    assert "data-guardian hidden" not in answer.get_data(as_text=True)
    form = written(birth_date="2010-01-01", guardian_name="山本 一郎", guardian_signature=DRAWN)
    assert client.post(link, data=form).status_code == 303


def test_a_forged_link_and_papers_put_away_open_nothing(
    gym: Studio, paper: tuple[PageClient, JoiningPaper], client: PageClient
) -> None:
    desk, begun = paper
    link = paper_path(begun.id)
    assert client.get(link[:-2] + "xx").status_code == 404
    desk.post(f"/joining/{begun.id}/drop", data={"version": begun.version})
    assert client.get(link).status_code == 404


def test_all_that_is_wrong_is_said_in_one_go(
    paper: tuple[PageClient, JoiningPaper], client: PageClient
) -> None:
    _desk, begun = paper
    link = paper_path(begun.id)
    client.get(link)
    wrong = {"kana": "山本", "phone": "12", "emergency_phone": "34", "postal_code": "9"}
    for more in ({}, {"address": ""}):  # with something missing, too, which the form itself sees
        page = client.post(link, data=written(**wrong, **more, signature="")).get_data(as_text=True)
        for name in (*wrong, *more):
            assert f'id="{name}-error"' in page, name
        assert 'id="signature-error"' in page
        assert 'href="#emergency_phone">緊急連絡先の電話番号<' in page
    assert begun.signed_at is None


def test_the_monthly_price_and_the_rules_are_read_before_signing(
    gym: Studio, paper: tuple[PageClient, JoiningPaper], client: PageClient
) -> None:
    desk, begun = paper
    for page in (client.get(paper_path(begun.id)), desk.get(f"/joining/{begun.id}")):
        text = page.get_data(as_text=True)
        assert "毎月 ¥39,600（税込）" in text
        assert "直前キャンセル" in text


def test_who_signed_saves_a_copy_by_the_own_link_before_and_after_joining(
    gym: Studio,
    guest: SimpleNamespace,
    paper: tuple[PageClient, JoiningPaper],
    client: PageClient,
    request: pytest.FixtureRequest,
) -> None:
    desk, begun = paper
    link = paper_path(begun.id)
    assert client.get(f"{link}/copy").status_code == 404  # nothing is signed yet
    client.get(link)
    thanks = client.post(link, data=written()).location
    assert f'href="{link}/copy"' in client.get(thanks).get_data(as_text=True)
    assert client.get(f"{link}/copy").data.startswith(b"%PDF")
    assert finish(desk, begun).status_code == 303
    kept = client.get(f"{link}/copy")
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in kept.headers["Cache-Control"]
    on_tablet = paper_path(begun.id, with_staff=1)
    assert client.get(f"{on_tablet}/copy").status_code == 404
    page = client.get(f"{on_tablet}/done").get_data(as_text=True)
    assert "/copy" not in page
    assert "控えをご希望の方は、スタッフに" in page
    assert "LINE" not in page, "nothing goes out here, so nothing is promised"
    request.getfixturevalue("with_channels")
    assert "LINE" in client.get(f"{on_tablet}/done").get_data(as_text=True)


def test_the_copy_is_gone_with_its_link_and_with_what_was_signed(
    gym: Studio,
    paper: tuple[PageClient, JoiningPaper],
    client: PageClient,
    at: Callable[[datetime], None],
    now: datetime,
) -> None:
    _desk, begun = paper
    link = paper_path(begun.id)
    client.get(link)
    client.post(link, data=written())
    assert client.get(f"{link}/copy").status_code == 200
    at(now + timedelta(days=15))
    assert client.get(f"{link}/copy").status_code == 404
    at(now)
    begun.signature = begun.answers = None  # as erasing leaves it
    db.session.commit()
    assert client.get(f"{link}/copy").status_code == 404
    assert "/copy" not in client.get(f"{link}/done").get_data(as_text=True)


def test_a_referrer_is_a_member_found_by_number_or_name(
    gym: Studio, guest: SimpleNamespace, paper: tuple[PageClient, JoiningPaper], now: datetime
) -> None:
    desk, begun = paper
    where = f"/joining/{begun.id}/agreement"
    friend = create_person(name="紹介 花子", by=SYSTEM, now=now)
    for text in ("紹介 花子", "999999"):
        answer = desk.post(where, data=agreed(gym, version=begun.version, referrer=text))
        assert answer.status_code == 422
    member = register(friend.id, joined_on=now.date(), main_trainer_id=None, by=SYSTEM, now=now)
    for text in ("紹介 花子", str(member.member_number)):
        assert desk.post(where, data=agreed(gym, version=begun.version, referrer=text)).status_code == 303
        assert begun.referrer_id == friend.id
    assert str(member.member_number) in desk.get(where).get_data(as_text=True)
    finish(desk, begun, is_on_paper="y", is_complete="y")
    assert "山本 さくら" in desk.get(f"/people/{friend.id}/joined").get_data(as_text=True)
    assert "紹介 花子" in desk.get(f"/people/{guest.person_id}/joined").get_data(as_text=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"plan_id": "0"}, {"plan_id": ""}, {"starts_on": "2026-02-31"}, {"main_trainer_id": "x"},
        {"joining_fee_yen": "-1"}, {"discount_ids": "999"}, {"starts_on": "9999-12-31"}, {"starts_on": "2027-11-26"},
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_writes_nothing(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient], wrong: dict[str, str]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/joining?lead={guest.lead_id}")
    answer = desk.post(f"/joining?lead={guest.lead_id}", data=agreed(gym, **wrong))
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'aria-invalid="true"' in text or "form-error" in text
    assert db.session.scalar(select(func.count()).select_from(JoiningPaper)) == 0


def test_a_trainer_does_not_sell(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient]
) -> None:
    trainer = sign_in(Role.TRAINER)
    assert trainer.get(f"/joining?lead={guest.lead_id}").status_code == 403


def test_the_house_sets_fee_discounts_and_terms(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    page = manager.get("/settings/joining")
    assert page.status_code == 200
    answer = manager.post("/settings/joining", data={"joining_fee_yen": "33000", "version": gym.version})
    assert answer.status_code == 303
    assert the_studio().joining_fee_yen == 33_000
    spring = {
        "form_token": new_token(), "name_ja": "春", "name_en": "Spring", "kind": "OTHER", "taken_from": "FEE",
        "yen": "5000", "position": "0", "valid_until": "2026-12-31",
    }  # fmt: skip
    manager.get("/settings/joining/discounts/new")
    assert manager.post("/settings/joining/discounts/new", data={**spring, "percent": "5"}).status_code == 422
    before = len(discounts(gym.id))
    for _ in range(2):
        assert manager.post("/settings/joining/discounts/new", data=dict(spring)).status_code == 303
    assert len(discounts(gym.id)) == before + 1
    made = discounts(gym.id)[-1]
    assert (made.yen, made.percent) == (5_000, None)
    changed = {**spring, "yen": "6000", "version": "1"}
    assert manager.post(f"/settings/joining/discounts/{made.id}", data=dict(changed)).status_code == 303
    late = manager.post(f"/settings/joining/discounts/{made.id}", data={**changed, "yen": "7000"})
    assert late.status_code in {409, 422}
    assert made.yen == 6_000
    manager.post(f"/settings/joining/discounts/{made.id}/archive", data={})
    assert made not in discounts(gym.id)
    manager.post(f"/settings/joining/discounts/{made.id}/restore", data={})
    assert made in discounts(gym.id)
    terms = {"text_ja": "第1条 新", "text_en": "1. New", "version": "1"}
    assert manager.post("/settings/joining/terms", data=dict(terms)).status_code == 303
    assert "第1条 新" in manager.get("/settings/joining/terms").get_data(as_text=True)
    assert "会員" in manager.get("/settings/joining/terms?version=1").get_data(as_text=True)
    assert manager.get("/settings/joining/terms?version=9").status_code == 404


def test_the_desk_writes_address_and_emergency_contact_down(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    where = f"/people/{guest.person_id}/details"
    assert desk.get(where).status_code == 200
    typed = {"address": "京都市 1", "emergency_name": "母", "emergency_phone": "12", "version": "0"}
    assert desk.post(where, data=dict(typed)).status_code == 422
    assert desk.post(where, data={**typed, "emergency_phone": "075-123-4567"}).status_code == 303
    stale = desk.post(where, data={**typed, "emergency_phone": "", "address": "別"})
    assert stale.status_code == 409
    assert details_of(guest.person_id).address == "京都市 1"
