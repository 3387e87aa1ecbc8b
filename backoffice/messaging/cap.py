"""The cap: how many messages of advertising one person gets in a week, whichever playbook or hand they come from."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.policy import FOLLOW_UP_KINDS, POLICIES
from backoffice.messaging.quiet_hours import QuietHours, held_until
from backoffice.messaging.verdicts import Ends, Waits
from backoffice.studio.models import Studio

WEEK = timedelta(days=7)
CAP_REACHED = N_("They have had as many such messages this week as the studio allows.")

_MAY_HAVE_COME = (MessageState.SENT, MessageState.UNKNOWN)


def hold_cap(row: Message) -> None:
    """Claims for one person take turns until the end of their transaction, so two workers never both find room."""
    if _is_capped(row):
        db.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"cap:{row.person_id}", 0)))
        )


def over_cap(row: Message, studio: Studio, now: datetime) -> Ends | Waits | None:
    """Somebody who has had enough this week gets it later, or not at all; None when it may go."""
    if not _is_capped(row):
        return None
    room_at = _room_at(row, studio.follow_ups_a_week, now)
    if room_at is None:
        return None
    hours = QuietHours(studio.quiet_from, studio.quiet_to, studio.zone)
    room_at = held_until(POLICIES[Kind(row.kind)].quiet, hours, now=room_at) or room_at
    if room_at >= row.expires_at:
        return Ends(MessageState.EXPIRED, CAP_REACHED)
    return Waits(room_at, CAP_REACHED)


def _is_capped(row: Message) -> bool:
    return row.person_id is not None and POLICIES[Kind(row.kind)].needs_consent


def _room_at(row: Message, most: int, now: datetime) -> datetime | None:
    """When the person may get another one; None when they may at once. What is just on its way counts."""
    came_at = func.coalesce(Message.accepted_at, Message.ended_at, now)
    others = db.session.scalars(
        select(came_at)
        .where(
            Message.person_id == row.person_id,
            Message.id != row.id,
            Message.kind.in_([kind.value for kind in FOLLOW_UP_KINDS]),
            or_(
                Message.state == MessageState.CLAIMED,
                Message.state.in_(_MAY_HAVE_COME) & (came_at > now - WEEK),
            ),
        )
        .order_by(came_at.desc())
        .limit(max(most, 1))
    ).all()
    if most == 0:
        return row.expires_at
    return others[-1] + WEEK if len(others) >= most else None
