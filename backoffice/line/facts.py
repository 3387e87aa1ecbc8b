"""What answers on LINE say: to whom, and the links that open pages for the account that tapped."""

from datetime import datetime

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.core.links import absolute
from backoffice.line.models import LineAccount
from backoffice.line.paths import book_path, connect_path
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Message
from backoffice.people.queries import line_of

GONE = N_("The gym is blocked on LINE, or the account is somebody else's by now.")
CONNECTED_ALREADY = N_("LINE is connected already.")


def account_of(message: Message) -> LineAccount | None:
    """The account an answer goes to; None when it blocks the gym, or is somebody else's by now."""
    account = db.session.get(LineAccount, message.values.get("account_id"), populate_existing=True)
    if account is None or account.blocked_at is not None or account.person_id != message.person_id:
        return None
    return account


def answer_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The account it goes to, and its own link to book."""
    account = account_of(message)
    if account is None:
        return NotWanted(GONE)
    return Facts({"book_url": absolute(book_path(account.id))}, address=account.user_id)


def invite_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The link on which a person connects LINE. Not wanted once that is done."""
    if message.person_id is None or line_of(message.person_id):
        return NotWanted(CONNECTED_ALREADY)
    return Facts({"connect_url": absolute(connect_path(message.person_id))})
