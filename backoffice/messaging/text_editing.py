"""What changes the texts of a gym: a new version, the standard text again, and a test to whoever writes it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_, Language
from backoffice.messaging.models import Kind, MessageTemplate
from backoffice.messaging.outbox import queue_message
from backoffice.messaging.own_texts import newest
from backoffice.messaging.text_checks import LONGEST_BODY, LONGEST_SUBJECT, faults
from backoffice.messaging.texts import own_source
from backoffice.messaging.variables import KINDS
from backoffice.messaging.wording import Source, standard_source
from backoffice.studio.models import Studio

TEST_HOLDS = timedelta(hours=1)
"""How long a test mail is of use."""

NOTHING_CHANGED = N_("Nothing was changed.")
IS_STANDARD = N_("This is the standard text already.")


def save_text(
    studio: Studio,
    kind: Kind,
    language: Language,
    subject: str,
    body: str,
    *,
    seen: int | None,
    by: Actor,
    now: datetime,
) -> MessageTemplate:
    """Say this from now on, also in messages planned already: a text is written when its message goes out.

    `seen` is the version that was edited (0: the standard text): `Stale` when somebody saved meanwhile. Refuses
    (Invalid) what `text_checks.faults` finds, and a text that says what is said already.
    """
    row = _held(studio, kind, language, seen)
    wanted = checked(studio, kind, language, subject, body, now=now)
    if wanted == current(row, kind, language):
        raise Invalid(NOTHING_CHANGED)
    return _add(studio, kind, language, row, (wanted.subject, wanted.body), by=by, now=now)


def use_standard(
    studio: Studio, kind: Kind, language: Language, *, seen: int | None, by: Actor, now: datetime
) -> MessageTemplate:
    """Say the standard text again. Refuses (Invalid) when it is said already; the gym's own one stays to be read."""
    row = _held(studio, kind, language, seen)
    if row is None or row.body is None:
        raise Invalid(IS_STANDARD)
    return _add(studio, kind, language, row, (None, None), by=by, now=now)


def send_test(
    studio: Studio,
    kind: Kind,
    language: Language,
    subject: str,
    body: str,
    *,
    token: str,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> bool:
    """Mail a text that need not be saved to the staff member who wrote it, filled with made-up values.

    Refuses (Invalid) what cannot be sent. The same `token` sends one; False for the second.
    """
    wanted = checked(studio, kind, language, subject, body, now=now)
    message_id = queue_message(
        Kind.TEXT_TEST, studio_id=studio.id, now=now, send_at=now, expires_at=now + TEST_HOLDS,
        dedupe_key=f"{Kind.TEXT_TEST}:{staff_id}:{token}", language=language, staff_id=staff_id,
        values={"kind": kind.value, "subject": wanted.subject, "body": wanted.body},
    )  # fmt: skip
    if message_id is not None:
        record("message_text.tested", "message", message_id, by=by, now=now, after={"kind": kind.value})
    return message_id is not None


def checked(studio: Studio, kind: Kind, language: str, subject: str, body: str, *, now: datetime) -> Source:
    """A text as it would be kept. Raises the first of its faults (Invalid)."""
    source = typed(subject, body)
    for fault in faults(studio, kind, language, source.subject, source.body, now=now):
        raise fault.refusal()
    return source


def typed(subject: str, body: str) -> Source:
    """What somebody typed, without what no reader sees."""
    one_line = " ".join(plain_text(subject, LONGEST_SUBJECT + 1).split())
    return Source(one_line, plain_text(body, LONGEST_BODY + 1), is_own=True)


def current(row: MessageTemplate | None, kind: str, language: str) -> Source:
    """What is said now, to be edited."""
    if row is not None and row.body is not None:
        return own_source(row)
    standard = standard_source(kind, language)
    return Source(standard.subject, standard.body.strip(), is_own=True)


def _held(studio: Studio, kind: Kind, language: Language, seen: int | None) -> MessageTemplate | None:
    """The newest version, with everybody else who edits a text kept waiting."""
    if kind not in KINDS:
        raise NotFound
    db.session.execute(select(Studio.id).where(Studio.id == studio.id).with_for_update(key_share=True))
    row = newest(studio.id, kind, language)
    check_version(0 if row is None else row.version, seen)
    return row


def _add(
    studio: Studio,
    kind: Kind,
    language: Language,
    before: MessageTemplate | None,
    words: tuple[str | None, str | None],
    *,
    by: Actor,
    now: datetime,
) -> MessageTemplate:
    version = 1 if before is None else before.version + 1
    made = MessageTemplate(
        studio_id=studio.id, kind=kind.value, language=language.value, version=version, subject=words[0], body=words[1],
        created_at=now, created_by=by.label,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    after = {
        "kind": kind.value,
        "language": language.value,
        "version": version,
        "is_own": words[1] is not None,
    }
    record("message_text.saved", "message_text", made.id, by=by, now=now, after=after)
    return made
