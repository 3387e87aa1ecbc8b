"""Follow-ups are reconciled, not triggered: wanted rows are compared with existing ones, so missed events heal."""

from datetime import datetime

from backoffice.followups.steps import MOVED_ON, OF_USE, ONCE_IN, STEPS, Step
from backoffice.followups.wanted import Wanted, planned_in_vain, without_message
from backoffice.messaging.outbox import cancel_messages, queue_message


def reconcile_follow_ups(now: datetime) -> int:
    """Plan the follow-ups that are wanted and missing, take back those no longer wanted; returns how many changed."""
    return sum(_take_back(step, now) + _plan(step, now) for step in STEPS)


def _take_back(step: Step, now: datetime) -> int:
    in_vain = planned_in_vain(step.kind, since=step.earliest_event(now), now=now)
    return sum(
        cancel_messages(reason=MOVED_ON, lead_id=lead_id, kinds=[step.kind], now=now) for lead_id in in_vain
    )


def _plan(step: Step, now: datetime) -> int:
    missing = without_message(step.kind, since=step.earliest_event(now), once_since=now - ONCE_IN, now=now)
    return sum(_queue(step, one, now) for one in missing)


def _queue(step: Step, one: Wanted, now: datetime) -> bool:
    send_at = step.send_at(one.event_at, one.zone)
    if send_at + OF_USE <= now:
        return False
    # The event's time is part of the key: a step taken back by hand stays so, a new event gets a new message.
    message_id = queue_message(
        step.kind,
        studio_id=one.studio_id,
        dedupe_key=f"{step.kind}:lead:{one.lead_id}:{one.event_at.timestamp():.0f}",
        send_at=max(send_at, now),
        expires_at=send_at + OF_USE,
        now=now,
        person_id=one.person_id,
        lead_id=one.lead_id,
        language=one.language,
    )
    return message_id is not None
