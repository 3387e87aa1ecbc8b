"""The pages of memberships: the desk freezes and ends them by the rules, a manager earlier; trainers only look."""

from collections.abc import Callable
from datetime import date, datetime, time

import pytest

from backoffice.billing.actions import Line, charge, pay
from backoffice.billing.models import LineKind, PaymentKind
from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.core.submissions import new_token
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.models import Freeze, Leaving, Membership, Plan
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import adjust
from backoffice.tickets.queries import lots_of
from tests.pages import PageClient


@pytest.fixture
def member(gym: Studio, by: Actor, now: datetime) -> Person:
    """Somebody with a monthly plan."""
    with transaction():
        person = create_person(name="北川 澄", phones=["090-1234-0001"], by=SYSTEM, now=now)
        plan = db.session.query(Plan).filter_by(is_monthly=True).order_by(Plan.id).first()
        terms = Joining(plan.id, date(2026, 11, 1), trainers(gym.id)[0].id)
        join(person, terms, studio_id=gym.id, lead=None, by=by, now=now)
    return person


@pytest.fixture
def address(member: Person) -> str:
    """The page."""
    return f"/people/{member.id}/membership"


def test_the_desk_freezes_by_the_rule_and_once(
    member: Person, address: str, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    membership = db.session.query(Membership).one()
    form = desk.open(f"{address}/{membership.id}/freeze")
    assert 'value="2027-01-01"' in form.text
    assert "waiver" not in form.text
    early = {"starts_on": "2026-12-01", "fee_yen": "3300", "waiver": "急ぎ", "form_token": new_token()}
    refused = desk.post(f"{address}/{membership.id}/freeze", data=early)
    assert refused.status_code == 422
    assert "2027年1月1日(金)以降" in refused.text, "a day is written as on the page"
    typed = {"starts_on": "2027-01-01", "ends_on": "2027-01-31", "fee_yen": "3300", "form_token": new_token()}
    for _ in range(2):
        assert desk.post(f"{address}/{membership.id}/freeze", data=typed).status_code == 303
    row = db.session.query(Freeze).one()
    assert (row.fee_yen, row.waiver) == (3_300, None)
    assert "2027年1月31日" in desk.open(address).text
    assert "2027年1月31日" in desk.open(f"/people/{member.id}").text
    changed = desk.post(f"{address}/freezes/{row.id}", data={"ends_on": "2027-02-28", "version": "1"})
    assert changed.status_code == 303
    stale = desk.post(f"{address}/freezes/{row.id}", data={"ends_on": "2027-03-31", "version": "1"})
    assert stale.status_code == 409
    assert desk.post(f"{address}/freezes/{row.id}/removal", data={}).status_code == 303


def test_a_manager_may_begin_earlier_with_a_reason(
    member: Person, address: str, sign_in: Callable[..., PageClient]
) -> None:
    manager = sign_in(Role.MANAGER)
    membership = db.session.query(Membership).one()
    assert "waiver" in manager.open(f"{address}/{membership.id}/freeze").text
    typed = {"starts_on": "2026-12-01", "fee_yen": "0", "waiver": "店長了承", "form_token": new_token()}
    assert manager.post(f"{address}/{membership.id}/freeze", data=typed).status_code == 303
    assert db.session.query(Freeze).one().waiver == "店長了承"


def test_leaving_and_staying_after_all(
    member: Person, address: str, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert 'value="2026-12-31"' in desk.open(f"{address}/leaving").text
    typed = {"left_on": "2026-12-31", "reason": "MOVING", "note": "転勤", "form_token": new_token()}
    for _ in range(2):
        assert desk.post(f"{address}/leaving", data=typed).status_code == 303
    assert db.session.query(Leaving).count() == 1
    assert db.session.query(Client).one().left_on == date(2026, 12, 31)
    assert "12月31日(木)" in desk.open(address).text
    assert "12月31日(木)" in desk.open(f"/people/{member.id}").text, "where everybody looks first"
    assert desk.post(f"{address}/leaving/removal", data={}).status_code == 303
    assert "12月31日(木)" not in desk.open(f"/people/{member.id}").text
    assert desk.post(f"{address}/leaving/removal", data={}).status_code == 404


def test_a_booking_after_the_last_day_is_decided_on_the_page(
    gym: Studio, member: Person, address: str, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    with transaction():
        booking = book(
            studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=trainers(gym.id)[0].id,
            starts_at=at_local(date(2027, 1, 5), time(10), gym.zone), participants=[Guest(member)],
            channel=BookingChannel.DESK, by=SYSTEM, now=now,
        )  # fmt: skip
    desk = sign_in(Role.FRONT_DESK)
    desk.open(address)
    typed = {"left_on": "2026-12-31", "reason": "MOVING", "form_token": new_token()}
    desk.post(f"{address}/leaving", data=typed)
    assert f"{address}#undecided" in desk.open("/today").text
    decide = f"{address}/bookings/{booking.id}/decision"
    assert desk.post(decide, data={"decision": "DELETE"}).status_code == 422
    assert desk.post(decide, data={"decision": "BY_GYM", "version": "1"}).status_code == 303
    assert db.session.get_one(Booking, booking.id).state == "CANCELLED_BY_GYM"
    assert desk.post(decide, data={"decision": "KEEP"}).status_code == 404
    assert "#undecided" not in desk.open("/today").text


def test_another_plan_and_back(member: Person, address: str, sign_in: Callable[..., PageClient]) -> None:
    desk = sign_in(Role.FRONT_DESK)
    membership = db.session.query(Membership).one()
    other = db.session.query(Plan).filter(Plan.is_monthly, Plan.id != membership.plan_id).one()
    page = desk.open(f"{address}/{membership.id}/change")
    assert "12月1日(火)" in page.text
    assert page.text.count('name="plan_id"') == 1, "packs are not offered"
    typed = {"plan_id": other.id, "form_token": new_token()}
    for _ in range(2):
        assert desk.post(f"{address}/{membership.id}/change", data=typed).status_code == 303
    new = db.session.query(Membership).filter_by(plan_id=other.id).one()
    assert desk.post(f"{address}/{new.id}/change/removal", data={}).status_code == 303
    assert db.session.query(Membership).one().ends_on is None


def test_a_pack_says_what_is_left_of_it(
    gym: Studio, by: Actor, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    with transaction():
        person = create_person(name="北川 澄", phones=["090-1234-0001"], by=SYSTEM, now=now)
        plan = db.session.query(Plan).filter_by(is_monthly=False).order_by(Plan.id).first()
        terms = Joining(plan.id, date(2026, 11, 1), trainers(gym.id)[0].id)
        join(person, terms, studio_id=gym.id, lead=None, by=by, now=now)
    address, desk = f"/people/{person.id}/membership", sign_in(Role.FRONT_DESK)
    page = desk.open(address).text
    assert "残り16回" in page
    assert "/freeze" in page
    with transaction():
        adjust(lots_of(person.id)[0].grant.id, -16, note="移行", by=by, now=now)
    page = desk.open(address).text
    assert "使い切り" in page
    assert "/freeze" not in page, "nothing is left that could rest"


def test_another_persons_freeze_is_not_found(
    gym: Studio, member: Person, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    with transaction():
        other = create_person(name="別人", by=SYSTEM, now=now)
    desk = sign_in(Role.FRONT_DESK)
    membership = db.session.query(Membership).one()
    assert desk.get(f"/people/{other.id}/membership/{membership.id}/freeze").status_code == 404
    assert desk.get(f"/people/{other.id}/membership/leaving").status_code == 404


def test_plans_are_set_up_by_managers(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    assert "要確認" not in manager.open("/settings/plans").text
    typed = {
        "name_ja": "回数券 30回", "name_en": "Pack of 30", "is_monthly": "", "sessions": "30", "price_yen": "270000",
        "tax_rate": "10", "deposit_yen": "0", "trial_credit_days": "7", "valid_months": "12", "carries_months": "0",
        "position": "0", "form_token": new_token(),
    }  # fmt: skip
    for _ in range(2):
        assert manager.post("/settings/plans/new", data=typed).status_code == 303
    plan = db.session.query(Plan).filter_by(sessions=30).one()
    assert "要確認" in manager.open("/settings/plans").text
    changed = typed | {"price_yen": "280000", "version": "1"}
    assert manager.post(f"/settings/plans/{plan.id}", data=changed).status_code == 303
    assert manager.post(f"/settings/plans/{plan.id}", data=changed | {"sessions": "0"}).status_code == 422
    assert manager.post(f"/settings/plans/{plan.id}/archive", data={}).status_code == 303
    assert manager.post(f"/settings/plans/{plan.id}/restore", data={}).status_code == 303
    assert manager.open(f"/settings/plans/{plan.id}").status_code == 200
    assert db.session.get_one(Plan, plan.id).price_yen == 280_000


def test_the_leaving_statement_on_screen_and_on_paper(
    gym: Studio, member: Person, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    membership = db.session.query(Membership).one()
    with transaction():
        month = Line(
            LineKind.MONTH, "月会費", "Month", 39_600, membership_id=membership.id, month_on=date(2026, 12, 1)
        )
        free = Line(
            LineKind.FREEZE, "休会費", "Freeze", 0, membership_id=membership.id, month_on=date(2026, 11, 1)
        )
        off = Line(LineKind.DISCOUNT, "紹介割引", "Friend", -1_000)
        joining = Line(LineKind.JOINING, "入会金", "Joining fee", 1_000)
        lines = [month, free, off, joining]
        invoice = charge(member.id, lines, studio_id=gym.id, due_on=now.date(), by=SYSTEM, now=now)
        pay(invoice, PaymentKind.CASH, 39_600, received_on=now.date(), by=SYSTEM, now=now)
    desk = sign_in(Role.FRONT_DESK)
    page = desk.open(f"/people/{member.id}/leaving-statement").text
    assert "返金額" in page
    for said in ("まだ始まっていない月", "始まった月は全額", ">割引<", "全額"):
        assert said in page
    assert (
        "まだ始まっていない月" not in desk.open(f"/people/{member.id}/leaving-statement?on=2026-12-01").text
    )
    assert "¥39,600" in desk.open(f"/people/{member.id}/leaving-statement?on=2026-11-30").text
    paper = desk.get(f"/people/{member.id}/leaving-statement/pdf?on=2026-12-31")
    assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert sign_in(Role.TRAINER).get(f"/people/{member.id}/leaving-statement").status_code == 403
