"""The books: what is open is a sum, papers are numbered without a gap, and the database refuses what cannot be."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from backoffice.billing import actions
from backoffice.billing.actions import DayClosed, Line, MoreThanOwed, MoreThanPaid, TakenBack
from backoffice.billing.models import (
    CreditWhy,
    DayClose,
    Invoice,
    InvoiceLine,
    LineKind,
    PaperNumber,
    Payment,
    PaymentKind,
    PaymentPart,
)
from backoffice.billing.queries import items, items_of, lines_of, open_yen, payments_of
from backoffice.core.audit import Actor
from backoffice.core.crypto import renewed
from backoffice.core.db import Base, db, transaction
from backoffice.core.errors import Invalid, NotFound
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio

from .conftest import DUE, TODAY


def amounts(invoice: Invoice) -> tuple[int, int, int]:
    """Due, paid and open yen."""
    (item,) = items([invoice.id])
    return item.due_yen, item.paid_yen, item.open_yen


def credit(
    invoice: Invoice, by: Actor, now: datetime, *lines: int, why: CreditWhy = CreditWhy.MISTAKE
) -> Invoice:
    with transaction():
        return actions.credit(invoice.id, line_ids=lines or None, why=why, reason="入力誤り", by=by, now=now)


def test_part_payments_close_an_invoice(gym: Studio, guest: Person, charge, pay) -> None:
    invoice = charge(150_000, 8_000)
    assert amounts(invoice) == (158_000, 0, 158_000)
    pay(invoice, 58_000)
    pay(invoice, 60_000, kind=PaymentKind.CARD)
    assert amounts(invoice) == (158_000, 118_000, 40_000)
    assert open_yen(guest.id, gym.id) == 40_000
    with pytest.raises(MoreThanOwed):
        pay(invoice, 40_001)
    pay(invoice, 40_000, kind=PaymentKind.PAYPAY)
    assert amounts(invoice) == (158_000, 158_000, 0)
    with pytest.raises(MoreThanOwed):
        pay(invoice, 1)


def test_money_for_several_invoices_goes_to_the_earliest_due(charge, by: Actor, now: datetime) -> None:
    late, soon = charge(1_000, due_on=DUE), charge(1_000, due_on=TODAY)
    with transaction():
        made = actions.take(
            [late.id, soon.id], PaymentKind.TRANSFER, 1_500, received_on=TODAY, by=by, now=now
        )
    assert [amounts(one)[2] for one in (soon, late)] == [0, 500]
    assert made.amount_yen == 1_500


def test_money_of_two_people_is_not_one_payment(gym: Studio, charge, pay, by: Actor, now: datetime) -> None:
    with transaction():
        other = create_person(name="南 遥", phones=[], mails=["m@x.example"], by=by, now=now)
        line = Line(LineKind.OTHER, "水", "Water", 150, tax_rate=8)
        hers = actions.charge(other.id, [line], studio_id=gym.id, due_on=TODAY, by=by, now=now)
    ids = [charge(1_000).id, hers.id]
    with pytest.raises(NotFound), transaction():
        actions.take(ids, PaymentKind.CASH, 100, received_on=TODAY, by=by, now=now)


def test_a_refund_goes_back_once_and_opens_the_invoice(charge, pay, by: Actor, now: datetime) -> None:
    invoice = charge(10_000)
    paid = pay(invoice, 10_000, kind=PaymentKind.CARD)

    def refund(yen: int, reason: str = "引っ越し") -> Payment:
        with transaction():
            return actions.refund(
                paid, PaymentKind.CASH, yen, reason=reason, received_on=TODAY, by=by, now=now
            )

    with pytest.raises(Invalid):
        refund(4_000, "  ")
    back = refund(4_000)
    assert (back.amount_yen, back.reason) == (-4_000, "引っ越し")
    assert amounts(invoice) == (10_000, 6_000, 4_000)
    with pytest.raises(MoreThanPaid):
        refund(6_001)
    refund(6_000)
    with pytest.raises(MoreThanPaid):
        refund(1)
    with pytest.raises(NotFound), transaction():
        actions.refund(back, PaymentKind.CASH, 1, reason="x", received_on=TODAY, by=by, now=now)


def test_taken_back_after_paying_is_owed_to_the_person(
    gym: Studio, guest: Person, charge, pay, by: Actor, now: datetime
) -> None:
    invoice = charge(10_000)
    paid = pay(invoice, 10_000)
    made = credit(invoice, by, now)
    assert (made.total_yen, made.credits_id, made.number) == (-10_000, invoice.id, invoice.number + 1)
    assert amounts(invoice) == (0, 10_000, -10_000)
    assert open_yen(guest.id, gym.id) == 0, "what is owed to a person is no debt of theirs"
    with pytest.raises(MoreThanOwed):
        pay(invoice, 1)
    with transaction():
        actions.refund(paid, PaymentKind.CASH, 10_000, reason="取消", received_on=TODAY, by=by, now=now)
    assert amounts(invoice) == (0, 0, 0)


def test_a_line_is_taken_back_once(charge, by: Actor, now: datetime) -> None:
    invoice = charge(10_000, 3_000)
    first, _second = lines_of([invoice.id])
    credit(invoice, by, now, first.id, why=CreditWhy.WAIVED)
    assert amounts(invoice) == (3_000, 0, 3_000)
    with pytest.raises(TakenBack):
        credit(invoice, by, now, first.id)
    credit(invoice, by, now)
    assert amounts(invoice) == (0, 0, 0)
    with pytest.raises(TakenBack):
        credit(invoice, by, now)


def test_a_discount_goes_with_what_it_was_for(charge, by: Actor, now: datetime) -> None:
    invoice = charge(10_000, -3_000)
    full, discount = lines_of([invoice.id])
    for alone in (full, discount):
        with pytest.raises(Invalid):
            credit(invoice, by, now, alone.id)
    credit(invoice, by, now)
    assert amounts(invoice) == (0, 0, 0)


@pytest.mark.parametrize("yen", [(), (-1,), (10_000_001,), (1,) * 51])
def test_what_cannot_be_charged(charge, yen: tuple[int, ...]) -> None:
    with pytest.raises(Invalid):
        charge(*yen)


@pytest.mark.parametrize("days", [1, -401])
def test_a_payment_is_of_today_or_of_the_last_year(charge, pay, days: int) -> None:
    with pytest.raises(Invalid):
        pay(charge(1_000), 1_000, day=TODAY + timedelta(days=days))


def test_numbers_begin_anew_with_the_studios_year(charge) -> None:
    new_year_in_kyoto = datetime(2026, 12, 31, 15, 10, tzinfo=UTC)
    made = [charge(1_000), charge(1_000), charge(1_000, at=new_year_in_kyoto)]
    assert [one.label for one in made] == ["2026-00001", "2026-00002", "2027-00001"]
    assert made[2].issued_on == date(2027, 1, 1)


def test_no_payment_of_a_closed_day(gym: Studio, charge, pay, by: Actor, now: datetime) -> None:
    invoice = charge(3_000)
    with transaction():
        db.session.add(
            DayClose(
                studio_id=gym.id, day=TODAY, totals={}, counts={}, float_yen=0, counted_yen=0, closed_at=now,
                closed_by="x",
            )
        )  # fmt: skip
    with pytest.raises(DayClosed):
        pay(invoice, 1_000)
    pay(invoice, 1_000, day=TODAY - timedelta(days=1))
    row = {
        "studio_id": gym.id, "person_id": invoice.person_id, "kind": "CASH", "amount_yen": 5, "received_on": TODAY,
        "source": "", "created_at": now, "created_by": "x",
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="the day is closed"):
        _insert(Payment, row)


@pytest.mark.parametrize("table", [Invoice, InvoiceLine, Payment, PaymentPart, PaperNumber])
@pytest.mark.parametrize("how", ["update", "delete"])
def test_the_database_refuses_any_change(charge, pay, table: type, how: str) -> None:
    pay(charge(3_000), 1_000)
    column = {
        Invoice: "total_yen", InvoiceLine: "unit_price_yen", Payment: "amount_yen", PaymentPart: "amount_yen",
        PaperNumber: "last",
    }[table]  # fmt: skip
    change = update(table).values({column: 7}) if how == "update" else delete(table)
    with pytest.raises(DBAPIError, match=r"only added to|go up by one"), transaction():
        db.session.execute(change)


def test_what_was_typed_can_be_emptied_and_written_under_a_newer_key(
    charge, by: Actor, now: datetime
) -> None:
    made = credit(charge(3_000), by, now)
    stored = db.session.execute(text("select reason from invoices where reason is not null")).scalar_one()
    with transaction():
        db.session.execute(
            text("update invoices set reason = :new where id = :id"), {"new": renewed(stored), "id": made.id}
        )
        db.session.execute(update(Invoice).where(Invoice.id == made.id).values(reason=None))


def test_the_database_refuses_more_than_is_owed_and_what_does_not_add_up(
    guest: Person, charge, pay, by: Actor, now: datetime
) -> None:
    invoice, other = charge(3_000), charge(500)
    paid = pay(invoice, 1_000)
    credited = credit(other, by, now)

    def part(**values: int) -> None:
        with transaction():
            db.session.execute(insert(PaymentPart).values({"payment_id": paid.id, **values}))

    with pytest.raises(IntegrityError, match="not more is paid than owed"):
        part(invoice_id=other.id, amount_yen=501)
    with pytest.raises(IntegrityError, match="not more goes back"):
        part(invoice_id=other.id, amount_yen=-1)
    with pytest.raises(IntegrityError, match="a credit is not paid"):
        part(invoice_id=credited.id, amount_yen=1)
    with pytest.raises(IntegrityError, match="not more is taken back"):
        _insert(Invoice, {
            "studio_id": invoice.studio_id, "person_id": guest.id, "credits_id": other.id, "year": 2026, "number": 99,
            "issued_on": TODAY, "due_on": TODAY, "total_yen": -1, "why": "", "created_at": now, "created_by": "x",
        })  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "insert into invoice_lines (invoice_id, position, kind, name_ja, name_en, quantity, unit_price_yen, tax_rate)"
        " select id, 9, 'OTHER', '', '', 1, 5, 10 from invoices",
        "insert into payment_parts (payment_id, invoice_id, amount_yen)"
        " select payments.id, max(invoices.id), 1 from payments, invoices group by payments.id",
    ],
)
def test_sums_are_looked_at_when_it_is_committed(charge, pay, statement: str) -> None:
    paid_for, _open = charge(3_000), charge(500)
    pay(paid_for, 1_000)
    _execute("set constraints all immediate")
    _execute("set constraints all deferred")
    _execute(statement)
    with pytest.raises(IntegrityError, match="is the sum of its"):
        _execute("set constraints all immediate")


def test_what_a_person_sees_on_their_account(
    gym: Studio, guest: Person, charge, pay, by: Actor, now: datetime
) -> None:
    first, second = charge(3_000), charge(500)
    paid = pay(first, 3_000)
    with transaction():
        actions.refund(paid, PaymentKind.CASH, 500, reason="値引き", received_on=TODAY, by=by, now=now)
    assert [(one.invoice.id, one.open_yen) for one in items_of(guest.id, gym.id)] == [
        (second.id, 500), (first.id, 500),
    ]  # fmt: skip
    back, whole = payments_of(guest.id, gym.id)
    assert (back.payment.amount_yen, whole.left_yen) == (-500, 2_500)
    assert whole.parts == ((first, 3_000),)
    assert db.session.scalars(select(Payment.created_by)).first() == by.label


def _insert(table: type[Base], row: dict[str, Any]) -> None:
    with transaction():
        db.session.execute(insert(table).values(row))


def _execute(statement: str) -> None:
    with transaction():
        db.session.execute(text(statement))


def test_only_an_invoice_that_is_paid_bounds_the_day_and_no_source_is_doubted(
    charge, by: Actor, now: datetime
) -> None:
    """A bank's file or a visit tells its day itself; an old debt is paid on an old day beside a new one."""
    old = charge(1_000, due_on=TODAY - timedelta(days=50), at=now - timedelta(days=60))
    new = charge(1_000)
    day, ids = TODAY - timedelta(days=40), [old.id, new.id]
    with pytest.raises(Invalid):
        actions.take(ids, PaymentKind.TRANSFER, 1_001, received_on=day, by=by, now=now)
    actions.take(ids, PaymentKind.TRANSFER, 1_000, received_on=day, by=by, now=now)
    taken = actions.take(
        [new.id], PaymentKind.DEBIT, 1_000, received_on=day, source="debit:x:1", by=by, now=now
    )
    assert taken.received_on == day
