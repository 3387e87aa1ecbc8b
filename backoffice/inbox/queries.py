"""Questions about conversations: the list, how many wait, and who somebody is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, literal_column, or_, select, tuple_
from sqlalchemy.orm import aliased

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.leads.models import Lead
from backoffice.line.models import LineAccount
from backoffice.messaging.entries import Conversation, ConversationEntry, Direction
from backoffice.messaging.waiting import conversation_around, stays_said
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.people.search import matching_ids
from backoffice.staff.models import Staff, StaffState
from backoffice.studio.models import Service
from backoffice.studio.scope import of_studio

PAGE = 40
MOST_COUNTED = 100
FAR: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")


class Tray(StrEnum):
    """What the list shows: what is open (all), what somebody took, what nobody took, and what is done."""

    ALL = "all"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    DONE = "done"


@dataclass(frozen=True)
class Asked:
    """What of the inbox somebody wants to see; `reader_id` is a staff member, `only` narrows to people they may see."""

    reader_id: int
    tray: Tray = Tray.ALL
    query: str = ""
    only: ColumnElement[bool] | None = None


class ConversationRow(NamedTuple):
    """A line of the list. The words are those said last; of a photo there are none."""

    id: int
    person_id: int | None
    account_id: int | None
    name: str | None
    kana: str | None
    display_name: str | None
    waiting_since: datetime | None
    said_at: datetime
    done_at: datetime | None
    assigned: str | None
    kind: str | None
    direction: str | None
    words: str | None
    is_health: bool | None
    unsent_at: datetime | None
    is_unread: bool

    @property
    def shown_name(self) -> str:
        """The name on file, else the one on LINE, else nothing."""
        return self.name or self.kana or self.display_name or ""

    @property
    def place(self) -> str:
        """Where the row stands in the list, for the address of what follows it."""
        since = self.waiting_since.isoformat() if self.waiting_since else ""
        return f"{since}_{self.said_at.isoformat()}_{self.id}"


class WhoRow(NamedTuple):
    """Who a conversation is with, in one line: state, phone, the next booking and the open lead."""

    phone: str | None
    is_client: bool
    booking_id: int | None
    starts_at: datetime | None
    service_ja: str | None
    service_en: str | None
    lead_id: int | None
    lead_stage: str | None


def conversation_rows(studio_id: int, asked: Asked, *, after: str = "") -> list[ConversationRow]:
    """Who waits first, the longest on top; then the others, the last said first. One row more than a page."""
    entry = aliased(ConversationEntry)
    same = or_(
        entry.person_id == Conversation.person_id,
        and_(entry.line_account_id == Conversation.line_account_id, entry.person_id.is_(None)),
    )
    newest = (
        select(entry.kind, entry.direction, entry.body, entry.is_health, entry.unsent_at)
        .where(same, entry.studio_id == Conversation.studio_id, stays_said(entry))
        .order_by(entry.said_at.desc(), entry.id.desc())
        .limit(1)
        .lateral()
    )
    unread = aliased(ConversationEntry)
    is_unread = exists().where(
        unread.direction == Direction.IN, unread.read_at.is_(None), unread.unsent_at.is_(None),
        unread.studio_id == Conversation.studio_id,
        or_(
            unread.person_id == Conversation.person_id,
            and_(unread.line_account_id == Conversation.line_account_id, unread.person_id.is_(None)),
        ),
    )  # fmt: skip
    query = (
        _listed(
            studio_id, asked,
            select(
                Conversation.id, Conversation.person_id, Conversation.line_account_id, Person.name, Person.kana,
                LineAccount.display_name, Conversation.waiting_since, Conversation.said_at, Conversation.done_at,
                Staff.name, newest.c.kind, newest.c.direction, newest.c.body, newest.c.is_health, newest.c.unsent_at,
                is_unread,
            ),
        )
        .outerjoin(Staff, Staff.id == Conversation.assigned_staff_id)
        .outerjoin(newest, literal(True))
    )  # fmt: skip
    query = _in_tray(query, asked)
    if (place := _place(after)) is not None:
        waiting, said_at, row_id = place
        order = tuple_(_waits(), -func.extract("epoch", Conversation.said_at), -Conversation.id)
        query = query.where(
            order
            > tuple_(
                literal(waiting) if waiting else FAR,
                -func.extract("epoch", literal(said_at)),
                literal(-row_id),
            )
        )
    query = query.order_by(_waits(), Conversation.said_at.desc(), Conversation.id.desc()).limit(PAGE + 1)
    return [ConversationRow._make(row) for row in db.session.execute(query)]


def number_waiting(studio_id: int, asked: Asked) -> int:
    """How many conversations wait for an answer, counted up to one hundred."""
    waiting = _listed(studio_id, asked, select(Conversation.id)).where(
        Conversation.waiting_since.is_not(None)
    )
    query = select(func.count()).select_from(waiting.limit(MOST_COUNTED).subquery())
    return db.session.scalar(query) or 0


def conversation_row(studio_id: int, conversation_id: int) -> Conversation:
    """One conversation. Raises `NotFound`."""
    return of_studio(Conversation, studio_id, conversation_id)


def conversation_of(studio_id: int, person_id: int) -> int | None:
    """The id of the conversation with a person; None when nothing was ever said."""
    whose = (Conversation.studio_id == studio_id, Conversation.person_id == person_id)
    return db.session.scalar(select(Conversation.id).where(*whose))


def conversation_of_account(studio_id: int, account_id: int) -> int | None:
    """The id of the conversation with an account nobody knows yet; None when it has said nothing."""
    whose = (Conversation.studio_id == studio_id, Conversation.line_account_id == account_id)
    return db.session.scalar(select(Conversation.id).where(*whose))


def conversation_of_entry(studio_id: int, entry_id: int) -> Conversation | None:
    """The conversation that an entry is part of. Raises `NotFound` for an entry of another studio."""
    return conversation_around(of_studio(ConversationEntry, studio_id, entry_id))


def who_is(person_id: int, *, now: datetime) -> WhoRow:
    """What the side of a conversation tells about a person. One statement."""
    ahead = (
        select(Booking.id, Booking.starts_at, Service.name_ja, Service.name_en)
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id == person_id, Booking.starts_at > now,
            Booking.state == BookingState.BOOKED,
        )
        .order_by(Booking.starts_at)
        .limit(1)
        .lateral()
    )  # fmt: skip
    lead = (
        select(Lead.id, Lead.stage)
        .where(Lead.person_id == person_id, Lead.closed_at.is_(None))
        .order_by(Lead.id.desc())
        .limit(1)
        .lateral()
    )
    is_client = exists().where(Client.person_id == Person.id)
    query = (
        select(
            first_phone(), is_client, ahead.c.id, ahead.c.starts_at, ahead.c.name_ja, ahead.c.name_en, lead.c.id,
            lead.c.stage,
        )
        .select_from(Person)
        .outerjoin(ahead, literal(True))
        .outerjoin(lead, literal(True))
        .where(Person.id == person_id)
    )  # fmt: skip
    return WhoRow._make(db.session.execute(query).one())


def colleagues(studio_id: int) -> list[Staff]:
    """Who can take a conversation: everybody who signs in, by name."""
    query = select(Staff).where(Staff.studio_id == studio_id, Staff.state == StaffState.ACTIVE)
    return list(db.session.scalars(query.order_by(Staff.name, Staff.id)))


def _listed(studio_id: int, asked: Asked, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Conversations somebody may see. Those of people merged away, and of accounts that are known by now, are over."""
    query = (
        query.select_from(Conversation)
        .outerjoin(Person, Person.id == Conversation.person_id)
        .outerjoin(LineAccount, LineAccount.id == Conversation.line_account_id)
        .where(Conversation.studio_id == studio_id, Person.archived_at.is_(None))
    )
    if asked.only is not None:
        query = query.where(or_(asked.only, Conversation.assigned_staff_id == asked.reader_id))
    return query


def _in_tray(query: Select[*tuple[Any, ...]], asked: Asked) -> Select[*tuple[Any, ...]]:
    query = query.where(
        Conversation.done_at.is_not(None) if asked.tray is Tray.DONE else Conversation.done_at.is_(None)
    )
    if asked.tray is Tray.MINE:
        query = query.where(Conversation.assigned_staff_id == asked.reader_id)
    if asked.tray is Tray.UNASSIGNED:
        query = query.where(Conversation.assigned_staff_id.is_(None))
    found = matching_ids(asked.query)
    return query if found is None else query.where(found)


def _waits() -> ColumnElement[datetime]:
    return func.coalesce(Conversation.waiting_since, FAR)


def _place(after: str) -> tuple[datetime | None, datetime, int] | None:
    """Where a page goes on; nonsense in an address is its beginning."""
    since, _mark, rest = after[:100].partition("_")
    said_at, _mark, row_id = rest.partition("_")
    try:
        found = (
            datetime.fromisoformat(since) if since else None,
            datetime.fromisoformat(said_at),
            int(row_id),
        )
    except ValueError:
        return None
    has_zones = found[1].tzinfo is not None and (found[0] is None or found[0].tzinfo is not None)
    return found if has_zones and 0 < found[2] < 2**63 else None
