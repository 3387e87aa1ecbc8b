"""Questions about times to choose from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.choices.models import Choice, ChoiceState, ChoiceTime
from backoffice.core import links
from backoffice.core.db import db
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service

LINK = "choice"
NONE_SUITS = 0
"""The button that takes no time; in a link it opens the page with nothing chosen."""


@dataclass(frozen=True)
class Held:
    """One of the times: its place among the buttons, the booking that holds it, and with whom."""

    position: int
    hold: Booking
    trainer: Trainer

    def is_free(self, now: datetime) -> bool:
        """Whether it is still held for the person."""
        return (
            self.hold.state == BookingState.HELD
            and self.hold.held_until is not None
            and self.hold.held_until > now
        )


@dataclass(frozen=True)
class OpenChoice:
    """Times that wait for an answer, as staff see them."""

    choice: Choice
    service: Service
    times: list[Held]


def times_of(choice_id: int) -> list[Held]:
    """The times of a choice as they are now, in the order of the buttons. One statement."""
    rows = db.session.execute(
        select(ChoiceTime.position, Booking, Trainer)
        .join(Booking, Booking.id == ChoiceTime.hold_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .where(ChoiceTime.choice_id == choice_id)
        .order_by(ChoiceTime.position)
        .execution_options(populate_existing=True)
    )
    return [Held(*row) for row in rows]


def open_for_person(studio_id: int, person_id: int) -> list[OpenChoice]:
    """What is open for a person, for new bookings and to move one. One statement."""
    return _open(Choice.studio_id == studio_id, Choice.person_id == person_id)


def open_for_booking(booking_id: int) -> list[OpenChoice]:
    """What is open to move a booking. One statement."""
    return _open(Choice.booking_id == booking_id)


def is_open(choice: Choice, *, now: datetime) -> bool:
    """Whether a choice still waits for an answer."""
    return choice.state == ChoiceState.OPEN and choice.expires_at > now


def is_to_be_settled(now: datetime) -> ColumnElement[bool]:
    """The condition that an open choice is over, that one of its holds is none any more, or its booking was changed."""
    gone = (Booking.state != BookingState.HELD) | (Booking.held_until <= now)
    changed = (Booking.state != BookingState.BOOKED) | (Booking.version != Choice.booking_version)
    holds = select(ChoiceTime.id).join(Booking, Booking.id == ChoiceTime.hold_id)
    return or_(
        Choice.expires_at <= now,
        holds.where(ChoiceTime.choice_id == Choice.id, gone).correlate(Choice).exists(),
        select(Booking.id).where(Booking.id == Choice.booking_id, changed).correlate(Choice).exists(),
    )


def result_of(choice: Choice) -> Booking | None:
    """The booking that a taken time made or moved; None as long as none was taken."""
    if choice.chosen_id is None:
        return None
    return db.session.get(Booking, choice.booking_id or choice.chosen_id, populate_existing=True)


def guest_of(booking_id: int, person_id: int) -> Participant | None:
    """The person's own part in a booking; None when they are not (any more) in it."""
    mine = (Participant.booking_id == booking_id, Participant.person_id == person_id)
    return db.session.scalar(select(Participant).where(*mine))


def choice_token(choice_id: int, position: int) -> str:
    """What a button or link carries: which choice, which of its times."""
    return links.sign(LINK, choice_id, position)


def choice_path(choice_id: int, position: int = NONE_SUITS) -> str:
    """The page on which a time is chosen, with one of them in front."""
    return f"/choose/{choice_token(choice_id, position)}"


def read_token(token: str) -> tuple[Choice, int] | None:
    """The choice and the place behind a token; None for a forged or broken one."""
    parts = links.read(LINK, token)
    if parts is None or len(parts) != 2:
        return None
    choice_id, position = parts
    if not isinstance(choice_id, int) or not isinstance(position, int):
        return None
    choice = db.session.get(Choice, choice_id)
    return None if choice is None else (choice, position)


def _open(*conditions: ColumnElement[bool]) -> list[OpenChoice]:
    rows = db.session.execute(
        select(Choice, Service, ChoiceTime.position, Booking, Trainer)
        .join(Service, Service.id == Choice.service_id)
        .join(ChoiceTime, ChoiceTime.choice_id == Choice.id)
        .join(Booking, Booking.id == ChoiceTime.hold_id)
        .join(Trainer, Trainer.id == Booking.trainer_id)
        .where(Choice.state == ChoiceState.OPEN, *conditions)
        .order_by(Choice.id, ChoiceTime.position)
    )
    found: dict[int, OpenChoice] = {}
    for choice, service, position, hold, trainer in rows:
        held = Held(position, hold, trainer)
        found.setdefault(choice.id, OpenChoice(choice, service, [])).times.append(held)
    return list(found.values())
