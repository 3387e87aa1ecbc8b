"""Who reads a list of bookings: the desk reads all of it, a trainer the guests of their own."""

from flask_login import current_user

from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from blueprints.support.access import may
from blueprints.support.kept import kept
from blueprints.support.studio import current_studio

NOBODY = 0
"""A trainer's account that is not in the calendar has no guests."""


def reading_trainer() -> int | None:
    """The trainer whose guests alone are named to the acting person; None for those who see everybody's."""
    if may(Permission.BOOKINGS_EDIT):
        return None
    working = kept("trainers", lambda: trainers(current_studio().id))
    return next((one.id for one in working if one.staff_id == current_user.id), NOBODY)
