"""A sale is taken back whole, on its own day, once; what cannot be is refused in a sentence and changes nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from backoffice.billing import undoing
from backoffice.billing.actions import credit, pay
from backoffice.billing.charging import Paid, charge_months, sell
from backoffice.billing.closing import close_day, reopen_day
from backoffice.billing.models import CreditWhy, Invoice, Payment, PaymentKind
from backoffice.billing.queries import open_yen
from backoffice.billing.receipts import issue
from backoffice.billing.undoing import NotUndone, undo_sale
from backoffice.bookings import attendance
from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.queries import guests_of
from backoffice.clients.queries import client_of
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db, transaction
from backoffice.core.errors import NotFound
from backoffice.core.language import Language
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.changing import change_plan
from backoffice.memberships.covering import covers
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.leaving import LeavingTerms, leave, stay
from backoffice.memberships.models import LeavingReason, Membership
from backoffice.memberships.queries import plans
from backoffice.memberships.renewals import Why, renewals
from backoffice.memberships.tickets import give_months
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import adjust
from backoffice.tickets.queries import balance_of, lots_of, standings

TODAY = date(2026, 11, 24)
Sell = Callable[..., Membership]
IN_CASH = Paid(PaymentKind.CASH)


@pytest.fixture
def member(gym: Studio, guest: Person, by: Actor, now: datetime) -> Person:
    """A client who joined a month ago; what they bought then is used up."""
    with transaction():
        pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
        before = now - timedelta(days=30)
        terms = Joining(pack.id, TODAY - timedelta(days=30), None)
        join(guest, terms, studio_id=gym.id, lead=None, by=by, now=before)
        adjust(lots_of(guest.id)[0].grant.id, -16, note="試験", by=by, now=before)
    return guest


@pytest.fixture
def sale(gym: Studio, member: Person, by: Actor, now: datetime) -> Sell:
    """Sell the member a pack or a month, paid in cash."""

    def sale(
        *, monthly: bool = False, paid: Paid | None = IN_CASH, at: datetime = now, starts_on: date = TODAY
    ) -> Membership:
        plan = next(one for one in plans(gym.id) if one.is_monthly is monthly)
        client = client_of(member.id)
        assert client is not None
        with transaction():
            return sell(client, plan.id, starts_on, studio=gym, paid=paid, by=by, now=at)

    return sale


def undo(gym: Studio, person: Person, sold: Membership, by: Actor, now: datetime, **more: Any) -> None:
    with transaction():
        undo_sale(sold.id, person.id, studio=gym, is_manager=more.pop("is_manager", False), by=by, now=now)


def refused(gym: Studio, person: Person, sold: Membership, by: Actor, now: datetime, **more: Any) -> str:
    """The sentence; and nothing was written."""
    rows = (
        db.session.query(Invoice).count(),
        db.session.query(Payment).count(),
        balance_of(person.id, day=TODAY),
    )
    with pytest.raises(NotUndone) as told:
        undo(gym, person, sold, by, now, **more)
    db.session.rollback()
    assert rows == (
        db.session.query(Invoice).count(), db.session.query(Payment).count(), balance_of(person.id, day=TODAY)
    )  # fmt: skip
    return told.value.message


@pytest.mark.parametrize("monthly", [False, True])
@pytest.mark.parametrize("paid", [None, Paid(PaymentKind.CASH), Paid(PaymentKind.CARD, 10_000)])
def test_all_of_it_goes_back(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime, monthly: bool, paid: Paid | None
) -> None:
    sold = sale(monthly=monthly, paid=paid)
    assert balance_of(member.id, day=TODAY).free > 0
    undo(gym, member, sold, by, now + timedelta(minutes=3))
    assert balance_of(member.id, day=TODAY).free == 0
    assert open_yen(member.id, gym.id) == 0
    payments = db.session.query(Payment).all()
    assert sum(one.amount_yen for one in payments) == 0
    assert len({one.kind for one in payments}) == (0 if paid is None else 1)
    assert (sold.ends_on, sold.undone_at) == (sold.starts_on, now + timedelta(minutes=3))
    line = db.session.query(AuditLine).filter_by(action="membership.sale_undone").one()
    assert (line.actor_id, line.subject_id) == (by.id, sold.id)
    with transaction():
        for days in (1, 40, 70):
            at = now + timedelta(days=days)
            assert give_months(gym, by=by, now=at) == charge_months(gym, by=by, now=at) == 0


def test_a_visit_that_got_one_takes_another_or_none(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    booking = _visit(gym, member, by, now)
    seat = guests_of(booking.id)[0]
    assert standings([seat.id]) == {}
    sold = sale()
    assert standings([seat.id])
    other = sale(monthly=True, at=now + timedelta(minutes=1))
    undo(gym, member, sold, by, now + timedelta(minutes=3))
    assert standings([seat.id])[seat.id].grant_id == lots_of_sale(other)[0]
    undo(gym, member, other, by, now + timedelta(minutes=4))
    assert standings([seat.id]) == {}


def lots_of_sale(sold: Membership) -> list[int]:
    return [lot.grant.id for lot in undoing._lots(sold)]


def _visit(gym: Studio, person: Person, by: Actor, now: datetime) -> Booking:
    with transaction():
        return book(
            studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=trainers(gym.id)[0].id,
            starts_at=now + timedelta(hours=4), participants=[Guest(person)],
            channel=BookingChannel.DESK, by=by, now=now,
        )  # fmt: skip


def test_once_and_by_whom(gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime) -> None:
    sold = sale()
    colleague = Actor("staff", (by.id or 0) + 1_000, "別の人")
    assert refused(gym, member, sold, colleague, now) == undoing.NOT_YOURS
    undo(gym, member, sold, colleague, now, is_manager=True)
    assert refused(gym, member, sold, by, now) == undoing.ALREADY
    with pytest.raises(NotFound):
        undo(gym, member, Membership(id=0), by, now)


def test_on_its_own_day_while_that_is_open(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    sold = sale()
    assert refused(gym, member, sold, by, now + timedelta(hours=12, minutes=1)) == undoing.NOT_TODAY
    with transaction():
        close_day(gym, TODAY, {}, reason="試験", by=by, now=now + timedelta(hours=8))
    assert refused(gym, member, sold, by, now + timedelta(hours=9)) == undoing.CLOSED


def test_a_ticket_that_was_used_keeps_it(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    booking = _visit(gym, member, by, now)
    sold = sale()
    with transaction():
        attendance.attend(guests_of(booking.id)[0], by=by, now=now + timedelta(hours=5))
    assert refused(gym, member, sold, by, now + timedelta(hours=5)) == undoing.IS_USED


def test_what_was_paid_later_keeps_it(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    sold = sale(paid=None)
    with transaction():
        pay(
            db.session.query(Invoice).one(), PaymentKind.CASH, 1_000, received_on=TODAY, by=by,
            now=now + timedelta(minutes=1),
        )  # fmt: skip
    assert refused(gym, member, sold, by, now + timedelta(minutes=2)) == undoing.PAID_LATER


def test_leaving_and_staying_leave_it_undone(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    """What leaving ends goes on when they stay; what was undone does not, and nothing is charged for it."""
    client = client_of(member.id)
    assert client is not None
    kept, sold = sale(monthly=True), sale(monthly=True, at=now + timedelta(minutes=1))
    undo(gym, member, sold, by, now + timedelta(minutes=3))
    with transaction():
        terms = LeavingTerms(TODAY, LeavingReason.TIME)
        left = leave(client.id, terms, studio=gym, waiver="試験", by=by, now=now + timedelta(minutes=4))
        stay(left.id, studio=gym, by=by, now=now + timedelta(minutes=5))
    assert (kept.ends_on, sold.ends_on) == (None, TODAY)
    with transaction():
        at = now + timedelta(days=31)
        assert (give_months(gym, by=by, now=at), charge_months(gym, by=by, now=at)) == (1, 1)


def test_what_was_to_begin_later_stops_no_leaving_and_brings_nothing(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    client = client_of(member.id)
    assert client is not None
    sold = sale(monthly=True, starts_on=TODAY + timedelta(days=16))
    undo(gym, member, sold, by, now + timedelta(minutes=3))
    day = TODAY + timedelta(days=16)
    assert covers([member.id], gym, days=[day], now=now)[member.id].without([day]) == [day]
    assert [one.why for one in renewals(gym, now=now)] == [Why.ENDED]
    with transaction():
        terms = LeavingTerms(TODAY + timedelta(days=6), LeavingReason.TIME)
        leave(client.id, terms, studio=gym, waiver="試験", by=by, now=now + timedelta(minutes=4))
    assert sold.ends_on == sold.starts_on


def test_a_month_that_was_undone_hides_no_pack_that_is_low(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    """Nor is it a plan that ends, nor may it be frozen, nor is a pack that was undone the newer one."""
    undo(gym, member, sold := sale(monthly=True), by, now + timedelta(minutes=3))
    assert [one.why for one in renewals(gym, now=now)] == [Why.ENDED]
    undo(gym, member, sale(at=now + timedelta(minutes=4)), by, now + timedelta(minutes=5))
    (asked,) = renewals(gym, now=now)
    assert (asked.why, asked.ends_on) == (Why.ENDED, date(2027, 4, 24))
    with pytest.raises(NotFound), transaction():
        freeze(
            sold.id,
            FreezeTerms(TODAY + timedelta(days=1), None, 0),
            studio=gym,
            waiver="試験",
            by=by,
            now=now,
        )


def test_the_database_lets_no_undone_agreement_run(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    undo(gym, member, sold := sale(), by, now)
    with pytest.raises(IntegrityError, match="ck_memberships_undone"), transaction():
        sold.ends_on = None


def test_a_freeze_keeps_it(gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime) -> None:
    sold = sale(monthly=True)
    with transaction():
        freeze(
            sold.id,
            FreezeTerms(TODAY + timedelta(days=1), None, 0),
            studio=gym,
            waiver="試験",
            by=by,
            now=now,
        )
    assert refused(gym, member, sold, by, now) == undoing.ALREADY


def test_what_was_credited_keeps_it(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    sold = sale()
    with transaction():
        (invoice,) = db.session.query(Invoice)
        credit(invoice.id, why=CreditWhy.MISTAKE, reason="試験", by=by, now=now)
    assert refused(gym, member, sold, by, now) == undoing.ALREADY


def test_money_of_another_day_keeps_it(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    """Sold after the close, its money is of tomorrow; a refund would be of today."""
    with transaction():
        close_day(gym, TODAY, {}, reason="試験", by=by, now=now)
    sold = sale()
    with transaction():
        reopen_day(gym.id, TODAY, reason="試験", by=by, now=now)
    assert refused(gym, member, sold, by, now) == undoing.OTHER_DAY


def test_a_receipt_keeps_it(gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime) -> None:
    sold = sale()
    with transaction():
        (payment,) = db.session.query(Payment)
        issue(payment, addressee="検査 様", proviso="回数券", language=Language.JA, by=by, now=now)
    assert refused(gym, member, sold, by, now) == undoing.HAS_RECEIPT


def test_joining_again_is_not_undone_here(gym: Studio, member: Person, by: Actor, now: datetime) -> None:
    client, pack = client_of(member.id), next(plan for plan in plans(gym.id) if not plan.is_monthly)
    assert client is not None
    with transaction():
        terms = LeavingTerms(TODAY - timedelta(days=1), LeavingReason.TIME)
        leave(client.id, terms, studio=gym, waiver="試験", by=by, now=now - timedelta(days=1))
    with transaction():
        sold = sell(client, pack.id, TODAY, studio=gym, paid=None, by=by, now=now)
    assert client.joined_on == TODAY
    assert refused(gym, member, sold, by, now) == undoing.WAS_JOINING


def test_a_change_of_plan_is_not_undone_here(
    gym: Studio, member: Person, sale: Sell, by: Actor, now: datetime
) -> None:
    monthly = sale(monthly=True, at=now - timedelta(days=1))
    with transaction():
        plan = next(one for one in plans(gym.id) if one.is_monthly and one.id != monthly.plan_id)
        changed = change_plan(monthly.id, plan.id, studio=gym, by=by, now=now)
    assert refused(gym, member, changed, by, now) == undoing.WAS_JOINING


def test_a_joining_is_not_undone_here(gym: Studio, member: Person, by: Actor, now: datetime) -> None:
    joined = db.session.query(Membership).one()
    with transaction():
        joined.created_at = now
    assert refused(gym, member, joined, by, now) == undoing.WAS_JOINING
