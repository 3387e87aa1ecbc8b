"""Questions about messages. Lists never read the encrypted texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_

from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.messaging.models import Attempt, ChannelState, Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.people.search import matching_ids
from backoffice.studio.scope import of_studio

MOST_COUNTED = 100

_S = MessageState


class Tray(StrEnum):
    """How the page of messages sorts them."""

    PLANNED = "planned"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REVIEW = "review"
    NOT_SENT = "not-sent"


STATES: dict[Tray, tuple[MessageState, ...]] = {
    Tray.PLANNED: (_S.PLANNED, _S.CLAIMED),
    Tray.SENT: (_S.SENT,),
    Tray.FAILED: (_S.FAILED,),
    Tray.UNKNOWN: (_S.UNKNOWN,),
    Tray.REVIEW: (_S.HELD_FOR_REVIEW,),
    Tray.NOT_SENT: (_S.NOT_SENT, _S.CANCELLED, _S.EXPIRED),
}
NEED_A_PERSON = (Tray.FAILED, Tray.UNKNOWN, Tray.REVIEW)


@dataclass(frozen=True)
class Filters:
    """What a list of messages shows."""

    tray: Tray = Tray.PLANNED
    kind: Kind | None = None
    query: str = ""


class MessageRow(NamedTuple):
    """A message in a list. `name` is the person's; mails to staff have none."""

    id: int
    kind: str
    channel: str
    state: str
    send_at: datetime
    next_try_at: datetime
    ended_at: datetime | None
    reason: str
    tries: int
    person_id: int | None
    staff_id: int | None
    booking_id: int | None
    lead_id: int | None
    name: str | None
    kana: str | None

    @property
    def shown_name(self) -> str:
        """The name of the person, or nothing."""
        return self.name or self.kana or ""


class Place(NamedTuple):
    """Where a page of the list ended."""

    send_at: datetime
    id: int


def message_page(
    studio_id: int, filters: Filters, *, after: Place | None = None, limit: int = 50
) -> list[MessageRow]:
    """One page of messages: planned ones soonest first, the others newest first. One statement."""
    query = _rows().where(Message.studio_id == studio_id, Message.state.in_(STATES[filters.tray]))
    if filters.kind is not None:
        query = query.where(Message.kind == filters.kind)
    if (found := matching_ids(filters.query)) is not None:
        query = query.where(found)
    place = tuple_(Message.send_at, Message.id)
    if filters.tray is Tray.PLANNED:
        query = query.order_by(Message.send_at, Message.id)
        query = (
            query if after is None else query.where(place > tuple_(literal(after.send_at), literal(after.id)))
        )
    else:
        query = query.order_by(Message.send_at.desc(), Message.id.desc())
        query = (
            query if after is None else query.where(place < tuple_(literal(after.send_at), literal(after.id)))
        )
    return _read(query.limit(limit))


def message(studio_id: int, message_id: int) -> Message:
    """A message with its text as sent. Raises `NotFound`."""
    return of_studio(Message, studio_id, message_id)


def message_row(studio_id: int, message_id: int) -> MessageRow:
    """A message as lists show it, with the name of the person; nothing encrypted is read. Raises `NotFound`."""
    found = _read(_rows().where(Message.id == message_id, Message.studio_id == studio_id))
    if not found:
        raise NotFound
    return found[0]


def attempts(message_id: int) -> Sequence[Attempt]:
    """Every call to the provider, oldest first."""
    return db.session.scalars(
        select(Attempt).where(Attempt.message_id == message_id).order_by(Attempt.id)
    ).all()


def waiting_for_a_person(studio_id: int) -> dict[Tray, int]:
    """How many messages a person has to look at, by tray, counted up to one hundred each. One statement."""
    counts = [
        select(func.count())
        .select_from(
            select(Message.id)
            .where(Message.studio_id == studio_id, Message.state.in_(STATES[tray]))
            .limit(MOST_COUNTED)
            .subquery()
        )
        .scalar_subquery()
        .label(tray.name)
        for tray in NEED_A_PERSON
    ]
    row = db.session.execute(select(*counts)).one()
    return {tray: int(getattr(row, tray.name)) for tray in NEED_A_PERSON}


def ailing_channels(*, now: datetime) -> Sequence[ChannelState]:
    """The channels that rest, or take no more this month."""
    query = select(ChannelState).where(ails(now)).order_by(ChannelState.channel.desc())
    return db.session.scalars(query).all()


def ails(now: datetime) -> ColumnElement[bool]:
    """The condition that a channel rests, or takes no more this month."""
    return or_(ChannelState.resting_until.is_not(None), ChannelState.used_up_until > now)


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        Message.id,
        Message.kind,
        Message.channel,
        Message.state,
        Message.send_at,
        Message.next_try_at,
        Message.ended_at,
        Message.reason,
        Message.tries,
        Message.person_id,
        Message.staff_id,
        Message.booking_id,
        Message.lead_id,
        Person.name,
        Person.kana,
    ).outerjoin(Person, Person.id == Message.person_id)


def _read(query: Select[*tuple[Any, ...]]) -> list[MessageRow]:
    return [MessageRow._make(row) for row in db.session.execute(query)]
