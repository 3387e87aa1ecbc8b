"""What the welcome says: the new membership, and where the copy of the papers is."""

from datetime import datetime

from backoffice.core import links
from backoffice.core.language import N_
from backoffice.joining.queries import copy_path
from backoffice.memberships.facts import member_words
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Message

NO_MEMBER = N_("The person is not a member.")


def welcome_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """Number, plan, first day and trainer of the newest membership, and a link to the papers if they were signed."""
    words = None if message.person_id is None else member_words(message.person_id, message.language)
    if message.person_id is None or words is None:
        return NotWanted(NO_MEMBER)
    path = copy_path(message.person_id)
    return Facts({"client": {**words, "copy_url": links.absolute(path) if path else ""}})
