"""What goes to a client about CARE: a trainer's answer and the link to tell. Messages carry links, never words."""

from datetime import datetime, timedelta

from backoffice.care.check_ins import mark_seen
from backoffice.care.models import CareReply
from backoffice.care.queries import check_in_path, reply_path
from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.links import absolute
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.messaging.outbox import queue_message
from backoffice.people.queries import check_health_kept, held_person, is_health_kept, is_reachable
from backoffice.studio.models import Studio

LONGEST = 1_000
WORTH_SENDING = timedelta(days=3)
"""How long after it was written a message about CARE is still of use."""
NO_ADDRESS = N_("There is neither a mail address nor LINE to send it to. Please say it at the next session.")
NOT_NEEDED = N_("Consent was taken back, or there is nothing to open any more.")


def reply(
    studio: Studio, person_id: int, words: str, *, until: datetime | None, by: Actor, now: datetime
) -> CareReply:
    """Answer what somebody told: they get a link to the words. What was told until `until` counts as seen.

    Refuses (Invalid) an empty answer, and somebody whom no message reaches or who took their consent back.
    """
    person = held_person(person_id)
    check_health_kept(person_id)
    text = plain_text(words, LONGEST)
    if not text:
        raise Invalid(N_("Please write something."), field="words")
    if not is_reachable(person_id):
        raise Invalid(NO_ADDRESS, field="words")
    made = CareReply(
        studio_id=studio.id, person_id=person_id, words=text, written_by=by.label, written_at=now
    )
    db.session.add(made)
    db.session.flush()
    queue_message(
        Kind.CARE_REPLY, studio_id=studio.id, now=now, dedupe_key=f"{Kind.CARE_REPLY}:{made.id}", send_at=now,
        expires_at=now + WORTH_SENDING, language=person.language, person_id=person_id, values={"reply_id": made.id},
    )  # fmt: skip
    if until is not None:
        mark_seen(person_id, until=until, by=by, now=now)
    record("care_reply.written", "care_reply", made.id, by=by, now=now, person_id=person_id)
    return made


def send_link(studio: Studio, person_id: int, *, by: Actor, now: datetime) -> None:
    """Send somebody the link on which they tell, at most once a day. Refuses (Invalid) whom no message reaches."""
    person = held_person(person_id)
    if not is_reachable(person_id):
        raise Invalid(NO_ADDRESS)
    queue_message(
        Kind.CARE_ASKED, studio_id=studio.id, now=now, send_at=now, expires_at=now + WORTH_SENDING,
        dedupe_key=f"{Kind.CARE_ASKED}:{person_id}:{now:%Y-%m-%d}", language=person.language, person_id=person_id,
    )  # fmt: skip
    record("check_in.asked", "check_in", None, by=by, now=now, person_id=person_id)


def mark_read(reply_id: int, *, by: Actor, now: datetime) -> CareReply:
    """Whom it is for says that they have read it. Twice changes nothing."""
    row = db.session.get_one(CareReply, reply_id, with_for_update=True, populate_existing=True)
    if row.read_at is None:
        row.read_at = now
        record("care_reply.noted", "care_reply", row.id, by=by, now=now, person_id=row.person_id)
    return row


def care_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The link that a message carries. Screens of the gym never show it: it speaks for that person."""
    if message.person_id is None:
        return NotWanted(NOT_NEEDED)
    if message.kind == Kind.CARE_ASKED:
        return _link(check_in_path(message.person_id))
    row = db.session.get(CareReply, message.values.get("reply_id", 0))
    if row is None or row.read_at is not None or not is_health_kept(row.person_id):
        return NotWanted(NOT_NEEDED)
    return _link(reply_path(row.id))


def _link(path: str) -> Facts:
    return Facts({"care_url": absolute(path)}, secrets=frozenset({"care_url"}))
