"""Writing a claimed message: the text that goes out, the one that is kept, and what follows when the own one fails."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging import settling
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Message, MessageTemplate, TextFailure
from backoffice.messaging.texts import Text, masked, render
from backoffice.studio.models import Studio

CHECK_TEXT = N_(
    "The gym's own text of a message could not be written, so the standard text went out: please correct it"
)


def write(row: Message, studio: Studio, name: str, facts: Facts, unsubscribe_url: str) -> Text:
    """The text to send. Keeps it with the message, without secrets."""
    if facts.text is not None:
        row.subject, row.body = facts.text.subject, facts.text.body
        return facts.text
    values = {**facts.values, "unsubscribe_url": unsubscribe_url}
    text = render(row.kind, row.language, studio, name, values)
    kept = text
    if facts.secrets:
        kept = render(row.kind, row.language, studio, name, masked(values, facts.secrets))
    row.subject, row.body = kept.subject, kept.body
    return text


def note_failure(row: Message, template: MessageTemplate, now: datetime) -> None:
    """Write down that a text of the gym could not be written for this message; the first time, ask a person.

    After the message's own row is written: a task locks what the message is about.
    """
    is_first = not db.session.scalar(select(exists().where(TextFailure.template_id == template.id)))
    failure = {"template_id": template.id, "message_id": row.id, "at": now}
    db.session.execute(insert(TextFailure).values(failure).on_conflict_do_nothing())
    if is_first:
        settling.ask_a_person(row, CHECK_TEXT, now)
