"""Questions before somebody is erased: what there is of them, and what has to be settled first."""

from dataclasses import dataclass

from sqlalchemy import func, select

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.db import Base, db
from backoffice.erasure.rows import Theirs, of
from backoffice.erasure.rules import GOES, STAYS
from backoffice.incidents.models import Incident
from backoffice.leads.models import Lead
from backoffice.memberships.models import Membership
from backoffice.messaging.models import Message, MessageState, Phase
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

    def __bool__(self) -> bool:
        return bool(self.bookings or self.leads or self.incidents or self.tasks)


def in_the_way(theirs: Theirs) -> InTheWay:
    """Visits ahead or without an outcome, open enquiries, open incidents, tasks of a human. Four statements."""
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
    return InTheWay(
        bookings=list(db.session.scalars(visits)),
        leads=list(db.session.scalars(leads.order_by(Lead.id))),
        incidents=list(db.session.scalars(incidents.order_by(Incident.id))),
        tasks=list(db.session.scalars(tasks.order_by(Todo.due_at, Todo.id))),
    )


def memberships(theirs: Theirs) -> list[Membership]:
    """What somebody began as a member. Nobody can see from it whether it has ended: a colleague has to say so."""
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
