"""What cancelling costs is read before it is done: by the desk for every guest, by a guest for the own visit only."""

import re
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient

from backoffice.billing.queries import settings_of
from backoffice.bookings.queries import guests_of, manage_path
from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Service, Studio
from backoffice.studio.queries import service_by_slug, the_studio
from backoffice.tickets.actions import Given, grant
from tests.blueprints.bookings.front_desk import TODAY, guest, signed_in_trainer, visit
from tests.pages import PageClient

NEXT_WEEK = date(2026, 12, 1)


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


@pytest.fixture
def with_fee(gym: Studio) -> Studio:
    """A gym that asks 3,300 yen for a late cancel."""
    with transaction():
        settings_of(gym.id).late_cancel_yen = 3_300
        gym.forgives_first_late_cancel = False
    return gym


def give(gym: Studio, person: Person, by: Actor, now: datetime) -> None:
    with transaction():
        given = Given(2, "回数券", "Pack", 9_900, TODAY, date(2027, 5, 1))
        grant(person.id, given, studio_id=gym.id, by=by, now=now)


def said(page: str) -> dict[str, str]:
    """By whom it is called off, and what that does."""
    form = page[page.index('id="cancel"') :]
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", form, re.S)
    return {who: re.sub(r"<[^>]+>", "|", text) for who, text in pairs}


def test_the_desk_reads_what_it_costs_by_whom(
    with_fee: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one, two = guest(now=now), guest("鈴木 一", "080-1111-2222", now=now)
    give(with_fee, one, by, now)
    tonight = visit(with_fee, one, "18:00", now=now, slug="session", and_=two)
    price = said(at_desk.open(f"/bookings/{tonight.id}").text)
    assert "山田 花子 様：直前キャンセルです。1回分を消化します。" in price["お客様"]
    assert "鈴木 一 様：直前キャンセルです。 キャンセル料 ¥3,300がかかります。" in price["お客様"]
    assert "山田 花子 様：1回分が戻ります。料金はかかりません。" in price["ジム"]
    assert "鈴木 一 様：料金はかかりません。" in price["ジム"]
    later = visit(with_fee, one, "18:00", now=now, day=NEXT_WEEK, slug="session")
    assert said(at_desk.open(f"/bookings/{later.id}").text)["お客様"] == "|期限内です。1回分が戻ります。|"


def test_the_first_of_a_month_is_told_apart(
    gym: Studio, at_desk: PageClient, by: Actor, now: datetime
) -> None:
    one = guest(now=now)
    give(gym, one, by, now)
    tonight = visit(gym, one, "18:00", now=now, slug="session")
    price = said(at_desk.open(f"/bookings/{tonight.id}").text)
    assert "その月の1回目のため1回分が戻ります" in price["お客様"]


def test_who_only_looks_sees_no_form(gym: Studio, sign_in: object, by: Actor, now: datetime) -> None:
    tonight = visit(gym, guest(now=now), "18:00", now=now, slug="session")
    trainer = signed_in_trainer(gym, sign_in)
    page = trainer.open(f"/bookings/{tonight.id}").text
    assert "山田 花子" in page
    assert 'id="cancel"' not in page
    assert "直前キャンセルです" not in page


def test_a_manager_may_cancel_as_the_desk_does(
    gym: Studio, sign_in: object, by: Actor, now: datetime
) -> None:
    tonight = visit(gym, guest(now=now), "18:00", now=now)
    manager = sign_in(Role.MANAGER)  # type: ignore[operator]
    assert "直前キャンセルです" in said(manager.open(f"/bookings/{tonight.id}").text)["お客様"]


def test_a_guest_reads_of_the_own_ticket_only(
    with_fee: Studio, client: FlaskClient, by: Actor, now: datetime
) -> None:
    one, two = guest(now=now), guest("鈴木 一", "080-1111-2222", now=now)
    give(with_fee, two, by, now)
    booking = visit(with_fee, one, "18:00", now=now, day=NEXT_WEEK, slug="session", and_=two)
    pages = {
        seat.person_id: client.get(f"{manage_path(seat)}/cancel?lang=ja").get_data(as_text=True)
        for seat in guests_of(booking.id)
    }
    assert "1回分はお戻しします" in pages[two.id]
    assert "1回分" not in pages[one.id]
    assert "料金はかかりません" in pages[one.id]
    assert "鈴木" not in pages[one.id]
    assert "山田" not in pages[two.id]
    english = client.get(f"{manage_path(guests_of(booking.id)[1])}/cancel?lang=en").get_data(as_text=True)
    assert "Cancelling now costs nothing; your ticket for this visit comes back." in english


@pytest.fixture
def care(with_fee: Studio) -> Service:
    """A service visitors book that costs something when it is missed."""
    with transaction():
        settings_of(with_fee.id).no_show_yen = 5_500
        found = service_by_slug(with_fee.id, "care")
        found.is_public, found.uses_tickets, found.cancel_until_hours = True, False, 24
    return found


def test_a_visitor_reads_what_cancelling_costs_before_booking_and_on_the_own_page(
    care: Service, client: FlaskClient, now: datetime
) -> None:
    free = "12月1日(火) 10:00までのキャンセルは無料です。それ以降は ¥3,300のキャンセル料がかかります。"
    missed = "ご連絡のないキャンセルには ¥5,500のキャンセル料がかかります。"
    form = client.get(f"/book/{care.slug}/details?at=2026-12-02T01:00Z").get_data(as_text=True)
    booked = visit(the_studio(), guest(now=now), "10:00", now=now, slug=care.slug, day=date(2026, 12, 2))
    mine = client.get(manage_path(guests_of(booked.id)[0])).get_data(as_text=True)
    for page in (form, mine):
        assert free in page
        assert missed in page


def test_a_visit_within_the_deadline_says_that_cancelling_costs(
    care: Service, client: FlaskClient, now: datetime
) -> None:
    booked = visit(the_studio(), guest(now=now), "18:00", now=now, slug=care.slug)
    page = client.get(manage_path(guests_of(booked.id)[0])).get_data(as_text=True)
    assert "直前のご予約のため、キャンセルには ¥3,300のキャンセル料がかかります。" in page
    assert "無料" not in page


@pytest.mark.parametrize(("slug", "start"), [("trial", "2026-11-26T01:15Z"), ("care", "2026-12-02T01:00Z")])
def test_where_nothing_costs_nothing_is_said(
    care: Service, client: FlaskClient, now: datetime, slug: str, start: str
) -> None:
    with transaction():
        if slug == "care":
            own = settings_of(care.studio_id)
            own.late_cancel_yen = own.no_show_yen = 0
    page = client.get(f"/book/{slug}/details?at={start}").get_data(as_text=True)
    assert "<form" in page
    assert "キャンセル料" not in page
