"""The undo of a sale meets a colleague in the middle of the other's work: marking the visit, printing, crediting.

Marking, printing and crediting are tried both ways round. Whoever comes second waits and then finds what the first has
done. So does who closes the day meanwhile: the money that goes back is counted.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.billing import actions, receipts, undoing
from backoffice.billing.actions import TakenBack, credit
from backoffice.billing.charging import Paid, sell
from backoffice.billing.closing import close_day, day_of
from backoffice.billing.models import CreditWhy, Invoice, InvoiceLine, Payment, PaymentKind, Receipt
from backoffice.billing.queries import items
from backoffice.billing.receipts import NothingKept, issue
from backoffice.billing.undoing import NotUndone, undo_sale
from backoffice.bookings import attendance
from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Attendance, BookingChannel, Participant
from backoffice.bookings.queries import guests_of
from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.core.language import Language
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from backoffice.tickets import actions as ledger
from backoffice.tickets.queries import balance_of, lots_of, standings
from tests.races.test_books_meet import Meeting
from tests.races.test_double_booking import race
from tests.races.test_tickets import _seat as a_seat

from .conftest import NOW

pytestmark = pytest.mark.races

LATER = NOW + timedelta(hours=4)
TODAY = NOW.date()


@dataclass(frozen=True)
class Sold:
    """A pack that a member bought today, paid in cash; the visit of today holds one of its tickets."""

    person_id: int
    membership_id: int
    invoice_id: int
    payment_id: int
    guest_id: int


@pytest.fixture
def sold(arena: Flask) -> Sold:
    """What is undone: the member joined with a pack that is used up."""
    with arena.app_context(), transaction():
        studio = the_studio()
        pack = next(plan for plan in plans(studio.id) if not plan.is_monthly)
        person = create_person(name="客", mails=["u@x.example"], by=SYSTEM, now=NOW)
        client = register(person.id, joined_on=TODAY, main_trainer_id=None, by=SYSTEM, now=NOW)
        sell(client, pack.id, TODAY, studio=studio, paid=None, by=SYSTEM, now=NOW)
        (first,) = lots_of(person.id)
        ledger.adjust(first.grant.id, -first.free, note="使用済み", by=SYSTEM, now=NOW)
        made = sell(client, pack.id, TODAY, studio=studio, paid=Paid(PaymentKind.CASH), by=SYSTEM, now=NOW)
        visit = book(
            studio=studio, service=service_by_slug(studio.id, "session"), trainer_id=trainers(studio.id)[0].id,
            starts_at=LATER, participants=[Guest(person)], channel=BookingChannel.DESK, by=SYSTEM, now=NOW,
        )  # fmt: skip
        (payment_id,) = db.session.scalars(select(Payment.id))
        invoice_id = db.session.scalars(
            select(InvoiceLine.invoice_id).where(InvoiceLine.membership_id == made.id)
        ).one()
        return Sold(person.id, made.id, invoice_id, payment_id, guests_of(visit.id)[0].id)


def undo(sold: Sold) -> None:
    """The sale is taken back."""
    undo_sale(sold.membership_id, sold.person_id, studio=the_studio(), is_manager=True, by=SYSTEM, now=LATER)


def attend(sold: Sold) -> None:
    """The visit took place."""
    attendance.attend(db.session.get_one(Participant, sold.guest_id), by=SYSTEM, now=LATER)


def print_receipt(sold: Sold) -> None:
    """A receipt for the payment of the sale."""
    payment = db.session.get_one(Payment, sold.payment_id)
    issue(payment, addressee="検査 様", proviso="回数券", language=Language.JA, by=SYSTEM, now=LATER)


def take_back(sold: Sold) -> None:
    """A colleague credits the invoice of the sale by hand."""
    credit(sold.invoice_id, why=CreditWhy.MISTAKE, reason="誤り", by=SYSTEM, now=LATER)


Deed = Callable[[Sold], None]


def meet(arena: Flask, sold: Sold, first: Deed, second: Deed, module: Any, name: str) -> str:
    """The first pauses behind a call in the middle of its work and the second comes in; nobody tries again.

    What the second was told; empty when it did what it wanted.
    """
    meeting, told = Meeting(), ["", ""]

    def write(writer: int, _number: int) -> bool:
        if writer:
            meeting.wait()
        try:
            with transaction():
                (second if writer else first)(sold)
        except (NotUndone, NothingKept, TakenBack) as refusal:
            told[writer] = refusal.message
            return False
        return True

    with patch.object(module, name, meeting.after(getattr(module, name))):
        (ended,) = race(arena, 2, 1, write)
    assert ended == (Counter(won=1, lost=1) if told[1] else Counter(won=2)), (ended, told)
    return told[1]


def left(arena: Flask, sold: Sold) -> tuple[int, int, int]:
    """Yen in the drawer, tickets that are free, yen that are open of the sale."""
    with arena.app_context():
        drawer = db.session.scalars(select(func.sum(Payment.amount_yen))).one()
        return drawer, balance_of(sold.person_id, day=TODAY).free, items([sold.invoice_id])[0].open_yen


def test_a_visit_that_is_being_marked_keeps_the_sale(arena: Flask, sold: Sold) -> None:
    assert meet(arena, sold, attend, undo, attendance, "check_version") == undoing.IS_USED
    with arena.app_context():
        assert standings([sold.guest_id])[sold.guest_id].is_used
        assert db.session.scalar(select(func.count()).where(Invoice.credits_id.is_not(None))) == 0


def test_a_visit_that_is_marked_while_its_sale_is_undone_has_no_ticket(arena: Flask, sold: Sold) -> None:
    assert meet(arena, sold, undo, attend, undoing, "hold_grants") == ""
    assert left(arena, sold) == (0, 0, 0)
    with arena.app_context():
        guest = db.session.get_one(Participant, sold.guest_id)
        assert (guest.attendance, standings([guest.id])) == (Attendance.ATTENDED, {})


def test_a_visit_without_a_ticket_that_is_marked_meanwhile_gets_none_of_the_sale(
    arena: Flask, sold: Sold
) -> None:
    """It was not given one by the sale, so the undo does not hold it: what both hold are the tickets."""
    with arena.app_context(), transaction():
        studio = the_studio()
        seat = a_seat(studio.id, service_by_slug(studio.id, "session").id, sold.person_id, -21)

    def attend_it(_sold: Sold) -> None:
        attendance.attend(db.session.get_one(Participant, seat), by=SYSTEM, now=LATER)

    assert meet(arena, sold, undo, attend_it, undoing, "close_of") == ""
    assert left(arena, sold) == (0, 0, 0)
    with arena.app_context():
        assert standings([seat]) == {}


def test_a_receipt_that_is_being_printed_keeps_the_sale(arena: Flask, sold: Sold) -> None:
    before = left(arena, sold)
    assert meet(arena, sold, print_receipt, undo, receipts, "paid") == undoing.HAS_RECEIPT
    assert left(arena, sold) == before


def test_no_receipt_is_printed_for_money_that_is_going_back(arena: Flask, sold: Sold) -> None:
    assert meet(arena, sold, undo, print_receipt, undoing, "issues_of") == NothingKept.message
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0
    assert left(arena, sold) == (0, 0, 0)


def test_an_invoice_that_is_being_credited_keeps_the_sale(arena: Flask, sold: Sold) -> None:
    paid, free, _open = left(arena, sold)
    assert meet(arena, sold, take_back, undo, actions, "_not_taken_back") == undoing.ALREADY
    assert left(arena, sold) == (paid, free, -paid)


def test_an_invoice_of_a_sale_that_is_being_undone_is_not_credited_again(arena: Flask, sold: Sold) -> None:
    assert meet(arena, sold, undo, take_back, undoing, "credits_of") == TakenBack.message
    assert left(arena, sold) == (0, 0, 0)


def test_a_day_that_is_closed_meanwhile_counts_what_went_back(arena: Flask, sold: Sold) -> None:
    def close(_sold: Sold) -> None:
        made = close_day(the_studio(), TODAY, {}, reason="試験", by=SYSTEM, now=LATER)
        assert made.totals[PaymentKind.CASH] == 0

    assert meet(arena, sold, undo, close, undoing, "close_of") == ""
    with arena.app_context():
        assert day_of(the_studio().id, TODAY).totals[PaymentKind.CASH] == 0
