"""Who reads a list of bookings: the desk reads all of it, a trainer the guests of their own."""

from collections.abc import Callable
from typing import Protocol

from flask_login import current_user

from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from blueprints.support.access import may
from blueprints.support.kept import kept
from blueprints.support.studio import current_studio

NOBODY = 0
"""A trainer's account that is not in the calendar has no guests."""


class Led(Protocol):
    """A row of a list of bookings that says whose each is."""

    @property
    def trainer_id(self) -> int | None: ...


def opens_booking() -> Callable[[Led], bool]:
    """Which bookings of a list the acting person may open: the desk all, a trainer the own ones."""
    reader = reading_trainer()
    return lambda row: reader is None or row.trainer_id == reader


def reading_trainer() -> int | None:
    """The trainer whose guests alone are named to the acting person; None for those who see everybody's."""
    if may(Permission.BOOKINGS_EDIT):
        return None
    working = kept("trainers", lambda: trainers(current_studio().id))
    return next((one.id for one in working if one.staff_id == current_user.id), NOBODY)
