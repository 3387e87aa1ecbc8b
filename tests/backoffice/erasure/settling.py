"""Ends what stands in the way of erasing somebody, as its own pages would."""

from sqlalchemy import select, update

from backoffice.billing.actions import pay
from backoffice.billing.models import PaymentKind
from backoffice.billing.queries import items_of
from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.incidents.models import Incident
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.models import Membership
from backoffice.studio.queries import the_studio
from backoffice.tickets import actions as tickets
from backoffice.tickets.queries import lots_of
from backoffice.todos.models import Todo


def settle(person_id: int) -> None:
    """Visits were held, enquiries closed, incidents settled, tasks done; the member has left, nothing is open."""
    mine = select(Participant.booking_id).where(Participant.person_id == person_id)
    ended = {"state": BookingState.ATTENDED.value}
    db.session.execute(update(Booking).where(Booking.id.in_(mine)).values(ended))
    db.session.execute(
        update(Lead).where(Lead.person_id == person_id).values(stage=Stage.LOST, closed_at=Lead.opened_at)
    )
    closed = {"closed_at": Incident.written_at, "outcome": "だれにも見せないメモ"}
    db.session.execute(update(Incident).where(Incident.person_id == person_id).values(closed))
    db.session.execute(update(Todo).where(Todo.person_id == person_id).values(done_at=Todo.created_at))
    leave(person_id)
    settle_money(person_id)
    give_tickets_back(person_id)
    db.session.expire_all()


def leave(person_id: int) -> None:
    """Every membership has ended on its first day."""
    client = select(Client.id).where(Client.person_id == person_id)
    left = update(Membership).where(Membership.client_id.in_(client)).values(ends_on=Membership.starts_on)
    db.session.execute(left, execution_options={"synchronize_session": False})


def settle_money(person_id: int) -> None:
    """Every invoice is paid."""
    for item in items_of(person_id, the_studio().id):
        if item.open_yen > 0:
            invoice = item.invoice
            pay(
                invoice, PaymentKind.CASH, item.open_yen, received_on=invoice.issued_on, by=SYSTEM,
                now=invoice.created_at,
            )  # fmt: skip


def give_tickets_back(person_id: int) -> None:
    """No ticket is free any more."""
    for lot in lots_of(person_id):
        if lot.free:
            tickets.refund(lot.grant.id, lot.free, note="返金", by=SYSTEM, now=lot.grant.created_at)
