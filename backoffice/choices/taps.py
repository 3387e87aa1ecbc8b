"""A tap on one of the buttons: the choice is made and answered, in the transaction of the event."""

from datetime import datetime

from backoffice.choices import actions
from backoffice.choices.facts import PREFIX
from backoffice.choices.models import Choice
from backoffice.choices.queries import NONE_SUITS, read_token
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.line.events import answer
from backoffice.line.models import LineAccount, LineEvent
from backoffice.messaging.models import Kind


def tapped(account: LineAccount, data: str, event: LineEvent, now: datetime) -> None:
    """Take what was tapped, if it was a time of this person, and answer; anything else is not for us."""
    found = read_token(data.removeprefix(PREFIX)) if data.startswith(PREFIX) else None
    if found is None:
        return
    choice, position = found
    is_theirs = account.person_id == choice.person_id and account.studio_id == choice.studio_id
    is_news = is_theirs and _take(choice, position, account, now)
    values = {"choice_id": choice.id, "is_news": is_news} if is_theirs else {}
    answer(account, Kind.LINE_TIMES, event, now=now, values=values)


def _take(choice: Choice, position: int, account: LineAccount, now: datetime) -> bool:
    """Whether it was taken. A refusal leaves nothing half done; the answer says how it stands."""
    by = Actor("link", account.id, "link holder")
    try:
        with db.session.begin_nested():
            if position == NONE_SUITS:
                actions.decline(choice, by=by, now=now)
            else:
                actions.choose(choice, position, by=by, now=now)
    except DomainError:
        return False
    return position != NONE_SUITS
