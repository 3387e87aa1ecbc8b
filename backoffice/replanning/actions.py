"""What changes when a trainer cannot come: the absence, proposals to guests, their answers. Nothing moves by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backoffice.bookings import actions as bookings
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import Slot
from backoffice.bookings.schedule import add_time_off, hits
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import cancel_messages, queue_message
from backoffice.people.models import Person
from backoffice.people.queries import reachable
from backoffice.replanning.models import Replan
from backoffice.replanning.proposals import as_row, of_row
from backoffice.replanning.queries import UNSETTLED, outcome_of
from backoffice.staff.models import TimeOff, Trainer
from backoffice.todos.actions import add_todo
from backoffice.todos.models import TodoKind

ANSWERED = N_("The question was answered or replaced.")
CALL_DECLINED = N_("Call: none of the proposed times suits")
CALL_WITHIN = timedelta(hours=2)


class ProposalGone(DomainError):
    """The booking was settled meanwhile, or something else was proposed."""

    status = 410
    message = N_("This has been settled meanwhile. Please call us if anything is unclear.")


def report_absence(
    trainer: Trainer, starts_at: datetime, ends_at: datetime, *, by: Actor, now: datetime
) -> TimeOff:
    """A trainer cannot come: take the time off and list the bookings it hits, none of which moves."""
    add_time_off(trainer, starts_at, ends_at, by=by, now=now)
    absence = db.session.scalars(
        select(TimeOff).where(TimeOff.trainer_id == trainer.id).order_by(TimeOff.id.desc()).limit(1)
    ).one()
    list_hits(absence, trainer, now=now)
    return absence


def list_hits(absence: TimeOff, trainer: Trainer, *, now: datetime) -> None:
    """Keep a row for each booking that an absence hits; those listed already stay as they are."""
    found = {
        one.booking_id
        for one in hits(trainer.studio_id, absence.starts_at, absence.ends_at, trainer_id=trainer.id)
    }
    if found:
        rows = [
            {"time_off_id": absence.id, "booking_id": one, "options": [], "created_at": now}
            for one in sorted(found)
        ]
        db.session.execute(insert(Replan).on_conflict_do_nothing(), rows)


def propose(replan: Replan, slots: Sequence[Slot], *, by: Actor, now: datetime) -> int:
    """Send the guests of a booking the times they may choose from; how many messages were planned.

    What was proposed before is taken back. Raises `ProposalGone` when the booking is settled, `Invalid` without a
    time.
    """
    booking = _unsettled(replan)
    if not slots:
        raise Invalid(N_("Please choose at least one time."))
    cancel_messages(reason=ANSWERED, booking_id=booking.id, kinds=[Kind.MOVE_PROPOSED], now=now)
    replan.options = [as_row(one) for one in slots]
    replan.sent_version, replan.sent_at, replan.declined_at = booking.version, now, None
    record("replan.proposed", "booking", booking.id, by=by, now=now, after={"times": len(slots)})
    return sum(_tell(replan, booking, person, now=now) for person in _reached(booking))


def choose(replan: Replan, number: int, *, by: Actor, now: datetime) -> Booking:
    """The guest takes one of the times that were sent. Raises `ProposalGone`, or `SlotTaken` when it went meanwhile."""
    booking = _unsettled(replan)
    if replan.sent_version != booking.version or number not in range(len(replan.options)):
        raise ProposalGone
    return _move(booking, of_row(replan.options[number]), by=by, now=now)


def settle(replan: Replan, slot: Slot, *, by: Actor, now: datetime) -> Booking:
    """The desk agreed on a time by phone. Raises `ProposalGone`, `SlotTaken`."""
    return _move(_unsettled(replan), slot, by=by, now=now)


def call_off(replan: Replan, *, by: Actor, now: datetime) -> None:
    """The gym calls the booking off; the guest is told. Raises `ProposalGone`."""
    booking = _unsettled(replan)
    cancel_messages(reason=ANSWERED, booking_id=booking.id, kinds=[Kind.MOVE_PROPOSED], now=now)
    bookings.cancel(booking, by_gym=True, by=by, now=now)


def decline(replan: Replan, *, by: Actor, now: datetime) -> None:
    """None of the times suits the guest: the desk gets a task to call. Raises `ProposalGone`."""
    booking = _unsettled(replan)
    if replan.sent_version != booking.version:
        raise ProposalGone
    replan.declined_at = now
    person = _guests(booking)[0]
    add_todo(
        TodoKind.CALL_TO_CONFIRM, CALL_DECLINED, studio_id=booking.studio_id,
        due_at=min(now + CALL_WITHIN, booking.starts_at), person_id=person.id, booking_id=booking.id, by=by, now=now,
    )  # fmt: skip
    record("replan.declined", "booking", booking.id, by=by, now=now)


def _unsettled(replan: Replan) -> Booking:
    """The booking, held until the end of the transaction, if it is still to be settled."""
    db.session.flush()
    db.session.refresh(replan, with_for_update=True)
    booking = db.session.get_one(Booking, replan.booking_id, with_for_update=True, populate_existing=True)
    absence = db.session.get_one(TimeOff, replan.time_off_id, populate_existing=True)
    if outcome_of(replan, booking, absence) not in UNSETTLED:
        raise ProposalGone
    return booking


def _move(booking: Booking, slot: Slot, *, by: Actor, now: datetime) -> Booking:
    cancel_messages(reason=ANSWERED, booking_id=booking.id, kinds=[Kind.MOVE_PROPOSED], now=now)
    bookings.move(
        booking, starts_at=slot.starts_at, trainer_id=slot.trainer_id, room_id=slot.room_id, by=by, now=now
    )
    return booking


def _guests(booking: Booking) -> list[Person]:
    ids = [guest.person_id for guest in guests_of(booking.id)]
    return [db.session.get_one(Person, one) for one in ids]


def _reached(booking: Booking) -> list[Person]:
    guests = _guests(booking)
    query = select(Person.id).where(Person.id.in_([one.id for one in guests]), reachable())
    reached = set(db.session.scalars(query))
    return [person for person in guests if person.id in reached]


def _tell(replan: Replan, booking: Booking, person: Person, *, now: datetime) -> bool:
    planned = queue_message(
        Kind.MOVE_PROPOSED, studio_id=booking.studio_id, now=now, person_id=person.id, language=person.language,
        booking_id=booking.id, booking_version=booking.version, send_at=now, expires_at=booking.starts_at,
        dedupe_key=f"move_proposed:{replan.id}:{person.id}:{now.isoformat()}", values={"replan_id": replan.id},
    )  # fmt: skip
    return planned is not None
