"""Guards of the database that no action ever meets: each was taken out once, and one of these tests missed it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Executable, delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from backoffice.billing import actions
from backoffice.billing.closing import close_day
from backoffice.billing.models import (
    CreditWhy,
    DayClose,
    FailedDebit,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentKind,
    PaymentPart,
    Receipt,
    ReceiptIssue,
)
from backoffice.billing.receipts import issue
from backoffice.core.audit import Actor
from backoffice.core.db import Base, db, transaction
from backoffice.core.language import Language
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from tests.backoffice.billing.test_unused import a_client, a_plan, buy

from .conftest import TODAY


@pytest.fixture
def story(gym: Studio, charge: Callable[..., Invoice], by: Actor, now: datetime) -> None:
    """A row of every kind: a month paid by a file, a charge paid, printed and taken back, a day that is closed."""
    with transaction():
        plan = a_plan(gym)
        plan.is_monthly, plan.valid_months = True, None
        buy(gym, a_client(gym, now), plan, now)
        invoice = charge(3_000)
        paid = actions.pay(
            invoice, PaymentKind.CASH, 1_000, received_on=TODAY, source="row:1", by=by, now=now
        )
        actions.pay(invoice, PaymentKind.CASH, 200, received_on=TODAY, by=by, now=now)
        issue(paid, addressee="北川 様", proviso="回数券代", language=Language.JA, by=by, now=now)
        other = charge(500)
        actions.credit(other.id, why=CreditWhy.MISTAKE, reason="入力誤り", by=by, now=now)
        close_day(gym, TODAY, {}, reason="検査", by=by, now=now)


def a_row(table: type[Base], column: str) -> Base:
    """One with something in a column."""
    filled = getattr(table, column).is_not(None)
    if column == "source":
        filled = Payment.source != ""
    return db.session.scalars(select(table).where(filled).order_by(table.id)).first()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("table", "column", "index", "others"),
    [
        (Invoice, "number", "uq_invoices_number", {}),
        (InvoiceLine, "position", "uq_invoice_lines_position", {"month_on": None, "credits_line_id": None}),
        (InvoiceLine, "credits_line_id", "uq_invoice_lines_credits_line_id", {"position": 9}),
        (InvoiceLine, "month_on", "uq_invoice_lines_month", {"position": 9}),
        (Payment, "source", "uq_payments_source", {"received_on": TODAY.replace(day=2)}),
        (PaymentPart, "payment_id", "uq_payment_parts_payment_id", {"amount_yen": 1}),
        (Receipt, "number", "uq_receipts_number", {}),
        (Receipt, "payment_id", "uq_receipts_payment_id", {"number": 9}),
        (ReceiptIssue, "position", "uq_receipt_issues_position", {}),
        (DayClose, "day", "uq_day_closes_day", {}),
    ],
)
def test_what_is_once_is_once_in_the_database(
    story: None, table: type[Base], column: str, index: str, others: dict[str, object]
) -> None:
    row = a_row(table, column)
    copy = {one.key: getattr(row, one.key) for one in inspect(table).column_attrs if one.key != "id"} | others
    if table is Receipt and column == "number":
        copy["payment_id"] = db.session.scalar(select(func.max(Payment.id)))
    with pytest.raises(IntegrityError, match=index):
        _execute(insert(table).values(copy))


@pytest.mark.parametrize("how", ["update", "delete"])
@pytest.mark.parametrize(
    ("table", "column"), [(Receipt, "number"), (ReceiptIssue, "position"), (DayClose, "counted_yen")]
)
def test_receipts_and_closes_stay(story: None, table: type[Base], column: str, how: str) -> None:
    change = update(table).values({column: 7}) if how == "update" else delete(table)
    with pytest.raises(DBAPIError, match="only added to"):
        _execute(change)


def test_what_takes_back_belongs_to_the_same_person(
    story: None, charge: Callable[..., Invoice], by: Actor, now: datetime
) -> None:
    invoice = charge(3_000)
    with transaction():
        stranger = create_person(name="別人", by=by, now=now)
    row = {
        "studio_id": invoice.studio_id, "person_id": stranger.id, "credits_id": invoice.id, "year": 2026, "number": 99,
        "issued_on": TODAY, "due_on": TODAY, "total_yen": -1_000, "why": "MISTAKE", "created_at": now,
        "created_by": "x",
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="of the same person"):
        _execute(insert(Invoice).values(row))


def test_an_invoice_and_a_payment_have_what_they_are_the_sum_of(
    guest: Person, gym: Studio, now: datetime
) -> None:
    shared = {"studio_id": gym.id, "person_id": guest.id, "created_at": now, "created_by": "x"}
    invoice = {"year": 2026, "number": 98, "issued_on": TODAY, "due_on": TODAY, "total_yen": 100, "why": ""}
    payment = {"kind": "CASH", "amount_yen": 100, "received_on": TODAY, "source": ""}
    for table, row in ((Invoice, invoice), (Payment, payment)):
        with pytest.raises(IntegrityError, match="is the sum of its"):
            _execute(insert(table).values(shared | row), text("set constraints all immediate"))


def test_a_failed_row_of_a_file_is_remembered_once(gym: Studio, now: datetime) -> None:
    row = {"studio_id": gym.id, "source": "mark:2", "created_at": now}
    _execute(insert(FailedDebit).values(row))
    with pytest.raises(IntegrityError, match="uq_failed_debits_source"):
        _execute(insert(FailedDebit).values(row))


def _execute(*statements: Executable) -> None:
    with transaction():
        for statement in statements:
            db.session.execute(statement)


REMOVED = "reason = null, words_removed_at = now(), words_removed_by = '検査'"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("counts = counts", "reason = null"),
        (REMOVED, "reason = 'x'::bytea, words_removed_at = null, words_removed_by = ''"),
        (REMOVED, "words_removed_by = '別'"),
        ("reopened_at = now(), reopened_by = '検査'", "reopen_reason = 'x'::bytea"),
    ],
)
def test_words_of_a_close_go_once_and_do_not_come_later(story: None, first: str, then: str) -> None:
    with transaction():
        db.session.execute(text(f"update day_closes set {first}"))
    with pytest.raises(DBAPIError, match="only added to"), transaction():
        db.session.execute(text(f"update day_closes set {then}"))
