"""What a message written by hand says: the words of its entry, read when it goes out."""

from datetime import datetime

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.inbox.health import may_talk
from backoffice.line.models import LineAccount
from backoffice.messaging.entries import ConversationEntry
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Channel, Message
from backoffice.messaging.writing import WORDS
from backoffice.people.queries import line_of

NO_WORDS = N_("The words are not kept any more.")
NO_ACCOUNT = N_("The LINE account it went to cannot be reached any more.")
NO_CONSENT = N_("The consent to talk about food and health on LINE was taken back.")


def written_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The words as they are now, and their road. About health: only by LINE, under the consent there is now."""
    entry = db.session.get(ConversationEntry, message.values.get("entry_id", 0), populate_existing=True)
    if entry is None or not entry.body:
        return NotWanted(NO_WORDS)
    words = {WORDS: entry.body}
    if message.person_id is None:
        account = db.session.get(LineAccount, entry.line_account_id, populate_existing=True)
        if account is None or account.blocked_at is not None:
            return NotWanted(NO_ACCOUNT)
        return Facts(words, address=account.user_id, road=Channel.LINE, is_only_road=True)
    if not entry.is_health:
        return Facts(words, road=Channel(entry.road))
    if not may_talk(message.person_id):
        return NotWanted(NO_CONSENT)
    address, secrets = line_of(message.person_id), frozenset({WORDS})
    if address is None:
        return NotWanted(NO_ACCOUNT)
    return Facts(words, address=address, secrets=secrets, road=Channel.LINE, is_only_road=True)
