"""Health in answers written by hand: only a trainer of theirs, only on LINE, only under the consent given for it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.messaging.entries import Conversation, ConversationEntry, Direction
from backoffice.messaging.health_words import speaks_of_health
from backoffice.messaging.models import Channel
from backoffice.messaging.waiting import what_was_said
from backoffice.people.models import Purpose
from backoffice.people.queries import consent, is_health_kept

NOT_THEIR_TRAINER = N_(
    "This seems to speak of health. Only a trainer of theirs may write about health. "
    "Please reword it, or say that nothing about this person’s health stands in it."
)
NO_CONSENT = N_(
    "This seems to speak of health, and there is no consent to talk about food and health on LINE. "
    "Please say it at the session, or say that nothing about this person’s health stands in it."
)
NOT_ASKED = N_(
    "This seems to speak of health, but they have written nothing that it could answer. "
    "Please say it at the session, or say that nothing about this person’s health stands in it."
)
ONLY_LINE = N_(
    "This seems to speak of health, and the consent is for LINE alone. "
    "Please choose LINE, or say that nothing about this person’s health stands in it."
)


class SpeaksOfHealth(Invalid):
    """What was typed seems to be about health, and may not go like this."""


@dataclass(frozen=True)
class Writer:
    """What is known of whoever writes: whether they train the person, and said that nothing is about health."""

    is_their_trainer: bool = False
    says_no_health: bool = False


def check(
    conversation: Conversation, words: str, writer: Writer, road: Channel, *, by: Actor, now: datetime
) -> bool:
    """Whether these words are about health and may go as that: then only trainers read them here.

    Words that seem to be, and may not go, are refused (SpeaksOfHealth) until their writer says that nothing about this
    person's health stands in them. That is recorded, without the words.
    """
    if not speaks_of_health(words):
        return False
    if writer.says_no_health:
        person_id = conversation.person_id
        record(
            "conversation.no_health_said",
            "conversation",
            conversation.id,
            by=by,
            now=now,
            person_id=person_id,
        )
        return False
    if (reason := why_not(conversation, writer.is_their_trainer, road)) is not None:
        raise SpeaksOfHealth(reason, field="body")
    return True


def why_not(conversation: Conversation, is_their_trainer: bool, road: Channel) -> str | None:
    """The reason (N_) why nothing about health may be written to somebody by this road; None when it may."""
    if not is_their_trainer or conversation.person_id is None:
        return NOT_THEIR_TRAINER
    if not may_talk(conversation.person_id):
        return NO_CONSENT
    if not _has_written(conversation):
        return NOT_ASKED
    return None if road is Channel.LINE else ONLY_LINE


def may_talk(person_id: int) -> bool:
    """Whether somebody agreed to talk about food and health on LINE, and health may be kept at all."""
    return bool(consent(person_id, Purpose.HEALTH_CHAT)) and is_health_kept(person_id)


def _has_written(conversation: Conversation) -> bool:
    said = exists().where(what_was_said(conversation), ConversationEntry.direction == Direction.IN)
    return bool(db.session.scalar(select(said)))
