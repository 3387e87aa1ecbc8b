"""Swaps: asked, accepted, approved; only the approval changes the table, and only the table that was asked about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backoffice.bookings.schedule import add_time_off
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.shifts.hours_text import read_hours
from backoffice.shifts.models import ShiftSwap, SwapState
from backoffice.shifts.outside import outside_hours, within
from backoffice.shifts.queries import swap_of, swaps
from backoffice.shifts.swap_moves import ALREADY_WORKED, AWAY, NOT_WORKED, moves_of
from backoffice.shifts.swaps import Settled, answer, ask, decide, withdraw
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from tests.backoffice.bookings.conftest import Desk
from tests.backoffice.shifts.conftest import Put, Read
from tests.blueprints.bookings.front_desk import trainer
from tests.gym import make_staff

MONDAY = date(2026, 11, 30)
TUESDAY = MONDAY + timedelta(days=1)
WEEKLY = "10:00-14:00 15:00-20:00"


@dataclass
class Team:
    """Mori and okada with accounts; each step in one line."""

    gym: Studio
    by: Actor
    now: datetime
    accounts: dict[str, Staff]

    def ask(self, hours: str = "", other: str = "okada", day: date = MONDAY, **more: Any) -> ShiftSwap:
        given = {"spans": read_hours(hours), "by": self.by, "now": self.now, **more}
        return ask(self.gym, trainer(self.gym), trainer(self.gym, other), day, **given)

    def answer(self, swap: ShiftSwap, accepts: bool = True, who: str = "okada") -> ShiftSwap:
        return answer(
            self.gym,
            swap.id,
            trainer(self.gym, who).id,
            accepts,
            version=swap.version,
            by=self.by,
            now=self.now,
        )

    def decide(
        self, swap: ShiftSwap, approves: bool = True, word: str = "", version: int | None = None
    ) -> ShiftSwap:
        return decide(self.gym, swap.id, approves, word=word, version=version, by=self.by, now=self.now)

    def todos(self) -> list[tuple[str, int | None]]:
        query = select(Todo.title, Todo.owner_staff_id).where(
            Todo.kind == TodoKind.SHIFT_SWAP, Todo.done_at.is_(None)
        )
        return [(title, owner) for title, owner in db.session.execute(query)]


@pytest.fixture
def team(gym: Studio, by: Actor, now: datetime) -> Team:
    """Both trainers with an account of their own."""
    accounts = {who: make_staff(f"{who}@test.example", [Role.TRAINER], now=now) for who in ("mori", "okada")}
    for who, staff in accounts.items():
        trainer(gym, who).staff_id = staff.id
    db.session.flush()
    return Team(gym, by, now, accounts)


def test_a_day_is_taken_over_once_a_manager_approves(team: Team, put: Put, hours_on: Read) -> None:
    put(MONDAY, "", who="okada")
    swap = team.ask(note="私用です")
    assert team.todos() == [("A trainer asks to swap shifts", team.accounts["okada"].id)]
    team.answer(swap)
    assert team.todos() == [("A swap of shifts waits for approval", None)]
    assert hours_on(MONDAY) == WEEKLY, "accepting changes nothing"
    team.decide(swap, word="了解")
    assert (hours_on(MONDAY), hours_on(MONDAY, "okada")) == ("*", WEEKLY + "*")
    assert team.todos() == []
    assert (swap.state, swap.word, swap.decided_by) == (SwapState.APPROVED, "了解", team.by.label)
    of_swaps = select(AuditLine.action).where(AuditLine.subject_kind == "shift_swap")
    lines = db.session.scalars(of_swaps.order_by(AuditLine.id)).all()
    assert lines == ["shift_swap.asked", "shift_swap.accepted", "shift_swap.approved"]


def test_a_part_of_a_day_is_taken_over(team: Team, put: Put, hours_on: Read) -> None:
    put(MONDAY, "8-16", who="okada")
    team.decide(team.answer(team.ask("16-20")))
    assert hours_on(MONDAY) == "10:00-14:00 15:00-16:00*"
    assert hours_on(MONDAY, "okada") == "08:00-20:00*"


def test_two_days_are_exchanged(team: Team, put: Put, hours_on: Read) -> None:
    put(MONDAY, "", who="okada")
    put(TUESDAY, "")
    put(TUESDAY, "9-12", who="okada")
    team.decide(team.answer(team.ask(back_day=TUESDAY)))
    assert (hours_on(MONDAY), hours_on(MONDAY, "okada")) == ("*", WEEKLY + "*")
    assert (hours_on(TUESDAY), hours_on(TUESDAY, "okada")) == ("09:00-12:00*", "*")


def test_early_and_late_of_one_day_are_exchanged(team: Team, put: Put, hours_on: Read) -> None:
    put(MONDAY, "9-15")
    put(MONDAY, "13-20", who="okada")
    team.decide(team.answer(team.ask(back_day=MONDAY)))
    assert (hours_on(MONDAY), hours_on(MONDAY, "okada")) == ("13:00-20:00*", "09:00-15:00*")


@pytest.mark.parametrize("when", ["asked", "accepted"])
@pytest.mark.parametrize("who", ["mori", "okada"])
def test_an_approval_holds_for_the_table_that_was_asked_about(
    team: Team, put: Put, hours_on: Read, when: str, who: str
) -> None:
    put(MONDAY, "", who="okada")
    swap = team.ask("15-20")
    if when == "accepted":
        team.answer(swap)
    put(MONDAY, "10-20" if who == "mori" else "9-12", who=who)
    before = hours_on(MONDAY), hours_on(MONDAY, "okada")
    with pytest.raises(Stale, match="has changed since"):
        team.decide(swap) if when == "accepted" else team.answer(swap)
    assert (hours_on(MONDAY), hours_on(MONDAY, "okada")) == before
    assert swap.state == (SwapState.ACCEPTED if when == "accepted" else SwapState.ASKED)


def test_nobody_takes_what_is_not_worked_or_works_twice_or_is_away(
    team: Team, put: Put, gym: Studio, by: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid, match=ALREADY_WORKED):
        team.ask()
    put(MONDAY, "", who="okada")
    with pytest.raises(Invalid, match=NOT_WORKED):
        team.ask("13-16")
    with pytest.raises(Invalid, match=NOT_WORKED):
        team.ask("15-20", back_day=MONDAY)
    desk = Desk(gym, by, now)
    swap = team.answer(team.ask("15-20"))
    add_time_off(trainer(gym, "okada"), desk.at(19, day=MONDAY), desk.at(21, day=MONDAY), by=by, now=now)
    with pytest.raises(Invalid, match=AWAY):
        team.decide(swap)
    next_monday = MONDAY + timedelta(days=7)
    put(next_monday, "", who="okada")
    add_time_off(
        trainer(gym, "okada"), desk.at(9, day=next_monday), desk.at(11, day=next_monday), by=by, now=now
    )
    with pytest.raises(Invalid, match=AWAY):
        team.ask("10-14", day=next_monday)
    assert team.ask("15-20", day=next_monday)


def test_whom_and_when_one_may_ask(team: Team, put: Put, now: datetime) -> None:
    put(MONDAY, "", who="okada")
    with pytest.raises(Invalid, match="another trainer"):
        team.ask(other="mori")
    team.ask("15-20")
    with pytest.raises(Invalid, match="open request"):
        team.ask("10-14")
    put(now.date() - timedelta(days=1), "", who="okada")
    with pytest.raises(Invalid, match="passed"):
        team.ask(day=now.date() - timedelta(days=1))
    trainer(team.gym, "okada").staff_id = None
    with pytest.raises(Invalid, match="another trainer"):
        team.ask(day=TUESDAY)


def test_each_step_is_taken_once_and_by_the_one_it_is_for(team: Team, put: Put, hours_on: Read) -> None:
    put(MONDAY, "", who="okada")
    swap = team.ask()
    known = {"version": swap.version, "by": team.by, "now": team.now}
    with pytest.raises(NotFound):
        team.answer(swap, who="mori")
    with pytest.raises(NotFound):
        withdraw(team.gym, swap.id, trainer(team.gym, "okada").id, **known)  # type: ignore[arg-type]
    with pytest.raises(Settled):
        team.decide(swap)
    team.answer(swap)
    with pytest.raises(Settled):
        team.answer(swap)
    with pytest.raises(Settled):
        team.decide(swap, version=1)
    with pytest.raises(Invalid, match="why"):
        team.decide(swap, approves=False)
    team.decide(swap, approves=False, word="人手が足りません")
    with pytest.raises(Settled):
        team.decide(swap)
    assert hours_on(MONDAY) == WEEKLY
    assert team.todos() == []


def test_declined_or_withdrawn_it_can_be_asked_again(team: Team, put: Put) -> None:
    put(MONDAY, "", who="okada")
    assert team.answer(team.ask(), accepts=False).state == SwapState.DECLINED
    swap = team.answer(team.ask())
    withdraw(team.gym, swap.id, trainer(team.gym).id, version=swap.version, by=team.by, now=team.now)
    assert team.todos() == []
    assert team.ask().state == SwapState.ASKED


def test_a_day_that_passed_meanwhile_is_not_swapped(team: Team, put: Put) -> None:
    put(MONDAY, "", who="okada")
    swap = team.answer(team.ask())
    team.now += timedelta(days=8)
    with pytest.raises(Invalid, match="passed"):
        team.decide(swap)


def test_the_bookings_in_the_time_are_listed_and_stay(team: Team, put: Put, by: Actor, now: datetime) -> None:
    desk = Desk(team.gym, by, now)
    put(MONDAY, "", who="okada")
    morning = desk.book(desk.at(10, day=MONDAY))
    evening = desk.book(desk.at(18, day=MONDAY))
    swap = team.answer(team.ask("15-20"))
    listed = within(team.gym, moves_of(swap), now=now)
    assert [one.booking_id for one in listed] == [evening.id]
    assert within(team.gym, moves_of(swap), now=now, trainer_id=trainer(team.gym, "okada").id) == []
    team.decide(swap)
    assert evening.trainer_id == morning.trainer_id == trainer(team.gym).id
    assert [one.booking_id for one in outside_hours(team.gym, now=now)] == [evening.id]


def test_who_sees_a_request(team: Team, put: Put) -> None:
    put(MONDAY, "", who="okada")
    swap = team.ask()
    for reader in (None, swap.trainer_id, swap.other_id):
        assert swap_of(team.gym.id, swap.id, trainer_id=reader) is swap
        assert swaps(team.gym.id, trainer_id=reader, open_only=True) == [swap]
    assert swaps(team.gym.id, trainer_id=0) == []
    with pytest.raises(NotFound):
        swap_of(team.gym.id, swap.id, trainer_id=0)
    team.answer(swap, accepts=False)
    assert swaps(team.gym.id, open_only=True) == []
    assert swaps(team.gym.id) == [swap]


def test_the_database_keeps_one_open_request_for_a_day(team: Team, put: Put, session: Session) -> None:
    put(MONDAY, "", who="okada")
    team.answer(team.ask(), accepts=False)
    team.ask()
    with pytest.raises(IntegrityError, match="uq_shift_swaps_open"):
        session.execute(text("update shift_swaps set state = 'ASKED'"))


@pytest.mark.parametrize(
    "days", [{"day": date(1, 1, 1)}, {"back_day": date(9999, 12, 31)}, {"back_day": date(2036, 1, 1)}]
)
def test_a_day_out_of_reach_is_refused_before_the_table_is_read(team: Team, days: dict[str, date]) -> None:
    """Otherwise every day up to there is worked out, in one request."""
    with pytest.raises(Invalid) as refusal:
        team.ask(**days)
    assert refusal.value.field == next(iter(days))
