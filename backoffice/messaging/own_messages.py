"""Words and a time for one message alone, as long as it waits: written, and given up again."""

from datetime import datetime

from backoffice.core.audit import Actor, record
from backoffice.core.db import after_commit, db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.messaging import settling
from backoffice.messaging.actions import NOT_PLANNED, TIME_IS_OVER, locked_message
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.outbox import call_worker, quiet_hours_of
from backoffice.messaging.own_texts import newest
from backoffice.messaging.policy import POLICIES, Quiet
from backoffice.messaging.quiet_hours import decent_time
from backoffice.messaging.standing import Standing
from backoffice.messaging.text_editing import checked, current, typed
from backoffice.messaging.variables import KINDS
from backoffice.messaging.wording import Source
from backoffice.messaging.writing import own_text_of
from backoffice.studio.models import Studio

NOT_EDITABLE = N_("Messages of this kind cannot be edited one by one.")
MAY_HAVE_ARRIVED = N_("An earlier try may have arrived, so it stays as it is.")
TOO_LATE = N_("After this time the message is of no use: please choose an earlier one.")
TOO_LATE_QUIET = N_(
    "The quiet hours move it to a time at which it is of no use: please choose an earlier one."
)


def can_be_edited(row: Standing) -> bool:
    """Whether a message may get words or a time of its own: it waits, and its kind has a text."""
    policy = POLICIES[Kind(row.kind)]
    is_open = row.state == MessageState.PLANNED and not (policy.is_secret or policy.is_by_hand)
    return is_open and Kind(row.kind) in KINDS


def text_in_force(row: Message) -> Source:
    """The text of a message to be edited: its own, else what its kind says now."""
    return own_text_of(row) or current(newest(row.studio_id, row.kind, row.language), row.kind, row.language)


def edit(
    message_id: int,
    subject: str,
    body: str,
    send_at: datetime,
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Message:
    """Give a message that waits its own words and time. What is the text of its kind is not kept as an own one.

    Quiet hours move the time as far as they must. Refuses (Invalid) what `text_checks.faults` finds, a message that is
    on its way or may have arrived, and a time at which it is of no use; `Stale` when somebody changed it meanwhile.
    """
    row = _waiting(message_id, version, now)
    studio = db.session.get_one(Studio, row.studio_id)
    before = _told(row)
    if typed(subject, body) != text_in_force(row):
        words = checked(studio, Kind(row.kind), row.language, subject, body, now=now)
        row.own_subject, row.own_body = words.subject, words.body
    if send_at != row.send_at:
        _plan(row, send_at, now)
    return _kept(row, before, by=by, now=now)


def use_text_of_kind(message_id: int, *, version: int | None, by: Actor, now: datetime) -> Message:
    """Let a message say what its kind says. Twice changes nothing; its time stays."""
    row = _waiting(message_id, version, now)
    before = _told(row)
    row.own_subject = row.own_body = None
    return _kept(row, before, by=by, now=now)


def _waiting(message_id: int, version: int | None, now: datetime) -> Message:
    row = locked_message(message_id, version)
    if row.state != MessageState.PLANNED:
        raise Invalid(NOT_PLANNED)
    if not can_be_edited(row):
        raise Invalid(NOT_EDITABLE)
    if row.expires_at <= now:
        raise Invalid(TIME_IS_OVER)
    if settling.is_doubtful(row):
        raise Invalid(MAY_HAVE_ARRIVED)
    return row


def _plan(row: Message, send_at: datetime, now: datetime) -> None:
    wanted = max(send_at, now)
    if wanted >= row.expires_at:
        raise Invalid(TOO_LATE, field="at")
    rule = POLICIES[Kind(row.kind)].quiet
    # Who waits for an answer gets it at once, also at night; a time that somebody picks can be a decent one.
    decent = decent_time(
        Quiet.LATER if rule is Quiet.AT_ONCE and wanted > now else rule, wanted, quiet_hours_of(row.studio_id), now=now
    )  # fmt: skip
    if decent >= row.expires_at:
        raise Invalid(TOO_LATE_QUIET, field="at")
    row.send_at = row.next_try_at = decent
    row.is_own_time = True


def _kept(row: Message, before: dict[str, object], *, by: Actor, now: datetime) -> Message:
    after = _told(row)
    row.version += 1
    db.session.flush()
    record(
        "message.changed",
        "message",
        row.id,
        by=by,
        now=now,
        person_id=row.person_id,
        before=before,
        after=after,
    )
    if row.next_try_at <= now:
        after_commit(call_worker)
    return row


def _told(row: Message) -> dict[str, object]:
    """What the audit keeps: that there are words, never which."""
    return {"own_text": row.own_body is not None, "send_at": row.send_at}
