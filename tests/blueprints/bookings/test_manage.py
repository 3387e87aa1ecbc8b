"""The link of whoever booked: opening changes nothing; confirm, move, cancel; deadlines; links that lead nowhere."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.queries import manage_path
from backoffice.core import links
from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.messaging.models import Message
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from tests.blueprints.bookings.visitor import Visitor, hidden_of, links_of, offers_of, target_of

STARTS = datetime(2026, 11, 26, 1, 15, tzinfo=UTC)
LATER = "2026-11-27T01:15Z"


@pytest.fixture
def visitor(gym: Studio, client: FlaskClient, at, now: datetime) -> Visitor:
    studio = db.session.get_one(Studio, gym.id)
    studio.phone = "+81751234567"
    db.session.commit()
    return Visitor(client, at, now)


@pytest.fixture
def path(visitor: Visitor) -> str:
    """The link of a visitor who booked a trial on 26 November at 10:15 with Mori."""
    visitor.book("/book/trial/details?at=2026-11-26T01:15Z&trainer=mori")
    return manage_path(guest())


def booking() -> Booking:
    return db.session.scalars(
        select(Booking).order_by(Booking.id).execution_options(populate_existing=True)
    ).first()


def guest() -> Participant:
    return db.session.scalars(select(Participant).execution_options(populate_existing=True)).first()


def everything() -> list[object]:
    """What a GET must leave as it is."""
    return [
        (booking().state, booking().starts_at, booking().version),
        (guest().confirmed_at, guest().version),
        sorted(tuple(row) for row in db.session.execute(select(Message.id, Message.state))),
        len(db.session.scalars(select(AuditLine.id)).all()),
    ]


def just_before(visitor: Visitor, hours: float) -> None:
    """Move the clock to some hours before the visit."""
    visitor.now = STARTS - timedelta(hours=hours)
    visitor.wait(0)


def test_the_page_shows_when_where_with_whom_and_what_to_do(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    for words in ("11月26日(木)", "10:15", "11:15", "体験トレーニング", "森 亮介", "¥5,500", "075-123-4567"):
        assert words in page
    assert {"予定どおり行きます", "日時を変更する", "キャンセルする"} <= set(
        page.replace("<", ">").split(">")
    )


def test_opening_any_page_of_the_link_changes_nothing(visitor: Visitor, path: str) -> None:
    before = everything()
    for part in (
        "",
        "/move",
        "/cancel",
        f"/move?at={LATER}",
        "/move?day=2026-11-30&women=1",
        "?confirm=1",
        "/confirmation",
    ):
        answer = visitor.client.get(path + part)
        assert answer.status_code == (405 if part == "/confirmation" else 200)
        visitor.client.head(path + part)
    assert everything() == before


def test_coming_is_said_once_and_stays_said(visitor: Visitor, path: str) -> None:
    for _ in range(2):
        assert visitor.client.post(path + "/confirmation", data={}).status_code == 303
    assert guest().confirmed_at == visitor.now
    assert "ご来店の確認をいただきました" in visitor.open(path)


def test_without_the_cross_site_token_nothing_happens(visitor: Visitor, path: str) -> None:
    before = everything()
    for part in ("/confirmation", f"/move?at={LATER}", "/cancel"):
        visitor.client.csrf = ""
        assert visitor.client.post(path + part, data={}).status_code == 400
    assert everything() == before


def test_moving_shows_both_times_and_then_moves(visitor: Visitor, path: str) -> None:
    times = visitor.open(path + "/move?day=2026-11-27&trainer=mori")
    choice = next(link for link in links_of(times, "at=") if "2026-11-27T01%3A15Z" in link or LATER in link)
    page = visitor.open(choice)
    assert "11月26日(木) 10:15" in page
    assert "11月27日(金) 10:15" in page
    answer = visitor.client.post(target_of(page), data=hidden_of(page))
    assert answer.status_code == 303
    assert booking().starts_at == datetime(2026, 11, 27, 1, 15, tzinfo=UTC)
    assert "日時を変更しました" in visitor.open(answer.headers["Location"])
    assert "booking_moved" in set(db.session.scalars(select(Message.kind)))


def test_the_own_time_does_not_stand_in_the_way_of_a_small_shift(visitor: Visitor, path: str) -> None:
    page = visitor.open(path + "/move?at=2026-11-26T01:30Z&trainer=mori")
    assert visitor.client.post(target_of(page), data=hidden_of(page)).status_code == 303
    assert booking().starts_at == STARTS + timedelta(minutes=15)


def test_a_move_without_a_wish_stays_with_the_same_trainer_when_free(visitor: Visitor, path: str) -> None:
    before = booking().trainer_id
    page = visitor.open(f"{path}/move?at={LATER}")
    visitor.client.post(target_of(page), data=hidden_of(page))
    assert (booking().trainer_id, booking().starts_at.day) == (before, 27)


def test_a_time_taken_meanwhile_offers_three_others(visitor: Visitor, path: str) -> None:
    page = visitor.open(f"{path}/move?at={LATER}&trainer=mori")
    other = f"/book/trial/details?at={LATER}&trainer=mori"
    visitor.book(other, name="佐藤 一郎", phone="080-1111-2222", mail="ichiro@example.jp")
    answer = visitor.client.post(target_of(page), data=hidden_of(page))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "佐藤" not in text
    assert booking().starts_at == STARTS
    offers = offers_of(text)
    assert len(offers) == 3
    chosen = {**hidden_of(text), "other": offers[0]}
    assert visitor.client.post(target_of(text), data=chosen).status_code == 303
    assert f"{booking().starts_at:%Y-%m-%dT%H:%MZ}" == offers[0].partition("~")[0]


def test_a_page_from_before_a_change_does_not_overwrite_it(visitor: Visitor, path: str) -> None:
    stale = visitor.open(f"{path}/move?at={LATER}")
    page = visitor.open(f"{path}/move?at=2026-11-28T01:15Z")
    visitor.client.post(target_of(page), data=hidden_of(page))
    assert visitor.client.post(target_of(stale), data=hidden_of(stale)).status_code == 409
    assert booking().starts_at.day == 28


def test_cancelling_asks_once_takes_a_reason_and_frees_the_time(visitor: Visitor, path: str) -> None:
    page = visitor.open(path + "/cancel")
    sent = {**hidden_of(page), "reason": "I will book another day"}
    answer = visitor.client.post(target_of(page), data=sent)
    assert answer.status_code == 303
    assert (booking().state, booking().cancel_reason) == ("CANCELLED", "I will book another day")
    assert "このご予約はキャンセルされました" in visitor.open(answer.headers["Location"])
    assert not db.session.scalars(
        select(Message.id).where(Message.kind == "reminder_day_before", Message.state == "PLANNED")
    ).all()
    visitor.open("/book/trial/details?at=2026-11-26T01:15Z&trainer=mori")


def test_cancelling_twice_is_cancelling_once(visitor: Visitor, path: str) -> None:
    page = visitor.open(path + "/cancel")
    for _ in range(2):
        assert visitor.client.post(target_of(page), data={**hidden_of(page), "reason": ""}).status_code == 303
    cancelled = select(AuditLine.id).where(AuditLine.action == "booking.cancelled")
    assert len(db.session.scalars(cancelled).all()) == 1


def test_a_reason_of_ones_own_invention_is_refused(visitor: Visitor, path: str) -> None:
    page = visitor.open(path + "/cancel")
    answer = visitor.client.post(target_of(page), data={**hidden_of(page), "reason": "x\x00"})
    assert answer.status_code == 422
    assert booking().state == "BOOKED"


def test_a_refused_form_does_not_say_after_the_deadline_that_it_costs_nothing(
    visitor: Visitor, path: str
) -> None:
    page = visitor.open(path + "/cancel")
    just_before(visitor, 1)
    answer = visitor.client.post(target_of(page), data={**hidden_of(page), "reason": "x\x00"})
    assert (answer.status_code, answer.location) == (303, path)
    assert booking().state == "BOOKED"


@pytest.mark.parametrize(("hours", "may"), [(12.01, True), (11.99, False), (0.5, False)])
def test_the_deadline_decides_and_the_phone_number_stands_there(
    visitor: Visitor, path: str, hours: float, may: bool
) -> None:
    move, cancel = visitor.open(f"{path}/move?at={LATER}"), visitor.open(path + "/cancel")
    just_before(visitor, hours)
    page = visitor.open(path)
    assert ("日時を変更する" in page) is may
    assert (
        'href="tel:+81751234567"' in page.split("public-foot")[0].split("ご都合が変わったとき")[1]
    ) is not may
    if may:
        return
    before = everything()
    for stale in (move, cancel):
        answer = visitor.client.post(target_of(stale), data={**hidden_of(stale), "reason": ""})
        assert answer.status_code == 422
        assert "tel:+81751234567" in answer.get_data(as_text=True)
    assert everything() == before
    assert visitor.client.get(path + "/move").status_code == 302
    assert visitor.client.get(path + "/cancel").status_code == 302


def test_after_the_visit_the_page_offers_nothing_any_more(visitor: Visitor, path: str) -> None:
    just_before(visitor, -30)
    page = visitor.open(path)
    assert "日時は過ぎました" in page
    assert 'method="post" action="/manage' not in page


def test_the_page_speaks_the_language_of_its_person(visitor: Visitor, path: str) -> None:
    db.session.scalars(select(Person)).one().language = "en"
    db.session.commit()
    fresh = visitor.client.application.test_client()
    assert 'lang="en"' in fresh.get(path).get_data(as_text=True)
    assert "I am coming" in fresh.get(path).get_data(as_text=True)
    assert "予定どおり行きます" in fresh.get(path + "?lang=ja").get_data(as_text=True)


@pytest.mark.parametrize("part", ["", "/move", "/cancel"])
@pytest.mark.parametrize("token", ["x", "a" * 400, "WzEsMV0.abc.def", "花"])
def test_a_link_that_leads_nowhere_is_told_kindly(visitor: Visitor, token: str, part: str) -> None:
    answer = visitor.client.get(f"/manage/{token}{part}")
    assert answer.status_code == 404
    assert "075-123-4567" in answer.get_data(as_text=True)
    assert visitor.client.get(f"/book/done/{token}").status_code == 404


def test_a_withdrawn_link_shows_nothing_of_the_booking(visitor: Visitor, path: str) -> None:
    visitor.open("/book")
    guest().link_epoch += 1
    db.session.commit()
    for part, method in (("", "get"), ("/move", "get"), ("/confirmation", "post"), ("/cancel", "post")):
        answer = getattr(visitor.client, method)(path + part, **({"data": {}} if method == "post" else {}))
        assert answer.status_code == 404
        assert "11月26日" not in answer.get_data(as_text=True)
    assert booking().state == "BOOKED"


def test_a_link_for_another_purpose_does_not_open_a_booking(visitor: Visitor, path: str) -> None:
    token = links.sign("unsubscribe", guest().id, guest().link_epoch)
    assert visitor.client.get(f"/manage/{token}").status_code == 404


def test_a_cancelled_booking_says_so_on_the_page_of_before(visitor: Visitor, path: str) -> None:
    done = path.replace("/manage/", "/book/done/")
    assert "ご予約を承りました" in visitor.open(done)
    visitor.send(visitor.open(path + "/cancel"), reason="I would rather not say")
    answer = visitor.client.get(done, follow_redirects=True).text
    assert "キャンセル" in answer
    assert "ご予約を承りました" not in answer


def test_no_reason_is_chosen_beforehand_and_the_guest_may_keep_it(visitor: Visitor, path: str) -> None:
    page = visitor.open(path + "/cancel")
    assert "不在" not in page
    assert page.index("答えない") > page.index("I will book another day")
    assert 'value=""' in page


def test_what_to_bring_and_what_is_paid_follow_the_booking(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    assert "ご自身のウェア" in page
    assert "当日ジムで" in page
    one = guest()
    one.needs_wear, one.fee_received_at, one.fee_method = True, visitor.now, "CARD"
    db.session.commit()
    page = visitor.open(path)
    assert "ご自身のウェア" not in page
    assert "お支払い済み" in page
    assert "当日ジムで" not in page


def test_the_time_of_now_is_no_move_and_hours_nobody_works_were_not_taken(
    visitor: Visitor, path: str
) -> None:
    page = visitor.open(f"{path}/move?day=2026-11-26&trainer=mori")
    assert "at=2026-11-26T01:15Z" not in page.replace("%3A", ":")
    assert "at=2026-11-26T01:30Z" in page.replace("%3A", ":")
    night = visitor.open(f"{path}/move?at=2026-11-26T14:00Z&trainer=mori")
    assert "ご予約いただけません" in night
    assert "ご予約いただけません" not in visitor.open(f"{path}/move?at=2026-11-26T01:15Z&trainer=mori")
