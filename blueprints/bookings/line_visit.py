"""A booking that began in the chat on LINE: whose account it was stays in the signed cookie until they have booked."""

from typing import Any

from flask import session

from backoffice.bookings.models import BookingChannel
from backoffice.line.paths import account_in
from backoffice.line.queries import account_by_id
from backoffice.people.queries import person

KEY = "line"
SOURCE = "line"


def remember(token: str) -> bool:
    """Keep who opened the page. False for a link that is forged, broken or old."""
    if account_in(token) is None:
        return False
    session[KEY] = token
    return True


def known() -> dict[str, str]:
    """What is on file of whoever tapped, to be checked and sent by them; nothing of somebody not known yet."""
    account_id = _account_id()
    account = account_by_id(account_id) if account_id is not None else None
    if account is None or account.person_id is None:
        return {}
    who = person(account.person_id)
    return {
        "name": who.name,
        "kana": who.kana,
        "phone": who.phones[0].raw if who.phones else "",
        "mail": who.mails[0].raw if who.mails else "",
    }


def origin() -> dict[str, Any]:
    """Channel, source and account of the booking; empty when it did not begin on LINE."""
    account_id = _account_id()
    if account_id is None:
        return {}
    return {"channel": BookingChannel.LINE, "source": SOURCE, "line_account_id": account_id}


def is_open() -> bool:
    """Whether this visitor came from the chat."""
    return _account_id() is not None


def forget() -> None:
    """They have booked: the next booking from this browser has its own beginning."""
    session.pop(KEY, None)


def _account_id() -> int | None:
    token = session.get(KEY)
    return account_in(token) if isinstance(token, str) else None
