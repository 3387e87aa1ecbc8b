"""Whose conversations the acting person sees: the desk all, a trainer those of their own guests or given to them."""

from flask_login import current_user

from backoffice.core.errors import NotFound
from backoffice.inbox.health import Writer
from backoffice.inbox.queries import Asked, Tray, conversation_of_entry, conversation_row
from backoffice.messaging.entries import Conversation
from backoffice.people.queries import is_health_kept
from backoffice.reports.own_guests import is_own_guest
from backoffice.staff.permissions import Permission
from blueprints.people.scope import only_visible
from blueprints.support.access import may
from blueprints.support.studio import current_studio


def asked(tray: Tray = Tray.ALL, query: str = "") -> Asked:
    """What the acting person wants to see of what they may see."""
    return Asked(current_user.id, tray, query, only_visible())


def visible(conversation_id: int) -> Conversation:
    """A conversation the acting person may open. Raises `NotFound`."""
    return _checked(conversation_row(current_studio().id, conversation_id))


def around(entry_id: int) -> Conversation:
    """The conversation that an entry is part of, if the acting person may open it. Raises `NotFound`."""
    conversation = conversation_of_entry(current_studio().id, entry_id)
    if conversation is None:
        raise NotFound
    return _checked(conversation)


def check_entry(entry_id: int) -> None:
    """Refuse (as if there were nothing) what was said in a conversation the acting person may not open."""
    conversation = conversation_of_entry(current_studio().id, entry_id)
    if conversation is not None:
        _checked(conversation)
    elif not may(Permission.PEOPLE_EDIT):
        raise NotFound


def may_open_person(person_id: int) -> bool:
    """Whether the acting person may open the page of this person."""
    return may(Permission.PEOPLE_EDIT) or is_own_guest(current_user.id, person_id)


def trains(person_id: int | None) -> bool:
    """Whether the acting person is a trainer of this person's."""
    return (
        person_id is not None and may(Permission.TRAINING_EDIT) and is_own_guest(current_user.id, person_id)
    )


def reads_health(person_id: int | None) -> bool:
    """Whether what was answered about health is shown to the acting person."""
    return person_id is not None and trains(person_id) and is_health_kept(person_id)


def writer(person_id: int | None, *, says_no_health: bool) -> Writer:
    """What an answer needs to know of whoever writes it."""
    return Writer(trains(person_id), says_no_health)


def _checked(conversation: Conversation) -> Conversation:
    if may(Permission.PEOPLE_EDIT) or conversation.assigned_staff_id == current_user.id:
        return conversation
    if conversation.person_id is None or not is_own_guest(current_user.id, conversation.person_id):
        raise NotFound
    return conversation
