"""The public page's action: who they are, which lead, what is said to them, and when nothing is written."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backoffice.bookings.models import Booking, Claim
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import SlotTaken, TooLate
from backoffice.bookings.schedule import add_special_day
from backoffice.bookings.visits import VisitRequest, book_visit
from backoffice.clients.actions import register
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, in_transaction
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.leads.models import Lead, Stage
from backoffice.leads.queries import lead as find_lead
from backoffice.messaging.models import Kind, Message
from backoffice.people.models import Person, PersonNote, Purpose
from backoffice.people.queries import consent
from backoffice.staff.trainers import set_weekly_hours
from backoffice.todos.models import Todo, TodoKind

from .conftest import Desk

VISITOR = Actor("visitor", None, "visitor")


def ask(desk: Desk, **wish: Any) -> VisitRequest:
    values: dict[str, Any] = {
        "studio": desk.studio, "service": desk.service("trial"), "starts_at": desk.at(16), "name": "高橋 花",
        "mail": "hana@test.example", "wording": "2026-11",
    }  # fmt: skip
    return VisitRequest(**{**values, **wish})


def visit(desk: Desk, **wish: Any) -> Booking:
    return book_visit(ask(desk, **wish), by=VISITOR, now=desk.now)


def lead_of(booking: Booking) -> Lead:
    assert booking.lead_id is not None
    return find_lead(booking.studio_id, booking.lead_id)


def rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_visitor_becomes_a_person_with_a_lead_and_a_booking(desk_book: Desk) -> None:
    booking = visit(
        desk_book, article="back-fat", utm={"utm_source": "column"}, enquiry="肩こりが気になります", follow_up=True,
        needs_wear=True, wear_size="M", shoe_cm="24.5", language="en",
    )  # fmt: skip
    lead, (guest,) = lead_of(booking), guests_of(booking.id)
    assert (lead.stage, lead.source, lead.article, lead.interest) == (
        Stage.TRIAL_BOOKED,
        "column",
        "back-fat",
        "trial",
    )
    assert lead.enquiry == "肩こりが気になります"
    assert (guest.needs_wear, guest.wear_size, guest.shoe_cm) == (True, "M", "24.5")
    assert (consent(guest.person_id, Purpose.TERMS), consent(guest.person_id, Purpose.FOLLOW_UP)) == (
        True,
        True,
    )
    confirmation = db.session.scalars(select(Message).where(Message.kind == Kind.BOOKING_CONFIRMED)).one()
    assert (confirmation.language, confirmation.send_at) == ("en", desk_book.now)


@pytest.mark.parametrize(
    ("utm_source", "article", "source"),
    [
        ("instagram", "", "instagram"),
        ("newsletter", "", "web"),
        ("", "", "web"),
        ("instagram", "waist", "column"),
    ],
)
def test_the_source_is_the_article_the_campaign_or_the_page(
    desk_book: Desk, utm_source: str, article: str, source: str
) -> None:
    booking = visit(desk_book, utm={"utm_source": utm_source} if utm_source else {}, article=article)
    assert lead_of(booking).source == source


def test_who_comes_back_is_recognised_and_the_open_lead_goes_on(desk_book: Desk) -> None:
    first = visit(desk_book, service=desk_book.service("counselling"), phone="090-1111-2222")
    second = visit(
        desk_book, mail="", phone="+81 90 1111 2222", starts_at=desk_book.at(18), enquiry="体験もしたい"
    )
    assert (rows(Person), rows(Lead), first.lead_id) == (1, 1, second.lead_id)
    assert lead_of(second).stage == Stage.TRIAL_BOOKED
    assert db.session.scalars(select(PersonNote)).one().body == "体験もしたい"


def test_no_tick_takes_no_earlier_yes_back(desk_book: Desk) -> None:
    first = visit(desk_book, follow_up=True)
    visit(desk_book, starts_at=desk_book.at(18))
    assert consent(guests_of(first.id)[0].person_id, Purpose.FOLLOW_UP) is True


def test_a_member_needs_no_lead(desk_book: Desk) -> None:
    person = desk_book.meet("会員 花", mail="member@test.example")
    register(person.id, joined_on=date(2026, 1, 1), main_trainer_id=None, by=desk_book.by, now=desk_book.now)
    booking = visit(desk_book, name="会員 花", mail="member@test.example")
    assert (booking.lead_id, rows(Lead)) == (None, 0)


def test_a_phone_alone_is_enough_and_the_desk_calls(desk_book: Desk) -> None:
    booking = visit(desk_book, name="", kana="タカハシ ハナ", mail="", phone="090-1111-2222")
    todo = db.session.scalars(select(Todo).where(Todo.kind == TodoKind.CALL_TO_CONFIRM)).one()
    assert (todo.booking_id, rows(Message)) == (booking.id, 0)


def test_anyone_takes_whoever_is_free(desk_book: Desk) -> None:
    first, second = visit(desk_book), visit(desk_book, name="別の 人", mail="other@test.example")
    assert {first.trainer_id, second.trainer_id} == {
        one.id for one in (desk_book.trainer("mori"), desk_book.trainer("okada"))
    }
    with pytest.raises(SlotTaken) as refused:
        visit(desk_book, name="三人 目", mail="third@test.example")
    assert len(refused.value.nearest) == 3


def test_a_woman_asked_for_is_a_woman(desk_book: Desk) -> None:
    assert visit(desk_book, wants_woman=True).trainer_id == desk_book.trainer("okada").id
    with pytest.raises(SlotTaken):
        visit(
            desk_book, wants_woman=True, trainer_id=desk_book.trainer("mori").id, starts_at=desk_book.at(18)
        )


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": "", "kana": ""}, "name"),
        ({"mail": "", "phone": ""}, "phone"),
        ({"phone": "090-12"}, "phone"),
        ({"mail": "not-an-address"}, "mail"),
        ({"needs_wear": True, "wear_size": "XXL"}, "wear_size"),
    ],
)
def test_wrong_input_is_refused_by_field_and_leaves_nothing(
    desk_book: Desk, wish: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        in_transaction(lambda: visit(desk_book, **wish))
    assert refused.value.field == field
    assert [rows(model) for model in (Person, Lead, Booking, Claim, Message)] == [0] * 5


def test_visitors_book_only_what_is_offered_to_them(desk_book: Desk) -> None:
    with pytest.raises(NotFound):
        visit(desk_book, service=desk_book.service("session"))
    with pytest.raises(TooLate):
        visit(desk_book, starts_at=desk_book.at(16) + timedelta(days=desk_book.studio.horizon_days + 1))
    for taken in (desk_book.at(16, 7), desk_book.at(8), desk_book.now):
        with pytest.raises(SlotTaken):
            visit(desk_book, starts_at=taken)


def test_at_half_past_midnight_in_kyoto_the_horizon_and_the_day_are_those_of_kyoto(desk_book: Desk) -> None:
    night = at_local(date(2026, 11, 25), time(0, 30), desk_book.studio.zone)
    last = date(2026, 11, 25) + timedelta(days=desk_book.studio.horizon_days)
    request = ask(desk_book, starts_at=desk_book.at(16, day=last))
    assert book_visit(request, by=VISITOR, now=night).starts_at == desk_book.at(16, day=last)
    with pytest.raises(TooLate):
        book_visit(
            replace(request, starts_at=desk_book.at(16, day=last + timedelta(days=1))), by=VISITOR, now=night
        )


def test_a_visit_at_half_past_eleven_at_night_is_of_that_day(desk_book: Desk) -> None:
    day = date(2026, 11, 27)
    who: dict[str, Any] = {"by": desk_book.by, "now": desk_book.now}
    add_special_day(desk_book.studio.id, day, opens_at=time(9), closes_at=time(23, 59), **who)
    set_weekly_hours(
        desk_book.trainer(), [(day.weekday(), time(20), time(23, 59), None, None)], valid_from=day, **who
    )
    service = desk_book.service("counselling")
    service.minutes, service.cleanup_minutes = 25, 0
    booking = visit(desk_book, service=service, starts_at=desk_book.at(23, 30, day))
    assert booking.ends_at == desk_book.at(23, 55, day)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.fixed_dictionaries(
        dict.fromkeys(("name", "kana", "phone", "mail", "enquiry", "article", "wear_size"), TEXT)
    ),
    starts_at=st.datetimes(),
)
def test_whatever_is_sent_is_booked_or_refused(
    desk_book: Desk, values: dict[str, str], starts_at: datetime
) -> None:
    for start in (starts_at, starts_at.replace(tzinfo=desk_book.now.tzinfo), desk_book.at(16)):
        before = rows(Booking)
        try:
            with db.session.begin_nested():
                visit(desk_book, starts_at=start, **values)
        except DomainError:
            assert rows(Booking) == before
