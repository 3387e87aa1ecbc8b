"""Swaps: a trainer asks, another accepts, a manager approves; nothing but the approval changes the table."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from backoffice.bookings.shift_table import Planned, instants
from backoffice.bookings.spans import Span, instant
from backoffice.bookings.working_time import Hours, hours_of
from backoffice.core.audit import Actor, record
from backoffice.core.clock import day_span, local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, NotFound, Stale
from backoffice.core.language import N_
from backoffice.shifts.days import lock_tables, ranges, said, write_days
from backoffice.shifts.models import OPEN_SWAPS, ShiftSwap, SwapState
from backoffice.shifts.swap_moves import Move, check_present, moves_of, seen_of, table_after
from backoffice.staff.models import Trainer
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio
from backoffice.todos.actions import add_todo, drop_for_swap
from backoffice.todos.models import TodoKind

LONGEST_NOTE = 200
TO_ANSWER = N_("A trainer asks to swap shifts")
TO_APPROVE = N_("A swap of shifts waits for approval")
FARTHEST = timedelta(days=366)
PASSED = N_("This day has passed.")
CHANGED = N_("The table of these days has changed since this was asked. Please withdraw it and ask again.")


class Settled(DomainError):
    """Somebody has answered before."""

    status = 409
    message = N_("This request has been answered in the meantime.")


def ask(
    studio: Studio,
    trainer: Trainer,
    other: Trainer,
    day: date,
    *,
    spans: Sequence[Span] = (),
    back_day: date | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> ShiftSwap:
    """A trainer asks another to take hours of a day (none given: all of them), perhaps for a whole day in return.

    Refuses (Invalid) a day that has passed, is more than a year ahead or is asked about already, hours that are not
    worked, and somebody who works or is away then, has no account, or is the trainer.
    """
    if other.id == trainer.id or other.staff_id is None or other.archived_at is not None:
        raise Invalid(N_("Please choose another trainer with an account."), field="other_id")
    _check_in_reach(studio, {"day": day, "back_day": back_day or day}, now=now)
    lock_tables([trainer.id, other.id])
    _check_free_to_ask(trainer.id, day)
    hours = _hours(studio, [trainer.id, other.id], [day, back_day or day])
    moves = [Move(trainer.id, other.id, day, list(spans) or _whole(hours, trainer.id, day))]
    if back_day is not None:
        moves.append(Move(other.id, trainer.id, back_day, _whole(hours, other.id, back_day)))
    _check_possible(studio, hours, moves, now=now)
    swap = ShiftSwap(
        studio_id=studio.id, trainer_id=trainer.id, other_id=other.id, day=day, hours=ranges(moves[0].spans),
        back_day=back_day, back_hours=None if back_day is None else ranges(moves[1].spans),
        seen=seen_of(hours.table, moves), note=plain_text(note, LONGEST_NOTE), asked_at=now,
        state=SwapState.ASKED.value,
    )  # fmt: skip
    db.session.add(swap)
    db.session.flush()
    _record("shift_swap.asked", swap, by=by, now=now)
    _tell(TO_ANSWER, swap, studio, other.staff_id, by=by, now=now)
    return swap


def answer(
    studio: Studio,
    swap_id: int,
    trainer_id: int,
    accepts: bool,
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> ShiftSwap:
    """The trainer who was asked accepts or declines. Nothing has changed yet: a manager decides.

    Raises `NotFound` for anybody else, `Settled` after an answer, `Stale` when the table has changed since it was
    asked.
    """
    swap = _open(studio, swap_id, SwapState.ASKED, version)
    if swap.other_id != trainer_id:
        raise NotFound
    if accepts:
        moves = moves_of(swap)
        hours = _as_seen(studio, swap, moves)
        _check_possible(studio, hours, moves, now=now)
    swap.state = (SwapState.ACCEPTED if accepts else SwapState.DECLINED).value
    swap.answered_at = now
    _close(swap, "shift_swap.accepted" if accepts else "shift_swap.declined", by=by, now=now)
    if accepts:
        _tell(TO_APPROVE, swap, studio, None, by=by, now=now)
    return swap


def withdraw(
    studio: Studio, swap_id: int, trainer_id: int, *, version: int | None, by: Actor, now: datetime
) -> ShiftSwap:
    """The trainer who asked takes it back, as long as nobody has decided. Raises `NotFound`, `Settled`."""
    swap = _open(studio, swap_id, OPEN_SWAPS, version)
    if swap.trainer_id != trainer_id:
        raise NotFound
    swap.state = SwapState.WITHDRAWN.value
    _close(swap, "shift_swap.withdrawn", by=by, now=now)
    return swap


def decide(
    studio: Studio,
    swap_id: int,
    approves: bool,
    *,
    word: str = "",
    version: int | None,
    by: Actor,
    now: datetime,
) -> ShiftSwap:
    """A manager approves (and only this changes the table) or refuses with a word.

    Raises `Settled` when somebody was quicker, `Stale` when a day is not as it was when it was asked, `Invalid` for a
    refusal without a word or hours that cannot be taken over any more.
    """
    swap = _open(studio, swap_id, SwapState.ACCEPTED, version)
    said_word = plain_text(word, LONGEST_NOTE)
    if not approves and not said_word:
        raise Invalid(N_("Please say why."), field="word")
    if approves:
        _move(studio, swap, now=now)
    swap.state = (SwapState.APPROVED if approves else SwapState.REFUSED).value
    swap.word, swap.decided_at, swap.decided_by = said_word, now, by.label
    _close(swap, "shift_swap.approved" if approves else "shift_swap.not_approved", by=by, now=now)
    return swap


def _move(studio: Studio, swap: ShiftSwap, *, now: datetime) -> None:
    lock_tables([swap.trainer_id, swap.other_id])
    moves = moves_of(swap)
    hours = _as_seen(studio, swap, moves)
    _check_possible(studio, hours, moves, now=now)
    write_days(studio.id, table_after(hours.table, moves))


def _open(studio: Studio, swap_id: int, states: Sequence[str] | str, version: int | None) -> ShiftSwap:
    """The request, held until the transaction ends."""
    swap = of_studio(ShiftSwap, studio.id, swap_id, lock=True)
    wanted = [states] if isinstance(states, str) else states
    if swap.state not in wanted or version not in (None, swap.version):
        raise Settled
    return swap


def _close(swap: ShiftSwap, action: str, *, by: Actor, now: datetime) -> None:
    """A step is done: nobody has to be asked for it any more."""
    swap.version += 1
    drop_for_swap(swap.id, by=by, now=now)
    _record(action, swap, by=by, now=now)


def _record(action: str, swap: ShiftSwap, *, by: Actor, now: datetime) -> None:
    moves = [f"{move.giver}>{move.taker} {move.day} {said(move.spans)}" for move in moves_of(swap)]
    record(action, "shift_swap", swap.id, by=by, now=now, after={"moves": moves})


def _tell(
    title: str, swap: ShiftSwap, studio: Studio, staff_id: int | None, *, by: Actor, now: datetime
) -> None:
    """A task for whoever has to answer: today, and before the hours begin."""
    begins = instant(min(instants(swap.day, moves_of(swap)[0].spans, studio.zone))[0])
    tonight = day_span(local_date(now, studio.zone), studio.zone)[1] - timedelta(minutes=1)
    add_todo(
        TodoKind.SHIFT_SWAP, title, studio_id=studio.id, due_at=min(begins, tonight), shift_swap_id=swap.id,
        owner_staff_id=staff_id, by=by, now=now,
    )  # fmt: skip


def _check_in_reach(studio: Studio, asked: Mapping[str, date], *, now: datetime) -> None:
    """Every day between the two is read, so neither may lie far away."""
    today = local_date(now, studio.zone)
    for field, day in asked.items():
        if day < today:
            raise Invalid(PASSED, field=field)
        if day - today > FARTHEST:
            raise Invalid(N_("Please choose a day within a year from today."), field=field)


def _check_free_to_ask(trainer_id: int, day: date) -> None:
    asked = select(ShiftSwap.id).where(
        ShiftSwap.trainer_id == trainer_id, ShiftSwap.day == day, ShiftSwap.state.in_(OPEN_SWAPS)
    )
    if db.session.scalar(asked) is not None:
        raise Invalid(N_("There is an open request about this day already."), field="day")


def _check_possible(studio: Studio, hours: Hours, moves: Sequence[Move], *, now: datetime) -> None:
    if min(move.day for move in moves) < local_date(now, studio.zone):
        raise Invalid(PASSED, field="day")
    table_after(hours.table, moves)
    check_present(hours, moves, studio.zone)


def _as_seen(studio: Studio, swap: ShiftSwap, moves: Sequence[Move]) -> Hours:
    """The hours of both, refused (Stale) when their table of these days is not what it was when this was asked."""
    hours = _hours(studio, [swap.trainer_id, swap.other_id], [move.day for move in moves])
    if seen_of(hours.table, moves) != swap.seen:
        raise Stale(CHANGED)
    return hours


def _hours(studio: Studio, trainer_ids: Sequence[int], wanted: Sequence[date]) -> Hours:
    return hours_of(studio, trainer_ids, min(wanted), max(wanted))


def _whole(hours: Hours, trainer_id: int, day: date) -> list[Span]:
    return hours.table.get((trainer_id, day), Planned([])).spans
