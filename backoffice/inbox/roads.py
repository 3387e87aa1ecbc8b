"""The roads that lead to whoever a conversation is with, and why one does not."""

from dataclasses import dataclass

from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.line.models import LineAccount
from backoffice.messaging.entries import Conversation
from backoffice.messaging.models import Channel
from backoffice.people.models import Person
from backoffice.people.queries import line_of, mail_of

NO_LINE = N_("LINE is not connected, or they block the gym there.")
NO_MAIL = N_("There is no mail address.")
NOT_KNOWN = N_("Nobody knows yet who this is.")


@dataclass(frozen=True)
class Way:
    """Where an answer can go: the language to write in, and for each road None or why it leads nowhere (N_)."""

    language: str
    why_not: dict[Channel, str | None]

    @property
    def best(self) -> Channel | None:
        """LINE if it is connected, else mail; None when nothing leads there."""
        return next((road for road in (Channel.LINE, Channel.MAIL) if self.why_not[road] is None), None)


def way_to(conversation: Conversation) -> Way:
    """The roads to a person or an account."""
    if conversation.person_id is None:
        account = db.session.get_one(LineAccount, conversation.line_account_id)
        by_line = NO_LINE if account.blocked_at is not None else None
        return Way(account.language, {Channel.LINE: by_line, Channel.MAIL: NOT_KNOWN})
    person = db.session.get_one(Person, conversation.person_id)
    return Way(
        person.language,
        {
            Channel.LINE: None if line_of(person.id) else NO_LINE,
            Channel.MAIL: None if mail_of(person.id) else NO_MAIL,
        },
    )


def way_by(conversation: Conversation, road: Channel) -> Way:
    """The same, when this road leads there. Refuses (Invalid) one that does not, with the reason."""
    way = way_to(conversation)
    if (reason := way.why_not[road]) is not None:
        raise Invalid(reason, field="road")
    return way
