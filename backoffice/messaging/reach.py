"""By which road people would be reached, asked of many at once: before a bulk send, and for what is planned in a list.

The same rules as `roads.choose_road`, as far as they can be told before a message goes out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging.models import Channel, Kind, MessageRoad
from backoffice.messaging.months import month_end
from backoffice.messaging.road_choices import CHOOSABLE, roads_of
from backoffice.messaging.usage import month_of_line
from backoffice.people.models import Person, PersonMail


class Way(StrEnum):
    """How somebody is reached. FALLS_BACK: the kind goes by LINE, this person's message by mail all the same."""

    LINE = "LINE"
    MAIL = "MAIL"
    FALLS_BACK = "FALLS_BACK"
    NOT_AT_ALL = "NOT_AT_ALL"


NO_LINE = N_("LINE is not connected")
BLOCKED = N_("the gym is blocked on LINE")
MONTH_USED_UP = N_("LINE’s month is used up")


class Send(NamedTuple):
    """A message that would be sent: to whom, of what kind, when."""

    person_id: int
    kind: Kind
    at: datetime


class Reached(NamedTuple):
    """How one of them would arrive, and why by mail, or not at all, though LINE was wanted (N_)."""

    person_id: int
    name: str
    way: Way
    reason: str = ""


@dataclass(frozen=True)
class Reach:
    """How a bulk send would arrive. `left`: what LINE's month still holds without it; None: no limit is known."""

    messages: Sequence[Reached]
    left: int | None = None

    def count(self, way: Way) -> int:
        """How many messages take one way."""
        return sum(one.way is way for one in self.messages)

    def people(self, way: Way) -> list[Reached]:
        """Whom they go to, each once."""
        return list({one.person_id: one for one in self.messages if one.way is way}.values())


def reach_of(studio_id: int, sends: Sequence[Send], channels: Collection[Channel], *, now: datetime) -> Reach:
    """How these messages would arrive, as things are. Four statements, however many there are.

    What LINE's month still holds, with all that is planned taken off, goes to the first; the others fall back. What
    later months hold is not known, so it is not counted.
    """
    roads = roads_of(studio_id)
    month = month_of_line(studio_id, roads, now=now)
    is_full = (
        month.state is not None and month.state.used_up_until is not None and month.state.used_up_until > now
    )
    left = 0 if is_full else month.left
    found, room, end = _contacts({one.person_id for one in sends}), left, month_end(now)
    messages = []
    for send in sends:
        counts = room is not None and send.at < end
        one = _way(found[send.person_id], roads.get(send.kind), channels, not counts or (room or 0) > 0)
        messages.append(one)
        if counts and room is not None and one.way is Way.LINE:
            room -= 1
    return Reach(messages, left)


def by_line(kind: InstrumentedAttribute[str], studio_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether a message of some kind would go by LINE, in a statement that selects from people: it is chosen, or there
    is no mail address, and LINE reaches the person."""
    is_chosen = exists().where(
        MessageRoad.studio_id == studio_id,
        MessageRoad.kind == kind,
        MessageRoad.channel == Channel.LINE.value,
    )
    can_be = kind.in_([one.value for one in CHOOSABLE])
    return and_(can_be, _is_on_line(), or_(is_chosen, ~_has_mail()))


class _Contact(NamedTuple):
    id: int
    name: str
    has_mail: bool
    is_on_line: bool
    is_blocked: bool


def _contacts(person_ids: set[int]) -> dict[int, _Contact]:
    name = case((Person.name != "", Person.name), else_=Person.kana)
    query = select(
        Person.id, name, _has_mail(), Person.line_user_id.is_not(None), Person.line_blocked_at.is_not(None)
    ).where(Person.id.in_(person_ids))
    return {row[0]: _Contact(*row) for row in db.session.execute(query)}


def _way(one: _Contact, road: Channel | None, channels: Collection[Channel], has_room: bool) -> Reached:
    can_line = road is not None and Channel.LINE in channels and one.is_on_line and not one.is_blocked
    can_mail = one.has_mail and Channel.MAIL in channels
    wants_line = Channel.LINE in channels and (road is Channel.LINE or not can_mail)
    if not wants_line:
        return Reached(one.id, one.name, Way.MAIL if can_mail else Way.NOT_AT_ALL)
    if can_line and has_room:
        return Reached(one.id, one.name, Way.LINE)
    reason = BLOCKED if one.is_blocked else MONTH_USED_UP if can_line else NO_LINE
    return Reached(one.id, one.name, Way.FALLS_BACK if can_mail else Way.NOT_AT_ALL, reason)


def _has_mail() -> ColumnElement[bool]:
    return exists().where(PersonMail.person_id == Person.id).correlate(Person)


def _is_on_line() -> ColumnElement[bool]:
    return and_(Person.line_user_id.is_not(None), Person.line_blocked_at.is_(None))
