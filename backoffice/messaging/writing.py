"""Writing a claimed message: the text that goes out, the one that is kept, and what follows when the own one fails."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.core.links import absolute, sign
from backoffice.messaging import settling
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Channel, Kind, Message, MessageTemplate, TextFailure
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.texts import Text, masked, render, written
from backoffice.messaging.wording import Source
from backoffice.people.models import Person, Purpose
from backoffice.studio.models import Studio

log = logging.getLogger(__name__)

WORDS = "words"
"""The value of a message written by hand that holds what was typed."""
CHECK_TEXT = N_(
    "The gym's own text of a message could not be written, so the standard text went out: please correct it"
)
CHECK_OWN_TEXT = N_(
    "The text written for one message could not be used, so it went out with the text of its kind: please look"
)


@dataclass(frozen=True)
class Written:
    """The text that goes out, and the same without its secrets, as it is kept and shown."""

    sent: Text
    kept: Text


def compose(
    row: Message, studio: Studio, facts: Facts, unsubscribe: str, own: Source | None, channel: Channel | None
) -> Written:
    """The text of a message, from what is true now. `own` is what somebody wrote for this one message alone.

    What was written by hand stands alone on LINE, without greeting and signature. No `channel`: no road leads.
    """
    if channel is Channel.LINE and POLICIES[Kind(row.kind)].is_by_hand:
        kept = str(masked(facts.values, facts.secrets)[WORDS])
        return Written(Text("", str(facts.values[WORDS])), Text("", kept))
    if facts.text is not None:
        return Written(facts.text, facts.text)
    name = facts.name if facts.name is not None else _name(row)
    values = {**facts.values, "unsubscribe_url": unsubscribe}
    sent = _text(row, studio, name, values, own)
    if not facts.secrets:
        return Written(sent, sent)
    return Written(sent, _text(row, studio, name, masked(values, facts.secrets), own))


def own_text_of(row: Message) -> Source | None:
    """What somebody wrote for this one message alone; None where its kind's text holds."""
    if row.own_subject is None or row.own_body is None:
        return None
    return Source(row.own_subject, row.own_body, is_own=True)


def unsubscribe_url(row: Message) -> str:
    """The way out of advertising, for its reader; nothing for other messages."""
    if row.person_id is None or not POLICIES[Kind(row.kind)].needs_consent:
        return ""
    return absolute(f"/unsubscribe/{sign('unsubscribe', row.person_id, Purpose.FOLLOW_UP.value)}")


def note_failure(row: Message, template: MessageTemplate, now: datetime) -> None:
    """Write down that a text of the gym could not be written for this message; the first time, ask a person.

    After the message's own row is written: a task locks what the message is about.
    """
    is_first = not db.session.scalar(select(exists().where(TextFailure.template_id == template.id)))
    failure = {"template_id": template.id, "message_id": row.id, "at": now}
    db.session.execute(insert(TextFailure).values(failure).on_conflict_do_nothing())
    if is_first:
        settling.ask_a_person(row, CHECK_TEXT, now)


def _text(row: Message, studio: Studio, name: str, values: Mapping[str, Any], own: Source | None) -> Text:
    if own is None:
        return render(row.kind, row.language, studio, name, values)
    try:
        return written(own, row.kind, row.language, studio, name, values)
    except Exception:
        # As with the gym's own texts: what somebody typed may cost its wording, never the message.
        log.exception("text of one message could not be written", extra={"message_id": row.id})
    return replace(render(row.kind, row.language, studio, name, values), own_failed=True)


def _name(row: Message) -> str:
    person = db.session.get(Person, row.person_id) if row.person_id is not None else None
    return person.shown_name if person is not None else ""
