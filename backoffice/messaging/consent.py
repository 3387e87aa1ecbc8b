"""Withdrawing the consent to a kind of message, and what was planned with it."""

from datetime import datetime

from backoffice.core.audit import Actor
from backoffice.core.errors import NotFound
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import cancel_messages
from backoffice.messaging.policy import FOLLOW_UP_KINDS
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.people.queries import consent, locked_people, person

WITHDRAWN = N_("The consent was withdrawn.")
KINDS: dict[Purpose, tuple[Kind, ...]] = {Purpose.FOLLOW_UP: FOLLOW_UP_KINDS}


def is_subscribed(person_id: int, purpose: Purpose) -> bool:
    """Whether messages of this purpose may be sent. Raises `NotFound` for somebody who is not on file."""
    return bool(consent(person(person_id).id, purpose))


def withdraw_consent(
    person_id: int, purpose: Purpose, *, wording: str, source: str, language: str, by: Actor, now: datetime
) -> bool:
    """Withdraw a consent and take back the messages planned under it; False when it was withdrawn before.

    Raises `NotFound` for somebody who is not on file.
    """
    people = locked_people([person_id])
    if not people:
        raise NotFound
    holder = people[0]
    cancel_messages(reason=WITHDRAWN, now=now, person_id=holder.id, kinds=KINDS.get(purpose, ()))
    if consent(holder.id, purpose) is False:
        return False
    record_consent(
        holder.id, purpose, False, wording=wording, language=language, source=source, by=by, now=now
    )
    return True
