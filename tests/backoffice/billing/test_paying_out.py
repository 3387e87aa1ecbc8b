"""Paying out: the statement becomes rows once, as it was looked at, and afterwards nothing is left to settle."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.billing import charging
from backoffice.billing.actions import Line, charge, pay, refund
from backoffice.billing.charging import Paid
from backoffice.billing.leaving import statement
from backoffice.billing.models import Invoice, LineKind, Payment, PaymentKind
from backoffice.billing.paying_out import (
    BookingsFirst,
    Changed,
    MoneyLater,
    PayOut,
    SettledAlready,
    UsedLater,
    packs_left,
    paid_by_way,
    pay_out,
)
from backoffice.billing.queries import items_of
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.memberships.leaving import LeavingTerms, leave, stay
from backoffice.memberships.models import Leaving, LeavingReason
from backoffice.studio.models import Studio
from backoffice.tickets.models import EntryKind, TicketEntry
from tests.backoffice.billing.test_unused import a_client, a_plan, buy, newest_lot, spend

TODAY = date(2026, 11, 24)
Rows = tuple[int, int, int]


@pytest.fixture
def client(gym: Studio, now: datetime) -> Client:
    return a_client(gym, now)


def goes(gym: Studio, client: Client, now: datetime, day: date = TODAY) -> Leaving:
    terms = LeavingTerms(day, LeavingReason.MOVING)
    return leave(client.id, terms, studio=gym, waiver="本人の希望", by=SYSTEM, now=now)


def decided(gym: Studio, client: Client, day: date = TODAY, **changes: object) -> PayOut:
    made = statement(gym, client.person_id, day)
    return PayOut(
        **{"day": day, "mark": made.mark, "kind": PaymentKind.CASH, "reason": "退会の精算"} | changes
    )


def written() -> Rows:
    return (
        db.session.query(Invoice).count(),
        db.session.query(Payment).count(),
        db.session.query(TicketEntry).filter_by(kind=EntryKind.REFUND.value).count(),
    )


def open_yen(gym: Studio, client: Client) -> Sequence[int]:
    return [item.open_yen for item in items_of(client.person_id, gym.id)]


def test_the_statement_becomes_rows_of_books_and_ledger(
    gym: Studio, client: Client, by: Actor, now: datetime
) -> None:
    buy(gym, client, a_plan(gym, sessions=16, price=158_000), now, paid=None)
    for _ in range(6):
        spend(gym, newest_lot().id, now)
    goes(gym, client, now)
    assert statement(gym, client.person_id, TODAY).refund_yen == 98_750
    leaving = pay_out(gym, client.person_id, decided(gym, client), by=by, now=now)
    assert (leaving.refund_yen, leaving.settled_by) == (98_750, by.label)
    back = db.session.query(Payment).filter(Payment.amount_yen < 0).one()
    assert (back.amount_yen, back.kind, back.reason, back.received_on) == (
        -98_750,
        "CASH",
        "退会の精算",
        TODAY,
    )
    assert open_yen(gym, client) == [0]
    line = db.session.query(TicketEntry).filter_by(kind="REFUND").one()
    assert (line.free, line.note) == (-10, "退会の精算")
    after = statement(gym, client.person_id, TODAY)
    assert (after.charged_yen, after.delivered_yen, after.paid_yen, after.refund_yen) == (
        59_250,
        59_250,
        59_250,
        0,
    )


def test_it_is_paid_out_once(gym: Studio, client: Client, by: Actor, now: datetime) -> None:
    buy(gym, client, a_plan(gym), now, paid=None)
    leaving = goes(gym, client, now)
    looked_at = decided(gym, client)
    pay_out(gym, client.person_id, looked_at, by=by, now=now)
    before = written()
    for again in (looked_at, decided(gym, client)):
        with pytest.raises(SettledAlready):
            pay_out(gym, client.person_id, again, by=by, now=now)
    assert written() == before
    with pytest.raises(Invalid):
        stay(leaving.id, studio=gym, by=by, now=now)


def test_what_changed_meanwhile_is_a_conflict_and_nothing_is_written(
    gym: Studio, client: Client, by: Actor, now: datetime
) -> None:
    invoice = buy(gym, client, a_plan(gym), now, paid=30_000)
    goes(gym, client, now)
    looked_at = decided(gym, client)
    pay(invoice, PaymentKind.CARD, 10_000, received_on=TODAY, by=by, now=now)
    before = written()
    with pytest.raises(Changed):
        pay_out(gym, client.person_id, looked_at, by=by, now=now)
    spend(gym, newest_lot().id, now)
    with pytest.raises(Changed):
        pay_out(gym, client.person_id, looked_at, by=by, now=now)
    assert written() == before


def test_bookings_ahead_come_first(gym: Studio, client: Client, by: Actor, now: datetime) -> None:
    buy(gym, client, a_plan(gym), now, paid=None)
    spend(gym, newest_lot().id, now, is_used=False)
    goes(gym, client, now)
    with pytest.raises(BookingsFirst):
        pay_out(gym, client.person_id, decided(gym, client), by=by, now=now)


def test_what_was_used_after_the_last_day_needs_a_later_day(
    gym: Studio, client: Client, by: Actor, now: datetime
) -> None:
    buy(gym, client, a_plan(gym), now, paid=None)
    goes(gym, client, now)
    later = now + timedelta(days=2)
    spend(gym, newest_lot().id, later)
    with pytest.raises(UsedLater):
        pay_out(gym, client.person_id, decided(gym, client), by=by, now=later)
    leaving = pay_out(
        gym, client.person_id, decided(gym, client, TODAY + timedelta(days=2)), by=by, now=later
    )
    assert leaving.refund_yen == 30_000


def test_not_before_the_last_day_nor_for_who_stays(
    gym: Studio, client: Client, by: Actor, now: datetime
) -> None:
    buy(gym, client, a_plan(gym), now, paid=None)
    with pytest.raises(NotFound):
        pay_out(gym, client.person_id, decided(gym, client), by=by, now=now)
    goes(gym, client, now, TODAY + timedelta(days=5))
    for day in (TODAY, TODAY + timedelta(days=5)):
        with pytest.raises(Invalid):
            pay_out(gym, client.person_id, decided(gym, client, day), by=by, now=now)
    for day in (4, 7):  # before the last day, and one that has not come
        with pytest.raises(Invalid):
            pay_out(
                gym, client.person_id, decided(gym, client, TODAY + timedelta(days=day)), by=by,
                now=now + timedelta(days=6),
            )  # fmt: skip
    with pytest.raises(Invalid):
        pay_out(
            gym, client.person_id, decided(gym, client, TODAY + timedelta(days=5), reason=" "), by=by,
            now=now + timedelta(days=6),
        )  # fmt: skip


def test_what_is_open_elsewhere_is_set_off_and_what_is_owed_stays_open(
    gym: Studio, client: Client, by: Actor, now: datetime
) -> None:
    fee = Line(LineKind.CANCEL, "キャンセル料", "Late cancel", 3_300, tax_rate=0)
    charge(client.person_id, [fee], studio_id=gym.id, due_on=TODAY, by=by, now=now)
    buy(gym, client, a_plan(gym), now, paid=None)
    goes(gym, client, now)
    leaving = pay_out(gym, client.person_id, decided(gym, client), by=by, now=now)
    assert leaving.refund_yen == 36_700
    assert [row.amount_yen for row in db.session.query(Payment).order_by(Payment.id)] == [
        40_000,
        -40_000,
        3_300,
    ]
    assert open_yen(gym, client) == [0, 0]


def test_half_paid_and_more_used_is_still_owed(gym: Studio, client: Client, by: Actor, now: datetime) -> None:
    buy(gym, client, a_plan(gym, sessions=16, price=158_000), now, paid=79_000)
    for _ in range(10):
        spend(gym, newest_lot().id, now)
    goes(gym, client, now)
    leaving = pay_out(gym, client.person_id, decided(gym, client), by=by, now=now)
    assert leaving.refund_yen == -19_750
    assert open_yen(gym, client) == [19_750]
    assert db.session.query(Payment).count() == 1
    assert sum(lot.free for lot in packs_left(gym.id, client.person_id)) == 0


@pytest.mark.parametrize(("used", "refund"), [(0, 158_000), (1, 156_420)])
def test_a_credited_trial_goes_back_with_the_pack_it_paid_for(
    gym: Studio, client: Client, by: Actor, now: datetime, used: int, refund: int
) -> None:
    trial = Line(LineKind.TRIAL, "体験", "Trial", 5_500)
    fee = charge(client.person_id, [trial], studio_id=gym.id, due_on=TODAY, by=by, now=now)
    pay(fee, PaymentKind.CASH, 5_500, received_on=TODAY, by=by, now=now)
    credited = [Line(LineKind.TRIAL_CREDIT, "体験料充当", "Trial credited", -5_500)]
    sold = charging.memberships.sell(
        client, a_plan(gym, sessions=100, price=158_000).id, TODAY, studio_id=gym.id, by=by, now=now
    )
    paid = Paid(PaymentKind.CARD)
    charging.charge_membership(sold, client.person_id, studio=gym, extra=credited, paid=paid, by=by, now=now)
    for _ in range(used):
        spend(gym, newest_lot().id, now)
    goes(gym, client, now)
    assert pay_out(gym, client.person_id, decided(gym, client), by=by, now=now).refund_yen == refund
    assert statement(gym, client.person_id, TODAY).refund_yen == 0
    assert set(open_yen(gym, client)) == {0}


sales = st.tuples(
    st.integers(1, 12),
    st.integers(1, 60_000),
    st.integers(0, 12),
    st.sampled_from([0, 30, 100]),
    st.booleans(),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sold=st.lists(sales, min_size=1, max_size=4), fees=st.lists(st.integers(1, 5_000), max_size=2))
def test_afterwards_nothing_is_left_to_settle(
    gym: Studio, by: Actor, now: datetime, sold: list[tuple[int, int, int, int, bool]], fees: list[int]
) -> None:
    with db.session.begin_nested() as savepoint:
        client = a_client(gym, now)
        for sessions, price, used, share, is_monthly in sold:
            plan = a_plan(gym, sessions=sessions, price=price)
            if is_monthly:
                plan.is_monthly, plan.valid_months = True, None
            plan.deposit_yen = 1_000 if sessions % 2 else 0
            total = price + plan.deposit_yen
            buy(gym, client, plan, now, paid=None if share == 100 else total * share // 100)
            for _ in range(min(used, sessions)):
                spend(gym, newest_lot().id, now)
        for yen in fees:
            line = Line(LineKind.OTHER, "物販", "Goods", yen)
            charge(client.person_id, [line], studio_id=gym.id, due_on=TODAY, by=by, now=now)
        goes(gym, client, now)
        before = statement(gym, client.person_id, TODAY)
        came = sum(row.amount_yen for row in db.session.query(Payment).filter_by(person_id=client.person_id))
        pay_out(gym, client.person_id, decided(gym, client), by=by, now=now)
        after = statement(gym, client.person_id, TODAY)
        kept = sum(row.amount_yen for row in db.session.query(Payment).filter_by(person_id=client.person_id))
        assert came - kept == max(before.refund_yen, 0)
        assert after.refund_yen == min(before.refund_yen, 0)
        assert after.delivered_yen == before.delivered_yen
        assert sum(open_yen(gym, client)) == -after.refund_yen
        assert all(yen >= 0 for yen in open_yen(gym, client))
        savepoint.rollback()


def test_it_reads_as_it_was_settled_on_the_days_until_then(
    gym: Studio, client: Client, by: Actor, now: datetime
) -> None:
    """Also when the refund paid what was open elsewhere; on a later day the books read as they are."""
    buy(gym, client, a_plan(gym), now, paid=None)
    line = Line(LineKind.OTHER, "物販", "Goods", 5_000)
    charge(client.person_id, [line], studio_id=gym.id, due_on=TODAY, by=by, now=now)
    goes(gym, client, now)
    settled_at = now + timedelta(hours=1)
    before = statement(gym, client.person_id, TODAY)
    leaving = pay_out(gym, client.person_id, decided(gym, client), by=by, now=settled_at)
    assert statement(gym, client.person_id, TODAY, paid_out=leaving).mark == before.mark
    assert leaving.refund_yen == before.refund_yen == 35_000
    tomorrow = TODAY + timedelta(days=1)
    assert statement(gym, client.person_id, tomorrow, paid_out=leaving).refund_yen == 0


def test_money_that_moved_after_the_day_needs_a_later_day(
    gym: Studio, client: Client, by: Actor, now: datetime
) -> None:
    invoice = buy(gym, client, a_plan(gym), now, paid=30_000)
    goes(gym, client, now)
    later = now + timedelta(days=2)
    pay(invoice, PaymentKind.CARD, 10_000, received_on=TODAY + timedelta(days=2), by=by, now=later)
    with pytest.raises(MoneyLater):
        pay_out(gym, client.person_id, decided(gym, client), by=by, now=later)
    made = decided(gym, client, TODAY + timedelta(days=2))
    assert pay_out(gym, client.person_id, made, by=by, now=later).refund_yen == 40_000


def test_what_was_charged_after_the_day_needs_a_later_day(
    gym: Studio, client: Client, by: Actor, now: datetime
) -> None:
    buy(gym, client, a_plan(gym), now, paid=None)
    goes(gym, client, now)
    later = now + timedelta(days=1)
    line = Line(LineKind.CANCEL, "キャンセル料", "Late cancel", 3_300)
    charge(client.person_id, [line], studio_id=gym.id, due_on=TODAY, by=by, now=later)
    with pytest.raises(MoneyLater):
        pay_out(gym, client.person_id, decided(gym, client), by=by, now=later)


def test_how_it_was_paid_the_most_first(gym: Studio, client: Client, by: Actor, now: datetime) -> None:
    invoice = buy(gym, client, a_plan(gym), now, paid=10_000)
    paid = pay(invoice, PaymentKind.CARD, 25_000, received_on=TODAY, by=by, now=now)
    refund(paid, PaymentKind.CASH, 5_000, reason="検査", received_on=TODAY, by=by, now=now)
    ways = paid_by_way(client.person_id, gym.id)
    assert list(ways.items()) == [(PaymentKind.CARD, 20_000), (PaymentKind.CASH, 10_000)]
