"""A visitor books: choosing, typing, refusals that keep what was typed, one booking per form."""

from datetime import UTC, datetime, time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from backoffice.bookings.models import Booking, Participant
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.submissions import Submission
from backoffice.leads.models import Lead
from backoffice.messaging.models import Message
from backoffice.people.models import Consent, Person
from backoffice.staff.models import Trainer
from backoffice.staff.trainers import set_weekly_hours
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from blueprints.support.limits import limiter
from tests.blueprints.bookings.visitor import TYPED, Visitor, hidden_of, links_of, offers_of, target_of
from tests.statements import statements

START = "2026-11-26T01:15Z"
FORM = f"/book/trial/details?at={START}"


@pytest.fixture
def visitor(gym: Studio, client: FlaskClient, at, now: datetime) -> Visitor:
    return Visitor(client, at, now)


def rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def nothing_written() -> bool:
    return not any(rows(model) for model in (Booking, Person, Lead, Message, Submission, Consent))


def only(model: type):
    return db.session.scalars(select(model)).one()


def trainer(slug: str) -> Trainer:
    return db.session.scalars(select(Trainer).where(Trainer.slug == slug)).one()


# Choosing


def test_both_services_are_offered_with_length_and_price(visitor: Visitor) -> None:
    page = visitor.open("/book")
    assert "無料カウンセリング" in page
    assert "体験トレーニング" in page
    assert "60分" in page
    assert "¥5,500" in page
    assert "パーソナルトレーニング" not in page


def test_a_service_not_meant_for_visitors_has_no_page(visitor: Visitor) -> None:
    assert visitor.client.get("/book/session").status_code == 404
    assert visitor.client.get("/book/%00").status_code == 404
    assert visitor.client.get("/book/session/details?at=" + START).status_code == 404


def test_the_first_free_day_is_open_and_each_time_leads_to_the_form(visitor: Visitor) -> None:
    page = visitor.open("/book/trial")
    first = links_of(page, "/details?")[0]
    assert parse_qs(urlsplit(first).query)["at"] == ["2026-11-24T06:15Z"]
    assert "11月24日(火) 15:15" in visitor.open(first)


def test_a_day_and_a_trainer_live_in_the_address(visitor: Visitor) -> None:
    page = visitor.open("/book/trial?day=2026-11-30&trainer=okada")
    assert "11月30日(月)" in page
    assert all("trainer=okada" in link for link in links_of(page, "/details?"))
    assert any("women=1" in link and "2026-11-30" in link for link in links_of(page, "/book/trial?"))


def test_later_dates_lead_up_to_the_horizon_and_not_past_it(visitor: Visitor) -> None:
    page, steps = visitor.open("/book/trial"), 0
    while forward := [link for link in links_of(page, "from=") if link > "/book/trial?from=2026-11-25"]:
        page, steps = visitor.open(max(forward)), steps + 1
        if len(links_of(page, "from=")) == 1 and steps > 1:
            break
    assert steps == 4
    assert "2027-01-23" in page
    assert "2027-01-24" not in page


@pytest.mark.parametrize(
    "day", ["0000-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "", "２０２６", "x" * 500]
)
def test_a_day_that_is_none_shows_the_first_free_one(visitor: Visitor, day: str) -> None:
    assert "11月24日(火)" in visitor.open(f"/book/trial?day={day}&from={day}")


@pytest.mark.parametrize(
    "start",
    [
        "0001-01-01T00:00Z",
        "9999-12-31T23:59Z",
        "",
        "2026-11-26",
        "２０２６-11-26T01:15Z~",
        "2026-11-26T01:07Z",
    ],
)
def test_a_time_that_is_none_leads_back_to_the_times(visitor: Visitor, start: str) -> None:
    answer = visitor.client.get(f"/book/trial/details?at={start}")
    assert answer.status_code == 302
    assert urlsplit(answer.headers["Location"]).path == "/book/trial"


def test_an_empty_day_names_the_next_free_one_and_the_phone(visitor: Visitor, now: datetime) -> None:
    studio = db.session.scalars(select(Studio)).one()
    studio.phone = "+81751234567"
    mondays = [(0, time(10), time(20), None, None)]
    for one in ("mori", "okada"):
        set_weekly_hours(trainer(one), mondays, valid_from=now.date(), by=SYSTEM, now=now)
    db.session.commit()
    page = visitor.open("/book/trial?day=2026-11-26")
    assert "この日は空きがありません" in page
    assert "次の空き：11月30日(月)" in page
    assert "075-123-4567" in page


def test_with_nobody_at_work_the_page_says_so_kindly(visitor: Visitor, now: datetime) -> None:
    for one in ("mori", "okada"):
        set_weekly_hours(trainer(one), [], valid_from=now.date(), by=SYSTEM, now=now)
    db.session.commit()
    assert "この日は空きがありません" in visitor.open("/book/trial")


def test_no_mail_is_promised_where_none_is_sent(visitor: Visitor, request: pytest.FixtureRequest) -> None:
    by_mail, on_screen = "確認のメールをお送りします", "ご予約はこの画面で確定しました"
    hint = "メールアドレスには、ご予約の確認"
    assert hint not in visitor.open(FORM)
    done = visitor.book()
    page = visitor.open(done)
    assert by_mail not in page
    assert on_screen in page
    assert "お電話します" not in page, "nobody was told to call"
    request.getfixturevalue("with_channels")
    assert hint in visitor.open(FORM)
    page = visitor.open(done)
    assert by_mail in page
    assert on_screen not in page


# Booking


def test_a_booking_stands_with_person_lead_consent_and_confirmation(visitor: Visitor) -> None:
    done = visitor.open(visitor.book(follow_up="y", wear="borrow", wear_size="M", shoe_cm="24"))
    assert "ご予約を承りました" in done
    assert "11月26日(木)" in done
    assert "10:15" in done
    assert "ウェア M" in done
    assert "シューズ 24 cm" in done
    assert links_of(done, "/manage/")
    booking, guest = only(Booking), only(Participant)
    assert booking.starts_at == datetime(2026, 11, 26, 1, 15, tzinfo=UTC)
    assert (booking.channel, booking.state, booking.is_named) == ("WEB", "BOOKED", False)
    assert (guest.needs_wear, guest.wear_size, guest.shoe_cm) == (True, "M", "24")
    assert only(Person).name == "山田 花子"
    assert only(Lead).stage == "TRIAL_BOOKED"
    consents = {one.purpose: (one.granted, one.wording) for one in db.session.scalars(select(Consent))}
    assert consents["TERMS"] == (True, "visit_terms:1")
    assert consents["FOLLOW_UP"] == (True, "visit_terms:1")
    assert "booking_confirmed" in set(db.session.scalars(select(Message.kind)))


def test_follow_up_is_no_unless_ticked(visitor: Visitor) -> None:
    visitor.book()
    answers = db.session.scalars(select(Consent).where(Consent.purpose == "FOLLOW_UP", Consent.granted)).all()
    assert not answers


def test_a_phone_alone_is_confirmed_on_the_screen_and_the_desk_calls(visitor: Visitor) -> None:
    done = visitor.open(visitor.book(mail=""))
    assert "この画面で確定しました" in done
    assert rows(Message) == 0
    assert db.session.scalars(select(Todo.kind).where(Todo.kind == TodoKind.CALL_TO_CONFIRM)).one()


def test_kana_alone_and_full_width_digits_are_enough(visitor: Visitor) -> None:
    visitor.book(name="", kana="やまだ はなこ", phone="０９０−１２３４−５６７８", mail="")
    person = only(Person)
    assert (person.name, person.kana) == ("", "やまだ はなこ")


def test_a_named_trainer_is_kept_as_named(visitor: Visitor) -> None:
    visitor.book(FORM + "&trainer=okada")
    assert only(Booking).trainer_id == trainer("okada").id
    assert only(Booking).is_named


def test_who_asks_for_a_woman_gets_one(visitor: Visitor) -> None:
    visitor.book(FORM + "&women=1")
    booking = only(Booking)
    assert (booking.trainer_id, booking.wants_woman, booking.is_named) == (trainer("okada").id, True, False)


def test_anyone_fills_both_trainers_before_a_time_is_taken(visitor: Visitor) -> None:
    visitor.book()
    visitor.book(name="佐藤 一郎", phone="080-1111-2222", mail="ichiro@example.jp")
    assert len(set(db.session.scalars(select(Booking.trainer_id)))) == 2


def test_counselling_asks_for_no_wear(visitor: Visitor) -> None:
    form = visitor.open(f"/book/counselling/details?at={START}")
    assert 'name="wear"' not in form
    visitor.send(form)
    assert only(Lead).stage == "COUNSELLING_BOOKED"


def test_the_article_and_campaign_are_kept_from_the_first_page_to_the_lead(visitor: Visitor) -> None:
    visitor.open("/book?article=back-fat&utm_source=column&utm_campaign=autumn&trainer=mori")
    visitor.open("/book/terms")
    visitor.open("/book/trial?article=other")
    visitor.book()
    lead = only(Lead)
    assert lead.article == "back-fat"
    assert lead.utm == {"utm_source": "column", "utm_campaign": "autumn", "landing": "/book"}
    assert lead.source == "column"


def test_the_next_booking_of_the_same_browser_has_its_own_beginning(visitor: Visitor) -> None:
    visitor.book("/book/trial/details?article=back-fat&at=" + START)
    visitor.book(
        "/book/counselling/details?at=2026-11-27T01:15Z", name="佐藤 一郎", phone="080-1111-2222", mail=""
    )
    assert sorted(db.session.scalars(select(Lead.article))) == ["", "back-fat"]


def test_an_english_visitor_is_served_in_english_to_the_end(visitor: Visitor) -> None:
    page = visitor.open("/book?lang=en")
    assert 'lang="en"' in page
    assert "Trial session" in page
    done = visitor.open(visitor.book(name="Emma Brown", mail="emma@example.com"))
    assert "Your booking is confirmed" in done
    assert only(Person).language == "en"


# Refusals


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"kana": "yamada"}, "kana"),
        ({"phone": "", "mail": ""}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"mail": "hanako"}, "mail"),
        ({"consent": ""}, "consent"),
        ({"wear": "borrow"}, "wear_size"),
        ({"wear": "borrow", "wear_size": "XXXXL"}, "wear_size"),
        ({"wear": "nothing"}, "wear"),
        ({"name": "a" * 61}, "name"),
        ({"enquiry": "あ" * 1001}, "enquiry"),
        ({"name": "花\x00子"}, "name"),
        ({"enquiry": "bell\x07"}, "enquiry"),
    ],
)
def test_bad_input_is_told_next_to_its_field_and_writes_nothing(
    visitor: Visitor, changes: dict[str, str], field: str
) -> None:
    answer = visitor.send(visitor.open(FORM), **{"enquiry": "肩こりが気になります", **changes})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    if "enquiry" not in changes:
        assert "肩こりが気になります" in page
    assert nothing_written()


NASTY = {
    "NUL": b"\x00",
    "lone surrogate": "\ud800".encode("utf-8", "surrogatepass"),
    "broken UTF-8": b"\xff\xfe",
    "full-width digits": "９".encode() * 40,
    "endless digits": b"9" * 5000,
    "year 0": b"0000-01-01T00:00Z",
    "year 9999": b"9999-12-31T23:59Z",
    "quotes": b"'; --<script>",
    "formats": b"%s %(name)s {} {{ 1 }}",
    "right to left": "\u202e花".encode(),
    "beyond the plane": "𠮷".encode() * 30,
}


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize(
    "name", ["name", "kana", "phone", "mail", "enquiry", "form_token", "shown", "vouched", "other", "wear"]
)
def test_nothing_that_can_be_sent_breaks_the_page(visitor: Visitor, name: str, nasty: bytes) -> None:
    page = visitor.open(FORM)
    visitor.wait(20)
    body = {key: text.encode() for key, text in {**TYPED, **hidden_of(page)}.items()}
    body |= {"csrf_token": visitor.client.csrf.encode(), name: nasty}
    answer = visitor.client.post(
        target_of(page), data=urlencode(body), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in {302, 303, 409, 422}
    if answer.status_code != 303:
        assert nothing_written()


def test_a_huge_body_is_refused(visitor: Visitor) -> None:
    answer = visitor.send(visitor.open(FORM), enquiry="x" * 10_000_000)
    assert answer.status_code == 413
    assert nothing_written()


def test_a_missing_field_is_no_crash(visitor: Visitor) -> None:
    page = visitor.open(FORM)
    assert visitor.client.post(target_of(page), data={}).status_code == 422
    assert nothing_written()


def test_a_taken_time_offers_three_others_that_keep_everything_typed(visitor: Visitor) -> None:
    late = visitor.open(FORM + "&trainer=mori")
    visitor.book(FORM + "&trainer=mori", name="佐藤 一郎", phone="080-1111-2222", mail="ichiro@example.jp")
    answer = visitor.send(late, enquiry="肩こりが気になります", wear="borrow", wear_size="L")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "ほかの方のご予約が入りました" in page
    assert "佐藤" not in page
    assert "肩こりが気になります" in page
    assert rows(Booking) == 1
    offers = offers_of(page)
    assert len(offers) == 3
    typed = {"enquiry": "肩こりが気になります", "wear": "borrow", "wear_size": "L", "other": offers[0]}
    assert visitor.send(page, after=0, **typed).status_code == 303
    mine = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
    assert mine is not None
    assert f"{mine.starts_at:%Y-%m-%dT%H:%MZ}" == offers[0].partition("~")[0]


def test_a_time_that_came_too_near_while_typing_is_refused_politely(visitor: Visitor) -> None:
    page = visitor.open("/book/trial/details?at=2026-11-24T06:15Z")
    answer = visitor.send(page, after=3600)
    assert answer.status_code in {409, 422}
    assert offers_of(answer.get_data(as_text=True))
    assert "data-error-summary" in answer.get_data(as_text=True)
    assert rows(Booking) == 0


def test_the_form_of_a_taken_time_leads_to_the_free_ones(visitor: Visitor) -> None:
    visitor.book(FORM + "&trainer=mori")
    answer = visitor.client.get(FORM + "&trainer=mori")
    assert answer.status_code == 302
    assert "10:15は、ほかの方のご予約が入りました" in visitor.open(answer.headers["Location"])


# One form, one booking; people and machines


def test_a_double_click_is_one_booking_and_both_see_it(visitor: Visitor) -> None:
    page = visitor.open(FORM)
    first, second = visitor.send(page), visitor.send(page)
    assert first.headers["Location"] == second.headers["Location"]
    assert rows(Booking) == rows(Person) == rows(Lead) == 1


def test_a_filled_trap_asks_once_more_and_then_books(visitor: Visitor) -> None:
    answer = visitor.send(visitor.open(FORM), website="http://spam.example", enquiry="聞きたいこと")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "人による操作かどうか" in page
    assert nothing_written()
    again = visitor.client.post(target_of(page), data=hidden_of(page))
    assert again.status_code == 303
    assert only(Lead).enquiry == "聞きたいこと"


def test_too_fast_asks_once_more_too(visitor: Visitor) -> None:
    answer = visitor.send(visitor.open(FORM), after=1)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert nothing_written()
    assert visitor.client.post(target_of(page), data=hidden_of(page)).status_code == 303


def test_a_forged_stamp_or_somebody_elses_word_does_not_pass(visitor: Visitor) -> None:
    page = visitor.open(FORM)
    vouched = hidden_of(visitor.send(page, after=0).get_data(as_text=True))["vouched"]
    for forged in (
        {"shown": ""},
        {"shown": "x" * 400},
        {"website": "x", "form_token": "t" * 24, "vouched": vouched},
    ):
        assert visitor.send(page, **forged).status_code == 422
    assert nothing_written()


def test_many_sends_from_one_address_get_the_phone_number_and_lose_nothing(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = db.session.scalars(select(Studio)).one()
    studio.phone = "+81751234567"
    db.session.commit()
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    page = visitor.open(FORM)
    answers = [visitor.send(page, name="", enquiry="聞きたいこと") for _ in range(13)]
    limiter.reset()
    assert [answer.status_code for answer in answers] == [422] * 12 + [429]
    text = answers[-1].get_data(as_text=True)
    assert "075-123-4567" in text
    assert hidden_of(text)["enquiry"] == "聞きたいこと"
    monkeypatch.setattr(limiter, "enabled", False)
    kept = {**hidden_of(text), "name": "山田 花子"}
    assert visitor.client.post(target_of(text), data=kept).status_code == 303


def test_a_form_whose_cookie_is_gone_comes_back_with_everything_typed(visitor: Visitor) -> None:
    page = visitor.open(FORM)
    visitor.client.delete_cookie("backoffice", domain="localhost")
    visitor.client.csrf = "stale"
    visitor.wait(20)
    sent = {**TYPED, **hidden_of(page), "enquiry": "聞きたいこと"}
    answer = visitor.client.post(target_of(page), data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert nothing_written()
    assert hidden_of(text)["enquiry"] == "聞きたいこと"
    assert visitor.client.post(target_of(text), data=hidden_of(text)).status_code == 303


def test_a_form_sent_by_another_site_is_not_handed_on(visitor: Visitor) -> None:
    answer = visitor.client.post(
        FORM, data={**TYPED, "csrf_token": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 400
    assert "山田" not in answer.get_data(as_text=True)


def test_the_pages_ask_the_database_as_often_on_a_full_day_as_on_an_empty_one(visitor: Visitor) -> None:
    visitor.open("/book/trial")
    with statements() as before:
        visitor.open("/book/trial?day=2026-11-26")
    for number, start in enumerate(("01:15", "02:45", "06:15", "07:45")):
        path = f"/book/trial/details?at=2026-11-26T{start}Z&trainer=mori"
        visitor.book(path, phone=f"080-1111-200{number}", name=f"客{number}", mail="")
    with statements() as own:
        visitor.open("/book/trial?day=2026-11-26")
    assert len(own) == len(before) <= 12, "however many were booked in this browser"
