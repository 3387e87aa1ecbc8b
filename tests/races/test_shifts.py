"""The shift table with many hands at once: of two approvals, of an approval and an edit, of two edits one wins."""

from collections import Counter
from datetime import date, timedelta

import pytest
from flask import Flask

from backoffice.bookings.shift_table import shift_table
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.core.errors import Stale
from backoffice.shifts.days import NEVER_SET, own_days, set_day
from backoffice.shifts.models import ShiftSwap, SwapState
from backoffice.shifts.swaps import Settled, answer, ask, decide, withdraw
from backoffice.staff.models import Role, Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import the_studio
from tests.gym import make_staff
from tests.races.test_people_and_leads import at_once

from .conftest import NOW

pytestmark = pytest.mark.races

ROUNDS = 12
FIRST = date(2026, 12, 1)
ONE_DONE = Counter({"done": 1, "stale": 1})


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


def team() -> tuple[Trainer, Trainer]:
    mori, okada = trainers(the_studio().id)
    return mori, okada


@pytest.fixture
def accepted(arena: Flask) -> list[int]:
    """A request for each round that waits for a manager: okada, who is off, takes mori's day."""
    known = {"by": SYSTEM, "now": NOW}
    with arena.app_context():
        staff = [make_staff(f"{who}@test.example", [Role.TRAINER], now=NOW).id for who in ("mori", "okada")]
        with transaction():
            studio, (mori, okada) = the_studio(), team()
            mori.staff_id, okada.staff_id = staff
            db.session.flush()
            ids = []
            for number in range(ROUNDS):
                set_day(okada, day_of(number), [], version=None, **known)  # type: ignore[arg-type]
                swap = ask(studio, mori, okada, day_of(number), **known)  # type: ignore[arg-type]
                ids.append(answer(studio, swap.id, okada.id, True, version=None, **known).id)  # type: ignore[arg-type]
    return ids


def approve(swap_id: int) -> None:
    try:
        decide(the_studio(), swap_id, True, version=None, by=SYSTEM, now=NOW)
    except Settled as refusal:
        raise Stale from refusal


def test_of_two_approvals_one_counts(arena: Flask, accepted: list[int]) -> None:
    ended = at_once(arena, 2, ROUNDS, lambda _writer, number: approve(accepted[number]))
    assert ended == [ONE_DONE] * ROUNDS
    with arena.app_context():
        mori, okada = team()
        table = shift_table([mori.id, okada.id], FIRST, day_of(ROUNDS - 1))
        for number in range(ROUNDS):
            assert table[mori.id, day_of(number)].spans == []
            assert table[okada.id, day_of(number)].spans == [(600, 840), (900, 1200)]
            assert own_days([(mori.id, day_of(number))])[mori.id, day_of(number)][1] == 1


def test_of_an_approval_and_an_edit_one_wins(arena: Flask, accepted: list[int]) -> None:
    def write(writer: int, number: int) -> None:
        if (writer + number) % 2:
            approve(accepted[number])
        else:
            mori, _okada = team()
            set_day(mori, day_of(number), [(540, 720)], version=NEVER_SET, by=SYSTEM, now=NOW)

    assert at_once(arena, 2, ROUNDS, write) == [ONE_DONE] * ROUNDS
    with arena.app_context():
        mori, okada = team()
        table = shift_table([mori.id, okada.id], FIRST, day_of(ROUNDS - 1))
        for number, swap_id in enumerate(accepted):
            is_approved = db.session.get_one(ShiftSwap, swap_id).state == SwapState.APPROVED
            assert table[mori.id, day_of(number)].spans == ([] if is_approved else [(540, 720)])
            assert bool(table[okada.id, day_of(number)].spans) == is_approved


def test_of_an_approval_and_a_withdrawal_one_wins(arena: Flask, accepted: list[int]) -> None:
    def write(writer: int, number: int) -> None:
        if (writer + number) % 2:
            return approve(accepted[number])
        mori, _okada = team()
        try:
            withdraw(the_studio(), accepted[number], mori.id, version=None, by=SYSTEM, now=NOW)
        except Settled as refusal:
            raise Stale from refusal

    assert at_once(arena, 2, ROUNDS, write) == [ONE_DONE] * ROUNDS
    with arena.app_context():
        mori, _okada = team()
        table = shift_table([mori.id], FIRST, day_of(ROUNDS - 1))
        for number, swap_id in enumerate(accepted):
            is_approved = db.session.get_one(ShiftSwap, swap_id).state == SwapState.APPROVED
            assert (table[mori.id, day_of(number)].spans == []) == is_approved


def test_of_edits_of_a_day_nobody_had_edited_one_wins(arena: Flask) -> None:
    def write(writer: int, number: int) -> None:
        mori, _okada = team()
        set_day(mori, day_of(number), [(540 + writer, 720)], version=NEVER_SET, by=SYSTEM, now=NOW)

    ended = at_once(arena, 4, ROUNDS, write)
    assert [one["done"] for one in ended] == [1] * ROUNDS
