"""Fees of visits: the books say what the day of the visit says, by rows of their own, however often they are asked."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from backoffice.billing.actions import credit, pay, refund
from backoffice.billing.models import BillingSettings, CreditWhy, Invoice, InvoiceLine, Payment, PaymentKind
from backoffice.billing.queries import items_of, payments_of
from backoffice.billing.standing_fees import VisitFee, trial_fee
from backoffice.billing.visit_fees import follow_fee, follow_fees
from backoffice.bookings import attendance
from backoffice.bookings.attendance import FeeMethod
from backoffice.bookings.models import Booking, Participant
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug


@pytest.fixture
def visit(gym: Studio, guest: Person, now: datetime) -> Participant:
    """The guest's trial of an hour ago, for 5,500 yen, not marked yet."""
    return a_visit(gym, guest, now - timedelta(hours=1))


@pytest.fixture
def paid(visit: Participant, by: Actor, now: datetime) -> Participant:
    """The same, attended and paid in cash, and in the books."""
    attendance.attend(visit, by=by, now=now)
    attendance.receive_fee(visit, FeeMethod.CASH, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    return visit


def a_visit(gym: Studio, person: Person, at: datetime, slug: str = "trial") -> Participant:
    booking = Booking(
        studio_id=gym.id, service_id=service_by_slug(gym.id, slug).id, trainer_id=trainers(gym.id)[0].id,
        state="BOOKED", starts_at=at, ends_at=at + timedelta(hours=1), channel="WEB", created_at=at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    row = Participant(booking_id=booking.id, person_id=person.id, fee_yen=5_500)
    db.session.add(row)
    db.session.flush()
    return row


def state(gym: Studio, person: Person) -> tuple[int, int, int]:
    """Yen asked for, paid and open."""
    found = items_of(person.id, gym.id)
    return (
        sum(item.due_yen for item in found), sum(item.paid_yen for item in found), sum(item.open_yen for item in found)
    )  # fmt: skip


def test_attended_is_open_and_received_is_paid(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime
) -> None:
    attendance.attend(visit, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    assert state(gym, guest) == (5_500, 0, 5_500)
    assert db.session.query(InvoiceLine).one().kind == "TRIAL"
    assert trial_fee(guest.id) == VisitFee(5_500, 0)
    attendance.receive_fee(visit, FeeMethod.PAYPAY, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    payment = db.session.query(Payment).one()
    assert (payment.kind, payment.amount_yen, payment.source) == ("PAYPAY", 5_500, f"fee:{visit.id}:1")
    assert state(gym, guest) == (5_500, 5_500, 0)
    assert trial_fee(guest.id) == VisitFee(5_500, 5_500)
    assert follow_fee(visit, by=by, now=now) + follow_fees(gym, by=by, now=now) == 0


def test_taken_back_by_rows_and_received_again(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime
) -> None:
    attendance.attend(visit, by=by, now=now)
    for method in (FeeMethod.CASH, FeeMethod.CARD):  # the second corrects the first
        attendance.receive_fee(visit, method, by=by, now=now)
        follow_fee(visit, by=by, now=now)
    rows = [(row.kind, row.amount_yen) for row in db.session.query(Payment).order_by(Payment.id)]
    assert rows == [("CASH", 5_500), ("CASH", -5_500), ("CARD", 5_500)]
    attendance.undo_fee(visit, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    assert state(gym, guest) == (5_500, 0, 5_500)
    attendance.undo_attend(visit, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    assert state(gym, guest) == (0, 0, 0)


def test_another_amount(gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime) -> None:
    attendance.attend(visit, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    attendance.receive_fee(visit, FeeMethod.CASH, amount_yen=3_000, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    assert state(gym, guest) == (3_000, 3_000, 0)


def test_what_the_account_took_is_not_taken_twice(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime
) -> None:
    attendance.attend(visit, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    pay(db.session.query(Invoice).one(), PaymentKind.CASH, 5_500, received_on=now.date(), by=by, now=now)
    attendance.receive_fee(visit, FeeMethod.CASH, by=by, now=now)
    assert follow_fee(visit, by=by, now=now) == 0
    assert state(gym, guest) == (5_500, 5_500, 0)


@pytest.mark.parametrize("minutes", [-1, 1])
def test_what_was_paid_in_part_in_the_account_is_completed_once(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime, minutes: int
) -> None:
    attendance.attend(visit, by=by, now=now)
    follow_fee(visit, by=by, now=now)
    attendance.receive_fee(visit, FeeMethod.CASH, by=by, now=now)
    paid_at = now + timedelta(minutes=minutes)
    pay(db.session.query(Invoice).one(), PaymentKind.CARD, 2_500, received_on=now.date(), by=by, now=paid_at)
    assert follow_fee(visit, by=by, now=now) == 1
    assert follow_fee(visit, by=by, now=now) + follow_fees(gym, by=by, now=now) == 0
    rows = [(row.kind, row.amount_yen) for row in db.session.query(Payment).order_by(Payment.id)]
    assert rows == [("CARD", 2_500), ("CASH", 3_000)]


@pytest.mark.parametrize("yen", [5_500, 2_000])
def test_what_went_back_in_the_account_is_not_taken_again_until_it_is_marked_again(
    gym: Studio, guest: Person, paid: Participant, by: Actor, now: datetime, yen: int
) -> None:
    later = now + timedelta(minutes=5)
    refund(
        db.session.query(Payment).one(), PaymentKind.CASH, yen, reason="ご要望により返金", received_on=now.date(),
        by=by, now=later,
    )  # fmt: skip
    assert follow_fees(gym, by=by, now=later) + follow_fee(paid, by=by, now=later) == 0
    assert state(gym, guest) == (5_500, 5_500 - yen, yen)
    later += timedelta(minutes=5)
    attendance.receive_fee(paid, FeeMethod.CASH, by=by, now=later)
    assert follow_fee(paid, by=by, now=later) == 1
    assert state(gym, guest) == (5_500, 5_500, 0)
    assert follow_fees(gym, by=by, now=later) == 0


def test_what_was_waived_after_it_came_is_owed_until_somebody_pays_it_back(
    gym: Studio, guest: Person, paid: Participant, by: Actor, now: datetime
) -> None:
    charged = db.session.query(Invoice).one()
    credit(charged.id, why=CreditWhy.WAIVED, reason="お詫び", by=by, now=now)
    assert follow_fees(gym, by=by, now=now) == 0
    assert state(gym, guest) == (0, 5_500, -5_500)


def test_money_of_another_visit_that_went_back_stops_nothing(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime
) -> None:
    other = a_visit(gym, guest, now - timedelta(hours=3))
    for one in (visit, other):
        attendance.attend(one, by=by, now=now)
        attendance.receive_fee(one, FeeMethod.CASH, by=by, now=now)
    follow_fee(other, by=by, now=now)
    later = now + timedelta(minutes=5)
    refund(
        db.session.query(Payment).one(), PaymentKind.CASH, 5_500, reason="ご返金", received_on=now.date(), by=by,
        now=later,
    )  # fmt: skip
    follow_fees(gym, by=by, now=later)
    assert state(gym, guest) == (11_000, 5_500, 5_500)


def test_what_was_taken_back_as_a_mistake_is_charged_again_and_its_money_moves_there(
    gym: Studio, guest: Person, paid: Participant, by: Actor, now: datetime
) -> None:
    credit(db.session.query(Invoice).one().id, why=CreditWhy.MISTAKE, reason="宛名違い", by=by, now=now)
    follow_fees(gym, by=by, now=now)
    assert state(gym, guest) == (5_500, 5_500, 0)
    assert sum(row.amount_yen for row in db.session.query(Payment)) == 5_500
    assert follow_fees(gym, by=by, now=now) == 0


def test_what_was_taken_back_and_paid_back_is_charged_again_but_not_paid(
    gym: Studio, guest: Person, paid: Participant, by: Actor, now: datetime
) -> None:
    later = now + timedelta(minutes=5)
    credit(db.session.query(Invoice).one().id, why=CreditWhy.MISTAKE, reason="金額の誤り", by=by, now=later)
    refund(
        db.session.query(Payment).one(), PaymentKind.CASH, 5_500, reason="金額の誤り", received_on=now.date(),
        by=by, now=later,
    )  # fmt: skip
    follow_fees(gym, by=by, now=later)
    assert state(gym, guest) == (5_500, 0, 5_500)
    attendance.receive_fee(paid, FeeMethod.CASH, amount_yen=4_400, by=by, now=later + timedelta(minutes=1))
    follow_fees(gym, by=by, now=later + timedelta(hours=1))
    assert state(gym, guest) == (4_400, 4_400, 0)


def test_another_way_or_amount_found_by_the_sweep_is_taken_after_the_first_went_back(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime
) -> None:
    attendance.attend(visit, by=by, now=now)
    marks = [
        (FeeMethod.CASH, 5_500),
        (FeeMethod.CARD, 5_500),
        (FeeMethod.CARD, 3_000),
        (FeeMethod.CASH, 4_000),
    ]
    for hours, (method, yen) in enumerate(marks):
        marked = now + timedelta(hours=hours)
        attendance.receive_fee(visit, method, amount_yen=yen, by=by, now=marked)
        follow_fees(gym, by=by, now=marked + timedelta(minutes=30))
        assert state(gym, guest) == (yen, yen, 0)


def test_the_sweep_finds_what_nobody_followed(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime
) -> None:
    attendance.attend(visit, by=by, now=now)
    attendance.receive_fee(visit, FeeMethod.OTHER, by=by, now=now)
    assert follow_fees(gym, by=by, now=now) == 2
    assert db.session.query(Payment).one().kind == "OTHER"
    attendance.undo_fee(visit, by=by, now=now)
    attendance.undo_attend(visit, by=by, now=now)
    assert follow_fees(gym, by=by, now=now) == 2
    assert state(gym, guest) == (0, 0, 0)


def test_the_sweep_goes_by_the_visit_as_it_is_when_it_holds_it(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime
) -> None:
    elsewhere = update(Participant).values(attendance="ATTENDED")
    db.session.execute(elsewhere.execution_options(synchronize_session=False))
    assert follow_fees(gym, by=by, now=now) == 1
    assert state(gym, guest) == (5_500, 0, 5_500)


def test_visits_of_before_and_those_with_tickets_are_left_alone(
    gym: Studio, guest: Person, visit: Participant, by: Actor, now: datetime
) -> None:
    session = a_visit(gym, guest, now - timedelta(hours=2), "session")
    attendance.attend(session, by=by, now=now)
    assert follow_fee(session, by=by, now=now) == 0
    db.session.get_one(BillingSettings, gym.id).visits_from = now.date() + timedelta(days=1)
    attendance.attend(visit, by=by, now=now)
    attendance.receive_fee(visit, FeeMethod.CASH, by=by, now=now)
    assert follow_fee(visit, by=by, now=now) + follow_fees(gym, by=by, now=now) == 0
    assert trial_fee(guest.id) == VisitFee(5_500, 5_500)
    assert trial_fee(guest.id, since=now) is None


STEPS = ("attend", "undo_attend", "no_show", "undo_no_show", "cash", "card", "less", "undo_fee")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=7), is_followed=st.booleans())
def test_whatever_was_tapped_the_books_end_as_the_visit_does(
    gym: Studio, guest: Person, by: Actor, now: datetime, steps: list[str], is_followed: bool
) -> None:
    with db.session.begin_nested() as savepoint:
        visit = a_visit(gym, guest, now - timedelta(hours=1))
        for step in steps:
            tap(visit, step, by, now)
            if is_followed:
                follow_fee(visit, by=by, now=now)
        follow_fees(gym, by=by, now=now)
        is_paid = visit.fee_received_at is not None
        due = visit.fee_yen if is_paid or visit.attendance == "ATTENDED" else 0
        assert state(gym, guest) == (due, due if is_paid else 0, 0 if is_paid else due)
        received = date(2026, 11, 24)
        assert {row.received_on for row in db.session.query(Payment)} <= {received}
        savepoint.rollback()


IN_THE_ACCOUNT = ("pay_some", "pay_back", "waive", "mistake")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS + IN_THE_ACCOUNT), max_size=9))
def test_no_money_comes_by_itself_after_whatever_was_done_in_the_account(
    gym: Studio, guest: Person, by: Actor, now: datetime, steps: list[str]
) -> None:
    with db.session.begin_nested() as savepoint:
        visit = a_visit(gym, guest, now - timedelta(hours=1))
        for minute, step in enumerate(steps):
            at = now + timedelta(minutes=minute)
            if step in STEPS:
                tap(visit, step, by, at)
            else:
                write_in_account(gym, guest, step, by, at)
            came = sum(row.amount_yen for row in db.session.query(Payment))
            follow_fee(visit, by=by, now=at)
            assert step in STEPS or sum(row.amount_yen for row in db.session.query(Payment)) <= came
            assert follow_fees(gym, by=by, now=at) == 0, "asked again, it writes nothing"
        savepoint.rollback()


def write_in_account(gym: Studio, guest: Person, step: str, by: Actor, now: datetime) -> None:
    """What the desk can write on the newest invoice or payment of the guest, if there is one to write on."""
    item = next(iter(items_of(guest.id, gym.id)), None)
    paid = next((one for one in payments_of(guest.id, gym.id) if one.left_yen > 0), None)
    on = now.date()
    if step == "pay_some" and item and item.open_yen > 0:
        pay(item.invoice, PaymentKind.CARD, min(1_000, item.open_yen), received_on=on, by=by, now=now)
    if step == "pay_back" and paid:
        kind, yen = PaymentKind(paid.payment.kind), min(2_000, paid.left_yen)
        refund(paid.payment, kind, yen, reason="ご返金", received_on=on, by=by, now=now)
    if step in ("waive", "mistake") and item and item.due_yen > 0:
        why = CreditWhy.WAIVED if step == "waive" else CreditWhy.MISTAKE
        credit(item.invoice.id, why=why, reason="訂正", by=by, now=now)


def tap(visit: Participant, step: str, by: Actor, now: datetime) -> None:
    ways = {"cash": (FeeMethod.CASH, 5_500), "card": (FeeMethod.CARD, 5_500), "less": (FeeMethod.CASH, 3_000)}
    if step in ways:
        method, yen = ways[step]
        attendance.receive_fee(visit, method, amount_yen=yen, by=by, now=now)
    else:
        getattr(attendance, step)(visit, by=by, now=now)
