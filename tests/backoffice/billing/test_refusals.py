"""What the books refuse, each with its sentence; nothing is written then."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backoffice.billing import actions, closing, debits, paying_out, queries, receipts, taking_back
from backoffice.billing.actions import Line
from backoffice.billing.charging import charge_membership
from backoffice.billing.closing import close_day, reopen_day
from backoffice.billing.house import NUMBER, House, change_settings
from backoffice.billing.models import CreditWhy, Invoice, LineKind, Payment, PaymentKind
from backoffice.billing.paying_out import PayOut, pay_out
from backoffice.billing.receipts import NothingKept, PrintedTooOften, issue, issued
from backoffice.billing.second_times import NothingOpen, take_at_desk
from backoffice.billing.taking_back import take_sale_back
from backoffice.clients.actions import register
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import Language
from backoffice.memberships.actions import sell
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from tests.backoffice.billing.test_paying_out import decided, goes
from tests.backoffice.billing.test_unused import a_client, a_plan

from .conftest import TODAY

ONE_DAY = timedelta(days=1)
Charge, Pay = Callable[..., Invoice], Callable[..., Payment]


def refused(write: Callable[[], object]) -> tuple[str, str | None]:
    """The sentence and its field; the books stay as they were."""
    before = db.session.query(Invoice).count(), db.session.query(Payment).count()
    with pytest.raises(Invalid) as told, transaction():
        write()
    assert (db.session.query(Invoice).count(), db.session.query(Payment).count()) == before
    return told.value.message, told.value.field


@pytest.mark.parametrize(
    ("yen", "said"),
    [
        ((), actions.NOTHING),
        ((1,) * (actions.MOST_LINES + 1), actions.AMOUNT),
        ((actions.MOST_YEN + 1,), actions.AMOUNT),
        ((100, -101), actions.BELOW),
    ],
)
def test_what_is_not_charged(charge: Charge, yen: tuple[int, ...], said: str) -> None:
    assert refused(lambda: charge(*yen)) == (said, None)


@pytest.mark.parametrize("yen", [(1,) * actions.MOST_LINES, (actions.MOST_YEN,), (100, -100)])
def test_what_is_just_charged(charge: Charge, yen: tuple[int, ...]) -> None:
    assert charge(*yen).total_yen == sum(yen)


@pytest.mark.parametrize("yen", [0, -1, actions.MOST_YEN + 1])
def test_money_is_an_amount(charge: Charge, pay: Pay, by: Actor, now: datetime, yen: int) -> None:
    invoice = charge(actions.MOST_YEN)
    assert refused(lambda: pay(invoice, yen)) == (actions.AMOUNT, "amount_yen")
    paid = pay(invoice, actions.MOST_YEN)

    def back() -> None:
        actions.refund(paid, PaymentKind.CASH, yen, reason="誤り", received_on=TODAY, by=by, now=now)

    assert refused(back) == (actions.AMOUNT, "amount_yen")


@pytest.mark.parametrize(
    ("days", "said"), [(1, actions.NOT_YET), (-actions.EARLIEST.days - 1, actions.LONG_AGO)]
)
def test_money_is_of_a_day_that_has_come_and_is_not_long_ago(
    charge: Charge, pay: Pay, days: int, said: str
) -> None:
    old = charge(100, at=datetime.fromisoformat("2025-10-20T12:00:00+09:00"))
    assert refused(lambda: pay(old, 100, day=TODAY + timedelta(days=days))) == (said, "received_on")
    pay(old, 50, day=TODAY - actions.EARLIEST)
    pay(old, 50, day=TODAY)


def test_money_comes_a_month_before_its_invoice_at_most(charge: Charge, pay: Pay) -> None:
    invoice = charge(100)
    early = TODAY - actions.AHEAD - ONE_DAY
    assert refused(lambda: pay(invoice, 100, day=early)) == (actions.BEFORE_INVOICE, "received_on")
    pay(invoice, 100, day=TODAY - actions.AHEAD)


def test_an_invoice_that_is_paid_bounds_no_day(charge: Charge, by: Actor, now: datetime) -> None:
    """It was due earlier and takes nothing of the money, so its day says nothing about it."""
    old = charge(1_000, due_on=TODAY + timedelta(days=30), at=now - timedelta(days=60))
    paid, day = charge(100, due_on=TODAY), TODAY - timedelta(days=40)
    with transaction():
        actions.pay(paid, PaymentKind.CASH, 100, received_on=TODAY, by=by, now=now)
        made = actions.take([paid.id, old.id], PaymentKind.TRANSFER, 1_000, received_on=day, by=by, now=now)
    assert [one.open_yen for one in queries.items([paid.id, old.id])] == [0, 0]
    assert made.received_on == day


def test_what_takes_back_has_a_reason(charge: Charge, pay: Pay, by: Actor, now: datetime) -> None:
    invoice = charge(100)
    paid = pay(invoice, 100)
    for write in (
        lambda: actions.credit(invoice.id, why=CreditWhy.MISTAKE, reason=" ", by=by, now=now),
        lambda: actions.refund(paid, PaymentKind.CASH, 100, reason="", received_on=TODAY, by=by, now=now),
    ):
        assert refused(write) == (actions.WHY, "reason")


def test_more_is_not_taken_back_than_an_invoice_asks_for(charge: Charge, by: Actor, now: datetime) -> None:
    invoice = charge(10_000, -3_000)
    full, discount = queries.lines_of([invoice.id])
    nothing = charge(100, -100)
    for of, lines in ((invoice, [full.id]), (invoice, [discount.id]), (nothing, None)):
        said = refused(
            lambda of=of, lines=lines: actions.credit(
                of.id, line_ids=lines, why=CreditWhy.MISTAKE, reason="誤り", by=by, now=now
            )
        )
        assert said == (actions.BELOW, None)


def test_a_line_is_chosen_to_be_taken_back(charge: Charge, by: Actor, now: datetime) -> None:
    invoice = charge(100)
    said = refused(
        lambda: take_sale_back(
            invoice, [], with_tickets=True, why=CreditWhy.MISTAKE, reason="誤り", by=by, now=now
        )
    )
    assert said == (taking_back.NO_LINE, "line_ids")


def test_what_is_not_in_the_books_of_the_gym_cannot_be_found(
    gym: Studio, charge: Charge, pay: Pay, by: Actor, now: datetime
) -> None:
    invoice, elsewhere = charge(100), gym.id + 1_000
    paid = pay(invoice, 60)
    with transaction():
        back = actions.credit(charge(100).id, why=CreditWhy.MISTAKE, reason="誤り", by=by, now=now)
        words = {"addressee": "北川 様", "proviso": "回数券", "language": Language.JA}
        printed = issue(paid, **words, by=by, now=now)
    assert issued(printed.id, gym.id)[2] is paid
    for ask in (
        lambda: queries.invoice(0, gym.id),
        lambda: queries.invoice(invoice.id, elsewhere),
        lambda: queries.payment(0, gym.id),
        lambda: queries.payment(paid.id, elsewhere),
        lambda: issued(0, gym.id),
        lambda: issued(printed.id, elsewhere),
        lambda: actions.credit(back.id, why=CreditWhy.MISTAKE, reason="誤り", by=by, now=now),
        lambda: actions.pay(back, PaymentKind.CASH, 1, received_on=TODAY, by=by, now=now),
        lambda: actions.take([], PaymentKind.CASH, 1, received_on=TODAY, by=by, now=now),
    ):
        with pytest.raises(NotFound), transaction():
            ask()


def test_nothing_open_is_said(gym: Studio, guest: Person, by: Actor, now: datetime) -> None:
    with pytest.raises(NothingOpen), transaction():
        take_at_desk(
            guest.id, [], PaymentKind.CASH, 100, studio=gym, received_on=TODAY, is_another=False, by=by, now=now
        )  # fmt: skip


def test_a_receipt_says_for_whom_and_what_and_is_printed_so_many_times(
    charge: Charge, pay: Pay, by: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "MOST", 2)
    paid = pay(charge(100), 100)

    def print_one(addressee: str = "北川 様", proviso: str = "回数券") -> None:
        with transaction():
            issue(paid, addressee=addressee, proviso=proviso, language=Language.JA, by=by, now=now)

    assert refused(lambda: print_one(addressee=" ")) == (receipts.WHOM, "addressee")
    assert refused(lambda: print_one(proviso="\n")) == (receipts.WHAT, "proviso")
    for _ in range(2):
        print_one()
    with pytest.raises(PrintedTooOften):
        print_one()


def test_there_is_no_receipt_for_what_went_back(charge: Charge, pay: Pay, by: Actor, now: datetime) -> None:
    paid = pay(charge(100), 100)
    with transaction():
        back = actions.refund(paid, PaymentKind.CASH, 100, reason="誤り", received_on=TODAY, by=by, now=now)
    for payment in (paid, back):
        with pytest.raises(NothingKept), transaction():
            issue(payment, addressee="北川 様", proviso="回数券", language=Language.JA, by=by, now=now)


@pytest.mark.parametrize("counts", [{3: 1}, {1_000: -1}, {1_000: closing.MOST_OF_ONE + 1}])
def test_what_cannot_lie_in_a_drawer(gym: Studio, by: Actor, now: datetime, counts: dict[int, int]) -> None:
    said = refused(lambda: close_day(gym, TODAY, counts, reason="試験", by=by, now=now))
    assert said == (closing.COUNT, None)


def test_a_day_is_closed_when_it_has_come_and_opened_with_a_reason(
    gym: Studio, by: Actor, now: datetime
) -> None:
    ahead = refused(lambda: close_day(gym, TODAY + ONE_DAY, {}, reason="試験", by=by, now=now))
    assert ahead == (closing.NOT_YET, None)
    without = refused(lambda: close_day(gym, TODAY, {}, reason=" ", by=by, now=now))
    assert without == (closing.WHY_DIFFERENT, "reason")
    with transaction():
        close_day(gym, TODAY, {1_000: closing.MOST_OF_ONE, 1: 0}, reason="試験", by=by, now=now)
    said = refused(lambda: reopen_day(gym.id, TODAY, reason=" ", by=by, now=now))
    assert said == (closing.WHY_OPEN, "reason")


def test_a_registration_number_is_a_t_and_thirteen_digits(gym: Studio, by: Actor, now: datetime) -> None:
    values = House("株式会社整", "SEI", "T123", "", "", 14, 30_000, 3_300, 5_500)
    said = refused(lambda: change_settings(gym.id, values, version=1, by=by, now=now))
    assert said == (NUMBER, "registration_number")


def test_a_file_of_debits_has_its_columns(by: Actor, now: datetime) -> None:
    said = refused(lambda: debits.keep_file("会員番号,金額\n1,2\n".encode(), "x.csv", by=by, now=now))
    assert said == (debits.NO_COLUMNS, "file")


@pytest.mark.parametrize(
    ("day", "pressed", "said"),
    [
        (0, 4, paying_out.NOT_GONE),
        (5, 4, paying_out.NOT_GONE),
        (4, 6, paying_out.OTHER_DAY),
        (7, 6, paying_out.OTHER_DAY),
    ],
)
def test_a_statement_is_paid_out_as_of_a_day_from_the_last_one_to_today(
    gym: Studio, guest: Person, by: Actor, now: datetime, day: int, pressed: int, said: str
) -> None:
    """Their last day is five days ahead; days are counted from today."""
    with transaction():
        client = register(guest.id, joined_on=TODAY, main_trainer_id=None, by=by, now=now)
        terms = LeavingTerms(TODAY + timedelta(days=5), LeavingReason.TIME)
        leave(client.id, terms, studio=gym, waiver="試験", by=by, now=now)
    looked_at = PayOut(TODAY + timedelta(days=day), "", PaymentKind.CASH, "退会の精算")
    then = now + timedelta(days=pressed)
    assert refused(lambda: pay_out(gym, guest.id, looked_at, by=by, now=then)) == (said, None)


def test_a_pack_whose_credited_trial_was_taken_back_is_settled_by_hand(
    gym: Studio, by: Actor, now: datetime
) -> None:
    """The credit paid a part of the pack with a fee that nobody owes any more: too much would go back."""
    with transaction():
        client, plan = a_client(gym, now), a_plan(gym, sessions=10, price=100_000)
        trial = Line(LineKind.TRIAL, "体験", "Trial", 5_500)
        fee = actions.charge(client.person_id, [trial], studio_id=gym.id, due_on=TODAY, by=by, now=now)
        sold = sell(client, plan.id, TODAY, studio_id=gym.id, by=by, now=now)
        credited = [Line(LineKind.TRIAL_CREDIT, "体験料充当", "Trial credited", -5_500)]
        charge_membership(sold, client.person_id, studio=gym, extra=credited, by=by, now=now)
        actions.credit(fee.id, why=CreditWhy.MISTAKE, reason="誤り", by=by, now=now)
        goes(gym, client, now)
    looked_at = decided(gym, client)
    assert refused(lambda: pay_out(gym, client.person_id, looked_at, by=by, now=now)) == (
        paying_out.BY_HAND,
        None,
    )
