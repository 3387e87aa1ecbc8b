"""The desk of the tests, and times that it sends."""

from datetime import timedelta

import pytest

from backoffice.bookings.models import Booking
from backoffice.bookings.refusals import Slot
from backoffice.choices.models import Choice
from backoffice.choices.sending import send_times, send_times_to_move
from backoffice.people.models import Person
from tests.backoffice.bookings.conftest import WEDNESDAY, Desk, desk_book

__all__ = ["desk_book"]


@pytest.fixture
def desk(desk_book: Desk) -> Desk:
    """The desk, by a shorter name."""
    return desk_book


def slot(desk: Desk, hour: int, *, days: int = 1, trainer: str = "mori") -> Slot:
    """A time of Thursday, or of so many days after Wednesday."""
    at = desk.at(hour, day=WEDNESDAY + timedelta(days=days))
    room = desk.rooms()[0 if trainer == "mori" else 1].id
    return Slot(at, desk.trainer(trainer).id, room)


def send(desk: Desk, person: Person, *hours: int, service: str = "session") -> Choice:
    """Times for a new booking."""
    slots = [slot(desk, hour) for hour in hours]
    return send_times(desk.studio, desk.service(service), person, slots, by=desk.by, now=desk.now)


def to_move(desk: Desk, booking: Booking, who: Person, *hours: int) -> Choice:
    """Times to move a booking to."""
    slots = [slot(desk, hour) for hour in hours]
    return send_times_to_move(desk.studio, booking, who, slots, by=desk.by, now=desk.now)
