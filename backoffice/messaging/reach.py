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


class Reached(NamedTuple):
    """Somebody of a bulk send, and why by mail though the kind goes by LINE (N_)."""

    person_id: int
    name: str
    way: Way
    reason: str = ""


@dataclass(frozen=True)
class Reach:
    """How a bulk send would arrive. `left` is how many messages of LINE's month are left before it; None: no limit."""

    people: Sequence[Reached]
    left: int | None = None

    def by(self, way: Way) -> list[Reached]:
        """Those who are reached in one way."""
        return [one for one in self.people if one.way is way]


def reach_of(
    studio_id: int,
    sends: Sequence[tuple[int, Kind]],
    channels: Collection[Channel],
    *,
    now: datetime,
) -> Reach:
    """How these messages (person, kind) would arrive if they went out now, each in its own line. Four statements.

    What LINE's month still holds, with all that is planned taken off, is given to the first; the others fall back.
    """
    roads = roads_of(studio_id)
    left = month_of_line(studio_id, roads, now=now).left if Channel.LINE in channels else None
    found = _contacts({person_id for person_id, _kind in sends})
    room, people = left, list[Reached]()
    for person_id, kind in sends:
        if person_id not in found:
            continue
        one = _way(found[person_id], roads.get(kind), channels, room)
        people.append(one)
        if one.way is Way.LINE and room is not None:
            room -= 1
    return Reach(people, left)


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


def _way(one: _Contact, road: Channel | None, channels: Collection[Channel], room: int | None) -> Reached:
    wants_line = road is Channel.LINE and Channel.LINE in channels
    can_line = one.is_on_line and not one.is_blocked and road is not None and Channel.LINE in channels
    has_room = room is None or room > 0
    can_mail = one.has_mail and Channel.MAIL in channels
    if can_line and has_room and (wants_line or not can_mail):
        return Reached(one.id, one.name, Way.LINE)
    reason = ""
    if wants_line or not can_mail:
        reason = BLOCKED if one.is_blocked else MONTH_USED_UP if can_line else NO_LINE
    if not can_mail:
        return Reached(one.id, one.name, Way.NOT_AT_ALL, reason)
    return Reached(one.id, one.name, Way.FALLS_BACK if reason else Way.MAIL, reason)


def _has_mail() -> ColumnElement[bool]:
    return exists().where(PersonMail.person_id == Person.id).correlate(Person)


def _is_on_line() -> ColumnElement[bool]:
    return and_(Person.line_user_id.is_not(None), Person.line_blocked_at.is_(None))
