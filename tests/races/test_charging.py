"""The hourly sweep of the books goes in small pieces: a desk waits for one of them, one bad row stops nobody, and what
was killed is taken up again.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from backoffice import health
from backoffice.billing import charging
from backoffice.billing.actions import Charge, Line, charge_all
from backoffice.billing.charging import charge_months
from backoffice.billing.models import BillingSettings, Invoice, InvoiceLine, LineKind
from backoffice.clients.actions import register
from backoffice.clients.models import Client
from backoffice.core import batches
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction, transaction
from backoffice.core.heartbeat import detail_of
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.studio.queries import the_studio
from tasks import billing, context

from .conftest import NOW

pytestmark = pytest.mark.races

MEMBERS = 200
FIRST = NOW.date() - timedelta(days=10)
TOO_MUCH = 10_000_001
"""A price that no invoice can carry."""


@pytest.fixture
def members(arena: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two hundred whose month has begun and is not charged."""
    monkeypatch.setattr("backoffice.core.clock.utc_now", lambda: NOW)
    context.use(arena)
    with arena.app_context(), transaction():
        studio = the_studio()
        db.session.get_one(BillingSettings, studio.id).charges_from = FIRST
        plan = next(one for one in plans(studio.id) if one.is_monthly)
        terms = {
            "plan_id": plan.id, "starts_on": FIRST, "name_ja": "月4回", "name_en": "Four a month", "price_yen": 39_600,
            "sessions": 4, "is_monthly": True, "carries_months": 0, "created_at": NOW, "created_by": "test",
        }  # fmt: skip
        made = []
        for number in range(MEMBERS):
            person = create_person(name="客", mails=[f"c{number}@x.example"], by=SYSTEM, now=NOW)
            client = register(person.id, joined_on=FIRST, main_trainer_id=None, by=SYSTEM, now=NOW)
            made.append(Membership(client_id=client.id, **terms))
        db.session.add_all(made)
        db.session.flush()
        return [one.id for one in made]


def sweep() -> None:
    """What the worker does once an hour."""
    billing.charge_what_is_due()


def numbers(app: Flask) -> list[int]:
    """The numbers of all invoices, in order."""
    with app.app_context():
        return list(db.session.scalars(select(Invoice.number).order_by(Invoice.number)))


def months(app: Flask) -> list[int]:
    """The membership of each month that was charged, in order."""
    with app.app_context():
        return list(db.session.scalars(select(InvoiceLine.membership_id).order_by(InvoiceLine.membership_id)))


@contextmanager
def at_piece(wanted: int, call: Callable[[], object]) -> Iterator[None]:
    """Call something when a piece of the sweep has written its invoices and not committed them."""
    pieces = iter(range(1, 10**6))

    def written(*given: object, **named: object) -> list[Invoice]:
        made = charge_all(*given, **named)  # type: ignore[arg-type]
        if next(pieces) == wanted:
            call()
        return made

    with patch.object(charging, "charge_all", written):
        yield


def test_all_are_charged_once_without_a_gap(arena: Flask, members: list[int]) -> None:
    for _ in range(2):
        sweep()
    assert months(arena) == members
    assert numbers(arena) == list(range(1, MEMBERS + 1))
    with arena.app_context():
        assert detail_of("charge_what_is_due") == "0 months, 0 fees"
        assert detail_of(health.CHARGED) == ""


def desk_during_the_sweep(arena: Flask, person_id: int) -> int:
    """The number of an invoice that the desk writes while the sweep is in its second piece."""
    given: list[int] = []

    def write() -> None:
        with arena.app_context():
            line = Line(LineKind.OTHER, "水", "Water", 150)
            asked = Charge(person_id, [line], NOW.date())

            def work() -> int:
                return charge_all([asked], studio_id=the_studio().id, by=SYSTEM, now=NOW)[0].number

            given.append(in_transaction(work))

    desk = threading.Thread(target=write)

    def begin() -> None:
        desk.start()
        wait_until_somebody_waits(arena)

    with at_piece(2, begin):
        sweep()
    desk.join(30)
    return given[0]


def wait_until_somebody_waits(arena: Flask) -> None:
    """Until a connection waits for a row that another holds."""
    asked = text(
        "select count(*) from pg_locks join pg_database on datname = current_database() where not granted"
    )
    for _ in range(200):
        with db.engine.connect() as connection:
            if connection.execute(asked).scalar_one():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waited")


def somebody(arena: Flask) -> int:
    """A person the desk sells water to."""
    with arena.app_context():
        return db.session.scalars(select(func.min(Client.person_id))).one()


def test_a_desk_waits_for_a_piece_at_most(arena: Flask, members: list[int]) -> None:
    number = desk_during_the_sweep(arena, somebody(arena))
    assert number <= 4 * batches.BATCH, "it has waited for the sweep"
    assert numbers(arena) == list(range(1, MEMBERS + 2))
    assert [one for one in months(arena) if one is not None] == members


def test_control_in_one_piece_the_desk_waits_for_all(
    arena: Flask, members: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", MEMBERS // 2)
    assert desk_during_the_sweep(arena, somebody(arena)) == MEMBERS + 1


def test_who_cannot_be_charged_stops_nobody(
    arena: Flask, members: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    poisoned = members[27]
    with arena.app_context(), transaction():
        db.session.get_one(Membership, poisoned).price_yen = TOO_MUCH
    sweep()
    assert months(arena) == [one for one in members if one != poisoned]
    assert numbers(arena) == list(range(1, MEMBERS))
    with arena.app_context():
        assert detail_of(health.CHARGED) == "months of memberships: 1"
    told = [one for one in caplog.records if one.message == "row not done"]
    assert [(one.sweep, one.row, one.kind) for one in told] == [("months", poisoned, "Invalid")]  # type: ignore[attr-defined]
    with arena.app_context(), transaction():
        db.session.get_one(Membership, poisoned).price_yen = 39_600
    sweep()
    assert months(arena) == members
    with arena.app_context():
        assert detail_of(health.CHARGED) == ""


def test_killed_in_the_middle_it_is_taken_up_again(arena: Flask, members: list[int]) -> None:
    def kill() -> None:
        own = db.session.execute(select(func.pg_backend_pid())).scalar_one()
        with db.engine.connect() as connection:
            connection.execute(select(func.pg_terminate_backend(own)))

    with at_piece(4, kill), pytest.raises(OperationalError):
        sweep()
    assert months(arena) == members[: 3 * batches.BATCH], "what was done stays done, the rest was not begun"
    sweep()
    assert months(arena) == members
    assert numbers(arena) == list(range(1, MEMBERS + 1))


def test_two_sweeps_at_once_charge_nothing_twice(arena: Flask, members: list[int]) -> None:
    def other() -> None:
        def run() -> None:
            with arena.app_context(), transaction():
                charge_months(the_studio(), by=SYSTEM, now=NOW)

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(0.2)
        threads.append(thread)

    threads: list[threading.Thread] = []
    with at_piece(3, other):
        sweep()
    for thread in threads:
        thread.join(30)
    sweep()
    assert months(arena) == members
    assert numbers(arena) == list(range(1, MEMBERS + 1))
