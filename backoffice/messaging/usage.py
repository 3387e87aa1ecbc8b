"""LINE's month: how many messages it allows, how many are used, and how many will be by what is planned already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.db import db
from backoffice.messaging.models import Channel, ChannelState, Kind, Message, MessageState
from backoffice.messaging.months import month_end
from backoffice.messaging.road_choices import CHOOSABLE
from backoffice.people.models import Person

LOOKED_BACK = timedelta(days=30)
LIVE = (MessageState.PLANNED, MessageState.CLAIMED, MessageState.HELD_FOR_REVIEW)


@dataclass(frozen=True)
class Count:
    """Messages of one kind: sent in the last 30 days; planned for the rest of this month, and for the next one.

    The bare numbers are those to people whom LINE reaches today, whichever road their kind takes; `all_…` are those to
    everybody.
    """

    sent: int = 0
    this_month: int = 0
    next_month: int = 0
    all_sent: int = 0
    all_this_month: int = 0
    all_next_month: int = 0


@dataclass(frozen=True)
class Month:
    """What LINE allows and what will be used; None where LINE has not said, or sets no limit."""

    counts: Mapping[Kind, Count]
    roads: Mapping[Kind, Channel]
    state: ChannelState | None = field(repr=False)

    @property
    def planned(self) -> int:
        """Messages that will go by LINE in the rest of this month."""
        return self._sum("this_month")

    @property
    def next_month(self) -> int:
        """Messages that will go by LINE in the next month, as far as bookings are made."""
        return self._sum("next_month")

    @property
    def left(self) -> int | None:
        """How many are left when all that is planned has gone; below zero, so many fall back to mail."""
        if self.state is None or self.state.quota is None or self.state.used is None:
            return None
        return self.state.quota - self.state.used - self.planned

    def _sum(self, name: str) -> int:
        by_line = (kind for kind, road in self.roads.items() if road is Channel.LINE)
        return sum(getattr(self.counts[kind], name) for kind in by_line)


def month_of_line(studio_id: int, roads: Mapping[Kind, Channel], *, now: datetime) -> Month:
    """The present month of a studio with some choice of roads. Two statements."""
    return Month(_counts(studio_id, now), roads, channel_state(Channel.LINE))


def channel_state(channel: Channel) -> ChannelState | None:
    """How a channel is doing; None when nothing was noted."""
    return db.session.get(ChannelState, channel.value, populate_existing=True)


def store_usage(quota: int | None, used: int, *, now: datetime) -> None:
    """Keep what LINE said about the month. When it has room again, LINE is used again."""
    values = {"quota": quota, "used": used, "read_at": now}
    has_room = quota is None or used < quota
    if has_room:
        values["used_up_until"] = None
    fresh = insert(ChannelState).values(channel=Channel.LINE.value, failures=0, reason="", **values)
    db.session.execute(fresh.on_conflict_do_update(index_elements=["channel"], set_=values))


def _counts(studio_id: int, now: datetime) -> dict[Kind, Count]:
    end = month_end(now)
    reached = Person.line_user_id.is_not(None) & Person.line_blocked_at.is_(None)
    was_sent = Message.state == MessageState.SENT
    this_month = Message.state.in_(LIVE) & (Message.send_at < end)
    next_month = Message.state.in_(LIVE) & (Message.send_at >= end)
    rows = db.session.execute(
        select(
            Message.kind,
            *[func.count().filter(one, reached) for one in (was_sent, this_month, next_month)],
            *[func.count().filter(one) for one in (was_sent, this_month, next_month)],
        )
        .join(Person, Person.id == Message.person_id)
        .where(
            Message.studio_id == studio_id,
            Message.send_at >= now - LOOKED_BACK,
            Message.send_at < month_end(end),
            Message.kind.in_([kind.value for kind in CHOOSABLE]),
        )
        .group_by(Message.kind)
    )
    counted = {kind: Count(*numbers) for kind, *numbers in rows}
    return {kind: counted.get(kind, Count()) for kind in CHOOSABLE}
