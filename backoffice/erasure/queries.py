"""Questions before somebody is erased: what there is of them, and what has to be settled first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backoffice.billing.models import Invoice
from backoffice.billing.queries import OPEN
from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.db import Base, db
from backoffice.erasure.rows import Theirs, of
from backoffice.erasure.rules import GOES, STAYS
from backoffice.incidents.models import Incident
from backoffice.leads.models import Lead
from backoffice.memberships.models import Membership
from backoffice.messaging.models import Message, MessageState, Phase
from backoffice.tickets.queries import balances
from backoffice.todos.models import Todo, TodoKind

HUMAN_TASKS = (TodoKind.CALL_TO_CONFIRM, TodoKind.CHECK_MESSAGE)
"""Tasks that say something is not settled with the person; all others end by themselves."""
UNSHOWN = frozenset({"people", "erasures", "uploads", "audit_lines"})
"""Of these a number would say nothing."""


@dataclass(frozen=True)
class InTheWay:
    """What has to be settled before somebody can be erased."""

    bookings: list[Booking]
    leads: list[Lead]
    incidents: list[Incident]
    tasks: list[Todo]
    memberships: list[Membership]
    open_yen: int
    """What they still owe."""
    owed_yen: int
    """What is owed to them."""
    tickets: int

    def __bool__(self) -> bool:
        around = self.bookings or self.leads or self.incidents or self.tasks
        return bool(around or self.memberships or self.open_yen or self.owed_yen or self.tickets)


def in_the_way(theirs: Theirs, *, day: date) -> InTheWay:
    """What is open between them and the gym on a day of it. Seven statements.

    Visits ahead or without an outcome, open enquiries, open incidents, tasks of a human; memberships that go on after
    the day, money open either way, tickets free to be used: once nobody is behind them, nobody can settle those.
    """
    ids = theirs.people
    visits = (
        select(Booking)
        .join(Participant, Participant.booking_id == Booking.id)
        .where(Participant.person_id.in_(ids), Booking.state.in_([BookingState.HELD, BookingState.BOOKED]))
        .distinct()
        .order_by(Booking.starts_at)
    )
    leads = select(Lead).where(Lead.person_id.in_(ids), Lead.closed_at.is_(None))
    incidents = select(Incident).where(Incident.person_id.in_(ids), Incident.closed_at.is_(None))
    tasks = select(Todo).where(Todo.person_id.in_(ids), Todo.done_at.is_(None), Todo.kind.in_(HUMAN_TASKS))
    open_yen, owed_yen = _money(ids)
    return InTheWay(
        bookings=list(db.session.scalars(visits)),
        leads=list(db.session.scalars(leads.order_by(Lead.id))),
        incidents=list(db.session.scalars(incidents.order_by(Incident.id))),
        tasks=list(db.session.scalars(tasks.order_by(Todo.due_at, Todo.id))),
        memberships=[one for one in memberships(theirs) if one.ends_on is None or one.ends_on > day],
        open_yen=open_yen,
        owed_yen=owed_yen,
        tickets=sum(one.free for one in balances(ids, day=day).values()),
    )


def _money(people: Collection[int]) -> tuple[int, int]:
    """Yen open of their invoices, and yen owed to them; one is not set off against the other."""
    sums = [func.coalesce(func.sum(func.greatest(one, 0)), 0) for one in (OPEN, -OPEN)]
    query = select(*sums).where(Invoice.person_id.in_(people), Invoice.credits_id.is_(None))
    open_yen, owed_yen = db.session.execute(query).one()
    return int(open_yen), int(owed_yen)


def memberships(theirs: Theirs) -> list[Membership]:
    """What somebody began as a member, ended or not."""
    query = select(Membership).join(Client, Client.id == Membership.client_id)
    query = query.where(Client.person_id.in_(theirs.people)).order_by(Membership.id)
    return list(db.session.scalars(query))


def is_being_sent(theirs: Theirs) -> bool:
    """Whether a message to them is in the hands of a worker that may not take it back any more."""
    on_its_way = (
        Message.person_id.in_(theirs.people),
        Message.state == MessageState.CLAIMED,
        Message.phase == Phase.HANDED_OVER,
        Message.lease_until > func.clock_timestamp(),
    )
    return bool(db.session.scalar(select(select(Message.id).where(*on_its_way).exists())))


def counted(theirs: Theirs) -> tuple[dict[str, int], dict[str, int]]:
    """How many rows of each table go and how many stay without a name; tables without any are left out."""
    goes: dict[str, int] = {}
    stays: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in UNSHOWN or not (table.name in GOES or table.name in STAYS):
            continue
        number = db.session.scalar(select(func.count()).select_from(table).where(of(table, theirs))) or 0
        if number:
            (goes if table.name in GOES else stays)[table.name] = number
    return goes, stays
