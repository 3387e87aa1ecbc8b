"""Copying: weekday by weekday, days edited by hand stay, nothing that was not looked at, undone in one go."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backoffice.core.audit import Actor
from backoffice.core.errors import Invalid, Stale
from backoffice.shifts.copying import copy_table, month_days, plan_copy, source_days, undo_copy
from backoffice.shifts.days import Cell
from backoffice.shifts.models import ShiftCopy
from backoffice.shifts.queries import last_copy
from backoffice.studio.models import Studio
from tests.backoffice.shifts.conftest import Put, Read
from tests.blueprints.bookings.front_desk import trainer
from tests.statements import statements

DECEMBER = date(2026, 12, 1)
MONDAY = date(2026, 11, 30)
WEEKLY = "10:00-14:00 15:00-20:00"

Copy = Callable[..., ShiftCopy]


@pytest.fixture
def copy(gym: Studio, by: Actor, now: datetime) -> Copy:
    """Look at a copy onto December and do it."""

    def run(
        week: date | None = None, overwrite: set[Cell] | None = None, seen: str | None = None
    ) -> ShiftCopy:
        seen = seen or plan_copy(gym, DECEMBER, week, now=now).fingerprint
        return copy_table(gym, DECEMBER, week, overwrite=overwrite or (), seen=seen, by=by, now=now)

    return run


@pytest.mark.parametrize("month", [date(2026, 12, 1), date(2027, 2, 1), date(2027, 3, 15), date(2028, 2, 29)])
def test_every_day_comes_from_the_same_weekday_of_the_month_before(month: date) -> None:
    sources = source_days(month, None)
    assert list(sources) == month_days(month)
    before = month_days(month.replace(day=1) - timedelta(days=1))
    for day, source in sources.items():
        assert source in before
        assert source.weekday() == day.weekday()
        wanted, last = (day.day - 1) // 7, max(one for one in before if one.weekday() == day.weekday())
        assert (source.day - 1) // 7 == wanted or source == last


def test_a_week_is_copied_onto_each_week(copy: Copy, put: Put, hours_on: Read) -> None:
    put(MONDAY, "9-12")
    put(MONDAY + timedelta(days=6), "")
    made = copy(MONDAY + timedelta(days=3))
    assert [hours_on(date(2026, 12, day)) for day in (7, 14, 21, 28)] == ["09:00-12:00*"] * 4
    assert [hours_on(date(2026, 12, day)) for day in (6, 13, 20, 27)] == ["*"] * 4
    assert hours_on(date(2026, 12, 8)) == WEEKLY
    assert len(made.days) == 4 + 3, "the Sunday in the week itself needs no change"


def test_the_month_before_is_copied_and_past_days_stay(
    gym: Studio, put: Put, hours_on: Read, by: Actor, now: datetime
) -> None:
    put(date(2026, 10, 6), "9-12")
    plan = plan_copy(gym, date(2026, 11, 1), None, now=now)
    assert plan.changes == [], "its first Tuesday is past, today is the fourth"
    put(date(2026, 10, 27), "9-12")
    plan = plan_copy(gym, date(2026, 11, 1), None, now=now)
    assert [(one.day, one.source) for one in plan.changes] == [(date(2026, 11, 24), date(2026, 10, 27))]
    copy_table(gym, date(2026, 11, 1), None, seen=plan.fingerprint, by=by, now=now)
    assert hours_on(date(2026, 11, 24)) == "09:00-12:00*"


def test_days_edited_by_hand_stay_unless_they_are_ticked(
    gym: Studio, copy: Copy, put: Put, hours_on: Read
) -> None:
    put(MONDAY, "9-12")
    for day in (7, 14):
        put(date(2026, 12, day), "18-20")
    copy(MONDAY, overwrite={(trainer(gym).id, date(2026, 12, 14))})
    assert [hours_on(date(2026, 12, day)) for day in (7, 14, 21)] == [
        "18:00-20:00*", "09:00-12:00*", "09:00-12:00*",
    ]  # fmt: skip


def test_what_was_not_looked_at_is_not_copied(gym: Studio, copy: Copy, put: Put, now: datetime) -> None:
    put(MONDAY, "9-12")
    seen = plan_copy(gym, DECEMBER, MONDAY, now=now).fingerprint
    put(date(2026, 12, 7), "18-20")
    with pytest.raises(Stale):
        copy(MONDAY, seen=seen)
    assert last_copy(gym.id, DECEMBER) is None


def test_a_copy_that_changes_nothing_is_refused(copy: Copy, put: Put) -> None:
    with pytest.raises(Invalid):
        copy(MONDAY)


def test_undoing_puts_back_what_was_there_but_not_over_later_hands(
    gym: Studio, copy: Copy, put: Put, hours_on: Read, by: Actor, now: datetime
) -> None:
    put(MONDAY, "9-12")
    put(date(2026, 12, 7), "18-20")
    made = copy(MONDAY, overwrite={(trainer(gym).id, date(2026, 12, 7))})
    put(date(2026, 12, 14), "13-15")
    assert last_copy(gym.id, DECEMBER) is made
    assert undo_copy(gym, made.id, by=by, now=now) == (3, 1)
    assert [hours_on(date(2026, 12, day)) for day in (7, 14, 21)] == ["18:00-20:00*", "13:00-15:00*", WEEKLY]
    assert undo_copy(gym, made.id, by=by, now=now) == (0, 0)
    assert last_copy(gym.id, DECEMBER) is None


def test_undoing_later_leaves_the_days_that_were_worked(
    gym: Studio, copy: Copy, put: Put, hours_on: Read, by: Actor, now: datetime
) -> None:
    put(MONDAY, "9-12")
    made = copy(MONDAY)
    later = now + timedelta(days=14 + 6)  # Monday 14 December, a week after the first day copied
    assert undo_copy(gym, made.id, by=by, now=later) == (3, 0)
    assert [hours_on(date(2026, 12, day)) for day in (7, 14, 28)] == ["09:00-12:00*", WEEKLY, WEEKLY]
    assert undo_copy(gym, made.id, by=by, now=later + timedelta(days=60)) == (0, 0)


def test_a_copy_costs_as_much_for_many_days(gym: Studio, copy: Copy, put: Put, session: Session) -> None:
    put(MONDAY, "9-12")
    with statements() as few:
        copy(MONDAY)
    session.execute(text("delete from shift_days where day > '2026-12-06'"))
    for number in range(7):
        put(MONDAY + timedelta(days=number), "9-12")
    with statements() as many:
        assert len(copy(MONDAY).days) == 25
    assert len(many) == len(few)
