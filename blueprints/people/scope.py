"""Whose records the acting person may open: the desk everybody's, a trainer their own guests'."""

from typing import Any

from flask_login import current_user

from backoffice.core.errors import NotFound
from backoffice.reports.own_guests import is_own_guest, own_guests
from backoffice.staff.permissions import Permission
from blueprints.support.access import may


def only_visible() -> Any:
    """The condition that narrows a list of people, or None for those who see everybody."""
    return None if may(Permission.PEOPLE_EDIT) else own_guests(current_user.id)


def only_own() -> Any:
    """The condition that narrows a list of people to those the acting one trains, whatever else they may do."""
    return own_guests(current_user.id)


def check_visible(person_id: int) -> None:
    """Refuse (as if there were nobody) a person the acting one has no business with."""
    if not may(Permission.PEOPLE_EDIT) and not is_own_guest(current_user.id, person_id):
        raise NotFound


def check_own_guest(person_id: int) -> None:
    """Refuse whoever does not train this person, also at the desk: what is told about health is the trainer's."""
    if not is_own_guest(current_user.id, person_id):
        raise NotFound


def may_decide_on(person_id: int) -> bool:
    """Whether the reader opens this person's health check. Who only trains opens no page but their guests'."""
    if not may(Permission.SCREENING_DECIDE):
        return False
    return not may(Permission.PEOPLE_EDIT) or is_own_guest(current_user.id, person_id)
