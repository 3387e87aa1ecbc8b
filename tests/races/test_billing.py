"""Twenty writers of papers leave no gap in the numbers, also when some give up; one debt is paid once."""

from collections import Counter
from collections.abc import Callable
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.billing import actions
from backoffice.billing.actions import Line, MoreThanOwed, charge, pay
from backoffice.billing.charging import Paid, sell
from backoffice.billing.leaving import statement
from backoffice.billing.models import Invoice, LineKind, PaperKind, Payment, PaymentKind
from backoffice.billing.paying_out import PayOut, SettledAlready, pay_out
from backoffice.billing.queries import items
from backoffice.billing.second_times import PaidAlready, SoldAlready, sell_at_desk, take_at_desk
from backoffice.billing.undoing import NotUndone, undo_sale
from backoffice.clients.actions import register
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction, transaction
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.studio.queries import the_studio
from tests.races.test_double_booking import race

from .conftest import NOW

pytestmark = pytest.mark.races

WRITERS = 20
ROUNDS = 5
LINE = Line(LineKind.PACK, "回数券", "Pack", 1_000)


class _GiveUp(Exception):
    """A writer thinks better of it after the number was taken."""


def prepare(app: Flask) -> tuple[int, int]:
    """A studio and a guest."""
    with app.app_context(), transaction():
        guest = create_person(name="客", phones=[], mails=["c@x.example"], by=SYSTEM, now=NOW)
        return the_studio().id, guest.id


def writing(studio_id: int, person_id: int) -> Callable[[int, int], bool]:
    """Charge the guest; every fourth writer gives up at the last moment. Whether it stands."""

    def write(writer: int, number: int) -> bool:
        def work() -> None:
            charge(person_id, [LINE], studio_id=studio_id, due_on=NOW.date(), by=SYSTEM, now=NOW)
            if (writer + number) % 4 == 0:
                raise _GiveUp

        try:
            in_transaction(work)
        except _GiveUp:
            return False
        return True

    return write


def given(app: Flask) -> list[int]:
    """The numbers of all papers, in order."""
    with app.app_context():
        return list(db.session.scalars(select(Invoice.number).order_by(Invoice.number)))


def test_twenty_writers_leave_no_gap(arena: Flask) -> None:
    ended = race(arena, WRITERS, ROUNDS, writing(*prepare(arena)))
    stand = sum(counted["won"] for counted in ended)
    assert sum(counted["lost"] for counted in ended) == WRITERS * ROUNDS // 4
    assert given(arena) == list(range(1, stand + 1))


def test_control_without_the_lock_numbers_meet(arena: Flask) -> None:
    def unlocked(studio_id: int, _kind: PaperKind, _year: int) -> int:
        last = db.session.scalar(select(func.max(Invoice.number)).where(Invoice.studio_id == studio_id))
        return (last or 0) + 1

    with patch.object(actions, "next_number", unlocked):
        ended = race(arena, WRITERS, ROUNDS, writing(*prepare(arena)))
    refused = sum(n for counted in ended for how, n in counted.items() if how.startswith("IntegrityError"))
    assert refused > 0, "the race is no race: nobody met"


def test_control_a_sequence_leaves_gaps(arena: Flask) -> None:
    with arena.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("create sequence papers")

    def from_sequence(_studio_id: int, _kind: PaperKind, _year: int) -> int:
        return int(db.session.execute(select(func.nextval("papers"))).scalar_one())

    with patch.object(actions, "next_number", from_sequence):
        race(arena, WRITERS, ROUNDS, writing(*prepare(arena)))
    numbers_given = given(arena)
    # Nobody met (each number is there once), and those who gave up took their numbers along.
    assert len(set(numbers_given)) == len(numbers_given) == WRITERS * ROUNDS * 3 // 4
    assert numbers_given[-1] > len(numbers_given)


def test_ten_who_pay_out_pay_once(arena: Flask) -> None:
    studio_id, person_id = prepare(arena)
    with arena.app_context(), transaction():
        studio, day = the_studio(), NOW.date()
        client = register(person_id, joined_on=day, main_trainer_id=None, by=SYSTEM, now=NOW)
        plan_id = next(plan.id for plan in plans(studio_id) if not plan.is_monthly)
        sell(client, plan_id, day, studio=studio, paid=Paid(PaymentKind.CASH), by=SYSTEM, now=NOW)
        leave(
            client.id, LeavingTerms(day, LeavingReason.TIME), studio=studio, waiver="検査", by=SYSTEM, now=NOW
        )
        made = statement(studio, person_id, day)
        decided = PayOut(day, made.mark, PaymentKind.CASH, "退会の精算")

    def write(writer: int, number: int) -> bool:
        try:
            in_transaction(lambda: pay_out(the_studio(), person_id, decided, by=SYSTEM, now=NOW))
        except SettledAlready:
            return False
        return True

    assert race(arena, 10, 1, write) == [Counter(won=1, lost=9)]
    with arena.app_context():
        assert statement(the_studio(), person_id, day).refund_yen == 0
        assert db.session.scalar(select(func.sum(Payment.amount_yen))) == 0


def _paying(arena: Flask) -> tuple[int, Callable[[int, int], bool]]:
    studio_id, person_id = prepare(arena)
    with arena.app_context(), transaction():
        line = Line(LineKind.PACK, "回数券", "Pack", 10_000)
        invoice_id = charge(person_id, [line], studio_id=studio_id, due_on=NOW.date(), by=SYSTEM, now=NOW).id

    def write(writer: int, number: int) -> bool:
        def work() -> None:
            invoice = db.session.get_one(Invoice, invoice_id)
            pay(invoice, PaymentKind.CASH, 1_000, received_on=NOW.date(), by=SYSTEM, now=NOW)

        try:
            in_transaction(work)
        except MoreThanOwed:
            return False
        return True

    return invoice_id, write


def test_twenty_payments_pay_ten_debts(arena: Flask) -> None:
    invoice_id, write = _paying(arena)
    assert race(arena, WRITERS, 1, write) == [Counter(won=10, lost=10)]
    with arena.app_context():
        assert items([invoice_id])[0].open_yen == 0


def test_without_the_lock_the_database_refuses_the_rest(arena: Flask) -> None:
    invoice_id, write = _paying(arena)
    with patch.object(actions, "held_items", items):
        (ended,) = race(arena, WRITERS, 1, write)
    assert ended["won"] == 10
    with arena.app_context():
        assert items([invoice_id])[0].open_yen == 0


def test_of_two_desks_that_take_the_same_one_is_asked(arena: Flask) -> None:
    """Each for another invoice: what both hold is the person."""
    studio_id, person_id = prepare(arena)
    with arena.app_context(), transaction():
        line = Line(LineKind.PACK, "回数券", "Pack", 10_000)
        invoice_ids = [
            charge(person_id, [line], studio_id=studio_id, due_on=NOW.date(), by=SYSTEM, now=NOW).id
            for _ in range(2)
        ]

    def write(writer: int, number: int) -> bool:
        try:
            in_transaction(
                lambda: take_at_desk(
                    person_id, [invoice_ids[writer]], PaymentKind.CASH, 100 + number, studio=the_studio(),
                    received_on=NOW.date(), is_another=False, by=SYSTEM, now=NOW,
                )
            )  # fmt: skip
        except PaidAlready:
            return False
        return True

    assert race(arena, 2, 10, write) == [Counter(won=1, lost=1)] * 10


def test_of_two_desks_that_sell_the_same_one_is_asked(arena: Flask) -> None:
    studio_id, _person_id = prepare(arena)
    clients = []
    with arena.app_context(), transaction():
        plan_id = next(plan.id for plan in plans(studio_id) if not plan.is_monthly)
        for number in range(10):
            person = create_person(name="客", mails=[f"d{number}@x.example"], by=SYSTEM, now=NOW)
            made = register(person.id, joined_on=NOW.date(), main_trainer_id=None, by=SYSTEM, now=NOW)
            clients.append(made.id)

    def write(writer: int, number: int) -> bool:
        client = db.session.get_one(Client, clients[number])
        try:
            in_transaction(
                lambda: sell_at_desk(
                    client,
                    plan_id,
                    NOW.date(),
                    studio=the_studio(),
                    paid=None,
                    is_another=False,
                    by=SYSTEM,
                    now=NOW,
                )
            )
        except SoldAlready:
            return False
        return True

    assert race(arena, 2, 10, write) == [Counter(won=1, lost=1)] * 10


def test_two_presses_take_one_sale_back(arena: Flask) -> None:
    _studio_id, person_id = prepare(arena)
    with arena.app_context(), transaction():
        studio = the_studio()
        client, pack = (
            register(person_id, joined_on=NOW.date(), main_trainer_id=None, by=SYSTEM, now=NOW),
            plans(studio.id)[0],
        )
        sell(client, pack.id, NOW.date(), studio=studio, paid=None, by=SYSTEM, now=NOW)
        paid = Paid(PaymentKind.CASH)
        sold_ids = [
            sell(client, pack.id, NOW.date(), studio=studio, paid=paid, by=SYSTEM, now=NOW).id
            for _ in range(ROUNDS)
        ]

    def write(writer: int, number: int) -> bool:
        def work() -> None:
            undo_sale(sold_ids[number], person_id, studio=the_studio(), is_manager=True, by=SYSTEM, now=NOW)

        try:
            in_transaction(work)
        except NotUndone:
            return False
        return True

    assert race(arena, 4, ROUNDS, write) == [Counter(won=1, lost=3)] * ROUNDS
    with arena.app_context():
        assert db.session.scalar(select(func.sum(Payment.amount_yen))) == 0
