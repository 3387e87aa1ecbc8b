"""Accounts under simultaneous clicks: somebody must stay who can let others in, and a secret counts every guess."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from flask import Flask

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.core.errors import DomainError
from backoffice.staff import actions, invitations, sessions, tokens
from backoffice.staff import sign_in as proving
from backoffice.staff.models import Role, Staff, StaffSession, StaffState
from backoffice.staff.tokens import Purpose
from tests.gym import make_staff

from .conftest import NOW

pytestmark = pytest.mark.races


def at_once(app: Flask, count: int, act: Callable[[int], str]) -> Counter[str]:
    """Let `count` threads act at the same instant, each in a transaction of its own; how it ended."""
    gate = Barrier(count)

    def run(number: int) -> str:
        with app.app_context():
            gate.wait(timeout=30)
            try:
                with transaction():
                    return act(number)
            except DomainError as error:
                return type(error).__name__

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(run, range(count)))


def test_owners_who_suspend_each_other_at_once_leave_one(arena: Flask) -> None:
    with arena.app_context():
        ids = [make_staff(f"o{n}@test.example", [Role.OWNER], now=NOW).id for n in range(2)]

    def suspend_the_other(number: int) -> str:
        actions.suspend(ids[1 - number], by=SYSTEM, now=NOW)
        return "suspended"

    for _ in range(20):
        assert at_once(arena, 2, suspend_the_other) == {"suspended": 1, "LastOwner": 1}
        with arena.app_context(), transaction():
            db.session.query(Staff).update({"state": StaffState.ACTIVE})


def test_one_link_chooses_one_password(arena: Flask) -> None:
    with arena.app_context(), transaction():
        staff = make_staff("reset@test.example", [Role.TRAINER], now=NOW)
        secret = tokens.mint_link(staff.id, Purpose.RESET, now=NOW).rpartition("/")[2]

    def choose(number: int) -> str:
        invitations.accept(secret, Purpose.RESET, f"a quiet morning no {number}", now=NOW)
        return "chosen"

    assert at_once(arena, 4, choose) == {"chosen": 1, "LinkUsedUp": 3}


def test_guesses_at_the_same_time_are_counted_one_by_one(arena: Flask) -> None:
    with arena.app_context(), transaction():
        staff = make_staff("pin@test.example", [Role.FRONT_DESK], now=NOW)
        staff.pin_hash = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("2580")
        sessions.open_session(staff, is_shared=True, now=NOW)
        session_id, staff_id = db.session.query(StaffSession.id).scalar(), staff.id

    def guess(number: int) -> str:
        member = db.session.get_one(Staff, staff_id)
        proof = proving.enter_pin(session_id, member, f"{7000 + number}", by=SYSTEM, now=NOW)
        return type(proof.refusal).__name__

    assert at_once(arena, 8, guess) == {"WrongSecret": 2, "PinUsedUp": 6}
