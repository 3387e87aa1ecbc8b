"""Two who write about the same money at one time: each is made to meet in the middle of the other."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.billing import debits, taking_back
from backoffice.billing.actions import Line, charge
from backoffice.billing.charging import sell
from backoffice.billing.debits import Verdict, import_file, keep_file
from backoffice.billing.models import CreditWhy, FailedDebit, Invoice, LineKind, Payment
from backoffice.billing.taking_back import take_sale_back
from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction, transaction
from backoffice.memberships import changing
from backoffice.memberships.changing import change_plan
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.studio.queries import service_by_slug, the_studio
from backoffice.tickets.queries import lots_of
from backoffice.todos.models import Todo, TodoKind
from tests.races.test_double_booking import race
from tests.races.test_leaving import LAST, members, running_on, unlocked
from tests.races.test_tickets import _seat as a_seat
from tests.races.test_tickets import spending

from .conftest import NOW

pytestmark = pytest.mark.races

PAUSE = 0.4


class Meeting:
    """Holds the first in the middle of its work until the second has had time to come in."""

    def __init__(self) -> None:
        self.is_on = threading.Event()

    def after(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call, with the pause behind it; once."""

        def paused(*given: Any, **named: Any) -> Any:
            result = call(*given, **named)
            if not self.is_on.is_set():
                self.is_on.set()
                time.sleep(PAUSE)
            return result

        return paused

    def wait(self) -> None:
        """Come in while the first pauses."""
        assert self.is_on.wait(30)


def changing_while_leaving(arena: Flask) -> Counter[str]:
    """A plan is changed; in the middle of it the member leaves. Nobody tries again."""
    client_id, membership_id = members(arena)[0]
    meeting = Meeting()

    def write(writer: int, _number: int) -> bool:
        studio = the_studio()
        if writer:
            meeting.wait()
            terms = LeavingTerms(LAST, LeavingReason.TIME)
            with transaction():
                leave(client_id, terms, studio=studio, waiver="検査", by=SYSTEM, now=NOW)
        else:
            plan = [one for one in plans(studio.id) if one.is_monthly][1]
            with transaction():
                change_plan(membership_id, plan.id, studio=studio, by=SYSTEM, now=NOW)
        return True

    with patch.object(changing, "held_membership", meeting.after(changing.held_membership)):
        (ended,) = race(arena, 2, 1, write)
    assert running_on(arena) == 0
    return ended


def test_a_change_of_plan_ends_with_who_leaves_meanwhile(arena: Flask) -> None:
    assert changing_while_leaving(arena) == Counter(won=2)


def test_control_a_change_that_holds_nobody_is_caught_by_a_deadlock_alone(arena: Flask) -> None:
    """The new agreement refers to the client, so the database lets only one through: by ending the other."""
    with patch.object(changing, "held_client", unlocked):
        ended = changing_while_leaving(arena)
    assert any("deadlock detected" in how for how in ended), ended


def test_two_copies_of_a_file_of_debits_are_written_once(arena: Flask) -> None:
    with arena.app_context(), transaction():
        studio = the_studio()
        labels = []
        for number in range(2):
            who = create_person(name="客", mails=[f"d{number}@x.example"], by=SYSTEM, now=NOW)
            line = Line(LineKind.MONTH, "月4回", "Month", 9_000)
            made = charge(who.id, [line], studio_id=studio.id, due_on=NOW.date(), by=SYSTEM, now=NOW)
            labels.append(made.label)
        text = f"請求書番号,金額,結果\n{labels[0]},4000,0\n{labels[1]},9000,1\n"
        tokens = [keep_file(text.encode(), "furikae.csv", by=SYSTEM, now=NOW).token for _ in range(2)]
    meeting, told = Meeting(), [Counter[Verdict]() for _ in range(2)]

    def write(writer: int, _number: int) -> bool:
        if writer:
            meeting.wait()
        done = in_transaction(
            lambda: import_file(tokens[writer], the_studio(), NOW.date(), by=SYSTEM, now=NOW)
        )
        told[writer].update(done)
        return True

    with patch.object(debits, "_known", meeting.after(debits._known)):
        assert race(arena, 2, 1, write) == [Counter(won=2)]
    assert +told[0] == {Verdict.PAID: 1, Verdict.FAILED: 1}
    assert +told[1] == {Verdict.KNOWN: 2}
    with arena.app_context():
        assert db.session.scalars(select(Payment.amount_yen)).all() == [4_000]
        assert db.session.scalar(select(func.count()).select_from(FailedDebit)) == 1
        failed = select(func.count()).select_from(Todo).where(Todo.kind == TodoKind.DEBIT_FAILED)
        assert db.session.scalar(failed) == 1


def test_a_visit_booked_while_a_sale_is_taken_back_finds_no_ticket(arena: Flask) -> None:
    with arena.app_context(), transaction():
        studio = the_studio()
        who = create_person(name="客", mails=["s@x.example"], by=SYSTEM, now=NOW)
        client = register(who.id, joined_on=NOW.date(), main_trainer_id=None, by=SYSTEM, now=NOW)
        plan_id = next(plan.id for plan in plans(studio.id) if not plan.is_monthly)
        sell(client, plan_id, NOW.date(), studio=studio, paid=None, by=SYSTEM, now=NOW)
        person_id, seat = who.id, a_seat(studio.id, service_by_slug(studio.id, "session").id, who.id, 1)
        invoice_id = db.session.scalars(select(Invoice.id)).one()
    meeting = Meeting()
    spend = spending([person_id], [[seat, seat]])

    def take_back() -> None:
        invoice = db.session.get_one(Invoice, invoice_id)
        lines = taking_back.lines_of([invoice_id])
        take_sale_back(
            invoice, [line.id for line in lines], with_tickets=True, why=CreditWhy.MISTAKE, reason="誤り", by=SYSTEM,
            now=NOW,
        )  # fmt: skip

    def write(writer: int, number: int) -> bool:
        if writer:
            meeting.wait()
            return spend(writer, number)
        in_transaction(take_back)
        return True

    with patch.object(taking_back, "sold_lots", meeting.after(taking_back.sold_lots)):
        assert race(arena, 2, 1, write) == [Counter(won=1, lost=1)]
    with arena.app_context():
        assert [lot.free for lot in lots_of(person_id)] in ([], [0])
