"""Answers to times that were sent. One answer counts: what was taken is booked, the others are freed with it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.bookings import actions as bookings
from backoffice.bookings.models import Booking, BookingState
from backoffice.choices.models import Choice, ChoiceState
from backoffice.choices.queries import Held, is_open, is_to_be_settled, result_of, times_of
from backoffice.core.audit import SYSTEM, Actor, record
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.studio.scope import of_studio
from backoffice.todos.actions import add_todo
from backoffice.todos.models import TodoKind

TWO_BOOKED = N_("A time kept to move this booking was confirmed by itself: is the booking still wanted?")
CALL_DECLINED = N_("Call: none of the times that were sent suits")
CALL_WITHIN = timedelta(hours=2)
TAKEN = (BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)


class ChoiceGone(DomainError):
    """The answer came too late, or what was offered is not there any more."""

    status = 410
    message = N_("These times are no longer kept. Please book another time or call us.")


class ChosenAlready(DomainError):
    """Another of the times was taken before."""

    status = 409
    message = N_("You have already chosen a time.")


def choose(choice: Choice, position: int, *, by: Actor, now: datetime) -> Booking:
    """The person takes one of the times: it is booked, or their booking moved to it, and the others are freed.

    The same answer again changes nothing and gives the same booking. Raises `ChosenAlready` after another answer,
    `ChoiceGone` when it comes too late or the booking was changed meanwhile, and as `move` does.
    """
    times = _lock(choice)
    taken = next((one for one in times if one.position == position), None)
    if choice.state == ChoiceState.CHOSEN:
        if taken is None or choice.chosen_id != taken.hold.id:
            raise ChosenAlready
        return db.session.get_one(Booking, choice.booking_id or taken.hold.id)
    if taken is None or not is_open(choice, now=now) or not taken.is_free(now):
        raise ChoiceGone
    booking = taken.hold
    if choice.booking_id is None:
        bookings.confirm_hold(booking, by=by, now=now)
    else:
        booking = _move(choice, taken.hold, by=by, now=now)
    _settle_chosen(choice, taken.hold.id, times, by=by, now=now)
    return booking


def decline(choice: Choice, *, by: Actor, now: datetime) -> None:
    """None of the times suits: all are freed, and the desk gets a task to call. Raises `ChoiceGone`."""
    times = _lock(choice)
    if not is_open(choice, now=now):
        raise ChoiceGone
    _end(choice, ChoiceState.DECLINED, times, by=by, now=now)
    add_todo(
        TodoKind.CALL_TO_CONFIRM, CALL_DECLINED, studio_id=choice.studio_id, due_at=now + CALL_WITHIN,
        person_id=choice.person_id, booking_id=choice.booking_id, by=by, now=now,
    )  # fmt: skip


def withdraw(studio_id: int, choice_id: int, *, by: Actor, now: datetime) -> Choice:
    """Staff take the times back. Twice changes nothing. Raises `NotFound`."""
    choice = of_studio(Choice, studio_id, choice_id)
    take_back(choice, by=by, now=now)
    return choice


def take_back(choice: Choice, *, by: Actor, now: datetime) -> None:
    """Free the times of an open choice; its message finds out when it is claimed."""
    times = _lock(choice)
    if choice.state == ChoiceState.OPEN:
        _end(choice, ChoiceState.WITHDRAWN, times, by=by, now=now)


def settle_choices(*, now: datetime) -> None:
    """Bring every open choice to its end whose time is over, whose holds are gone, or whose booking was changed."""
    query = (
        select(Choice)
        .where(Choice.state == ChoiceState.OPEN, is_to_be_settled(now))
        .order_by(Choice.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    for choice in db.session.scalars(query).all():
        _settle(choice, now=now)


def _settle(choice: Choice, *, now: datetime) -> None:
    times = _lock(choice)
    # The desk may have confirmed a hold on its own page: that is a choice, but it moves nothing.
    booked = next((one for one in times if one.hold.state in TAKEN), None)
    if booked is not None and choice.booking_id is not None:
        _end(choice, ChoiceState.WITHDRAWN, times, by=SYSTEM, now=now)
        add_todo(
            TodoKind.CALL_TO_CONFIRM, TWO_BOOKED, studio_id=choice.studio_id, due_at=now, person_id=choice.person_id,
            booking_id=choice.booking_id, by=SYSTEM, now=now,
        )  # fmt: skip
    elif booked is not None:
        _settle_chosen(choice, booked.hold.id, times, by=SYSTEM, now=now)
    elif not is_open(choice, now=now) or not any(one.is_free(now) for one in times):
        _end(choice, ChoiceState.LAPSED, times, by=SYSTEM, now=now)
    elif choice.booking_id is not None and not _is_as_it_was(choice, choice.booking_id):
        _end(choice, ChoiceState.WITHDRAWN, times, by=SYSTEM, now=now)


def _move(choice: Choice, hold: Booking, *, by: Actor, now: datetime) -> Booking:
    """Move the booking to where the hold is. Nobody can come in between: the hold goes in the same transaction."""
    booking = db.session.get_one(Booking, choice.booking_id)
    bookings.lock(booking)
    if not _is_as_it_was(choice, booking.id) or booking.starts_at <= now:
        raise ChoiceGone
    bookings.cancel(hold, by_gym=False, tell=False, by=by, now=now)
    bookings.move(
        booking, starts_at=hold.starts_at, trainer_id=hold.trainer_id, room_id=hold.room_id, by=by, now=now
    )
    return booking


def _is_as_it_was(choice: Choice, booking_id: int) -> bool:
    booking = db.session.get_one(Booking, booking_id, populate_existing=True)
    return booking.state == BookingState.BOOKED and booking.version == choice.booking_version


def _settle_chosen(choice: Choice, hold_id: int, times: list[Held], *, by: Actor, now: datetime) -> None:
    choice.chosen_id, choice.state = hold_id, ChoiceState.CHOSEN.value
    _end(choice, ChoiceState.CHOSEN, times, by=by, now=now)


def _end(choice: Choice, state: ChoiceState, times: list[Held], *, by: Actor, now: datetime) -> None:
    choice.state, choice.answered_at = state.value, now
    for one in times:
        if one.hold.state == BookingState.HELD:
            bookings.cancel(one.hold, by_gym=False, tell=False, by=by, now=now)
    db.session.flush()
    action = f"choice.{state.value.lower()}"
    result = result_of(choice)
    after = None if result is None else {"booking_id": result.id, "starts_at": result.starts_at}
    record(action, "choice", choice.id, by=by, now=now, person_id=choice.person_id, after=after)


def _lock(choice: Choice) -> list[Held]:
    """Hold the choice and then its times by their ids, as they are now: of two answers the second sees the first."""
    db.session.flush()
    db.session.refresh(choice, with_for_update=True)
    times = times_of(choice.id)
    for one in sorted(times, key=lambda held: held.hold.id):
        bookings.lock(one.hold)
    return times
