"""The outbox: messages are rows written in the same transaction as their cause. Nothing here reaches a provider."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.celery_app import nudge
from backoffice.core.db import after_commit, db, send
from backoffice.core.language import N_, Language
from backoffice.messaging.models import Channel, Kind, Message, MessageState, Phase
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.quiet_hours import QuietHours, change_time, decent_time
from backoffice.messaging.settling import may_have_arrived
from backoffice.studio.models import Studio

DELIVER_TASK = "tasks.messages.deliver_due"

_PLAN = (
    insert(Message.__table__)  # type: ignore[arg-type]
    .on_conflict_do_nothing()
    .returning(Message.id)
)


@dataclass(frozen=True)
class Draft:
    """A message that is wanted. `values` holds ids and times, never personal data.

    `change_by_gym_of` is the start of a booking that the gym itself moved or cancelled: the client is told in the
    morning unless that would be on the day of the booking.
    """

    kind: Kind
    _: KW_ONLY
    dedupe_key: str
    send_at: datetime
    expires_at: datetime
    language: str
    person_id: int | None = None
    staff_id: int | None = None
    booking_id: int | None = None
    booking_version: int | None = None
    lead_id: int | None = None
    run_id: int | None = None
    step_id: int | None = None
    values: Mapping[str, Any] | None = None
    change_by_gym_of: datetime | None = None


def queue_message(kind: Kind, *, studio_id: int, now: datetime, **wanted: Any) -> int | None:
    """Plan one message (the fields of `Draft`) and return its id; None when its dedupe key was planned before."""
    return next(iter(queue_messages([Draft(kind, **wanted)], studio_id=studio_id, now=now)), None)


def queue_messages(drafts: Sequence[Draft], *, studio_id: int, now: datetime) -> list[int]:
    """Plan messages in one statement and return the ids of those whose dedupe key was not planned before.

    Quiet hours move `send_at` as the kind asks. A worker is called after the commit when one is due.
    """
    if not drafts:
        return []
    hours = quiet_hours_of(studio_id)
    rows = [_row(draft, studio_id, hours, now=now) for draft in drafts]
    planned = list(send(_PLAN, rows).scalars())
    if planned and any(row["send_at"] <= now for row in rows):
        after_commit(call_worker)
    return planned


def _row(draft: Draft, studio_id: int, hours: QuietHours, *, now: datetime) -> dict[str, Any]:
    decent = decent_time(POLICIES[draft.kind].quiet, draft.send_at, hours, now=now)
    if draft.change_by_gym_of is not None and decent <= now:
        decent = change_time(now, draft.change_by_gym_of, hours)
    return {
        "kind": draft.kind.value,
        "studio_id": studio_id,
        "dedupe_key": draft.dedupe_key,
        "retry_key": uuid.uuid4(),
        "send_at": decent,
        "next_try_at": decent,
        "expires_at": draft.expires_at,
        "created_at": now,
        "language": Language(draft.language).value,
        "person_id": draft.person_id,
        "staff_id": draft.staff_id,
        "booking_id": draft.booking_id,
        "booking_version": draft.booking_version,
        "lead_id": draft.lead_id,
        "run_id": draft.run_id,
        "step_id": draft.step_id,
        "channel": (POLICIES[draft.kind].only_by or Channel.MAIL).value,  # chosen anew by each claim
        "values": dict(draft.values or {}),
    }


def quiet_hours_of(studio_id: int) -> QuietHours:
    """The quiet hours of a studio; nothing is asked when its row is in the session already."""
    studio = db.session.get_one(Studio, studio_id)
    return QuietHours(studio.quiet_from, studio.quiet_to, studio.zone)


def call_worker() -> None:
    """Have due messages delivered soon, not only at the next sweep."""
    nudge(DELIVER_TASK)


def cancel_messages(
    *,
    reason: str,
    now: datetime,
    booking_id: int | None = None,
    lead_id: int | None = None,
    person_id: int | None = None,
    message_id: int | None = None,
    run_ids: Collection[int] | None = None,
    step_id: int | None = None,
    kinds: Iterable[Kind] | None = None,
) -> int:
    """Take back what is named and has not been handed over: about a booking, lead or person, of playbook runs or a
    step of one, or one message.

    `reason` is a marked text (N_) that screens show. A worker that holds such a message finds out before it hands
    it over, so nothing goes out after the commit of the caller. One that may have arrived in an earlier try becomes
    UNKNOWN instead. Returns how many there were; refuses to cancel everything of everybody.
    """
    about = {
        Message.booking_id: booking_id,
        Message.lead_id: lead_id,
        Message.person_id: person_id,
        Message.id: message_id,
        Message.step_id: step_id,
    }
    wanted = [column == value for column, value in about.items() if value is not None]
    if run_ids is not None:
        wanted.append(Message.run_id.in_(run_ids))
    if not wanted:
        raise ValueError("say whose messages are cancelled")
    if kinds is not None:
        wanted.append(Message.kind.in_([kind.value for kind in kinds]))
    # Rows are locked in one order, so that two cancels and a claim can never wait for each other in a circle.
    ids = db.session.scalars(
        select(Message.id).where(*wanted, can_be_taken_back()).order_by(Message.id).with_for_update()
    ).all()
    if not ids:
        return 0
    db.session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(
            state=case((may_have_arrived(), MessageState.UNKNOWN.value), else_=MessageState.CANCELLED.value),
            reason=reason,
            ended_at=now,
            lease_until=None,
            version=Message.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def can_be_taken_back() -> ColumnElement[bool]:
    """The messages that nobody has handed to a provider for good."""
    return or_(
        Message.state.in_([MessageState.PLANNED, MessageState.HELD_FOR_REVIEW]),
        and_(Message.state == MessageState.CLAIMED, Message.phase != Phase.HANDED_OVER),
    )


def hold_due_for_review(*, now: datetime) -> int:
    """After a restore: messages that were due meanwhile may have been sent before, so a person decides about them."""
    held = db.session.scalars(
        update(Message)
        .where(Message.state.in_([MessageState.PLANNED, MessageState.CLAIMED]), Message.next_try_at <= now)
        .values(
            state=MessageState.HELD_FOR_REVIEW,
            phase=Phase.NONE,
            lease_until=None,
            fence=Message.fence + 1,
            reason=HELD_AFTER_RESTORE,
            version=Message.version + 1,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(held.all())


HELD_AFTER_RESTORE = N_("A backup was restored. This may have been sent before; please decide.")
