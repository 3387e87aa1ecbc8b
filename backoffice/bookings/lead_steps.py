"""What a booking does to the lead behind it: its stage follows from the bookings, forward and back."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.bookings.models import CANCELLED_STATES, Booking, BookingState
from backoffice.clients.queries import is_member
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.leads.actions import advance, capture_lead, set_next_action, step_back
from backoffice.leads.models import CLOSED_STAGES, Lead, Stage
from backoffice.leads.queries import open_lead_of
from backoffice.leads.stages import NEXT_ACTIONS
from backoffice.people.models import Person
from backoffice.studio.models import Service, ServiceKind, Studio

BOOKED_STAGE = {
    ServiceKind.COUNSELLING: Stage.COUNSELLING_BOOKED,
    ServiceKind.TRIAL: Stage.TRIAL_BOOKED,
}
HELD_STAGE = {ServiceKind.COUNSELLING: Stage.COUNSELLED, ServiceKind.TRIAL: Stage.TRIALLED}
SOURCE_OF_CHANNEL = {"PHONE": "phone", "LINE": "line", "DESK": "walk_in", "WEB": "web"}

ASK_AFTER_CANCELLING = N_("Ask about a new date")
ASK_AFTER_NO_SHOW = N_("Ask about the missed visit")
CALL_AFTER = timedelta(hours=3)

CANCELLED = N_("Booking cancelled")
NO_SHOW = N_("Did not come")
TAKEN_BACK = N_("Taken back")


def lead_for(person: Person, service: Service, *, channel: str, by: Actor, now: datetime) -> Lead | None:
    """The lead that a counselling or trial belongs to: the open one, else a new one. Members have none, who left may.

    A new one belongs to whoever took the booking: a lead without an owner is one that nobody calls.
    """
    if ServiceKind(service.kind) not in BOOKED_STAGE:
        return None
    lead = open_lead_of(person.id)
    if lead is not None:
        return lead
    zone = db.session.get_one(Studio, service.studio_id).zone
    if is_member(person.id, local_date(now, zone)):
        return None
    return capture_lead(
        person,
        studio_id=service.studio_id,
        source=SOURCE_OF_CHANNEL[channel],
        interest=service.slug,
        owner_staff_id=by.id if by.kind == "staff" else None,
        reply_by=now,  # the booking replaces it
        by=by,
        now=now,
    )


def lead_of(booking: Booking) -> Lead | None:
    """The lead of a booking while it is open; closed leads are left as they are."""
    lead = None if booking.lead_id is None else db.session.get(Lead, booking.lead_id)
    return None if lead is None or Stage(lead.stage) in CLOSED_STAGES else lead


def after_booking(booking: Booking, service: Service, *, by: Actor, now: datetime) -> None:
    """Take the lead forward to the booked stage; its next action is due when the visit is over."""
    lead, stage = lead_of(booking), BOOKED_STAGE.get(ServiceKind(service.kind))
    if lead is not None and stage is not None:
        advance(lead, stage, booking_id=booking.id, due_at=booking.ends_at, by=by, now=now)


def after_move(booking: Booking, service: Service, *, by: Actor, now: datetime) -> None:
    """Let the next action of the lead wait for the new time."""
    lead, stage = lead_of(booking), BOOKED_STAGE.get(ServiceKind(service.kind))
    if lead is not None and lead.stage == stage:
        set_next_action(lead, NEXT_ACTIONS[stage].title, booking.ends_at, by=by, now=now)


def after_cancelling(booking: Booking, *, by: Actor, now: datetime) -> None:
    """Take the lead back to what its other bookings say, with "ask about a new date" as the next action."""
    _back(booking, reason=CANCELLED, title=ASK_AFTER_CANCELLING, by=by, now=now)


def after_no_show(booking: Booking, *, by: Actor, now: datetime) -> None:
    """Take the lead back, with "ask about the missed visit" as the next action."""
    _back(booking, reason=NO_SHOW, title=ASK_AFTER_NO_SHOW, by=by, now=now)


def after_attendance(booking: Booking, service: Service, *, by: Actor, now: datetime) -> None:
    """Take the lead forward: counselled or trialled."""
    lead, stage = lead_of(booking), HELD_STAGE.get(ServiceKind(service.kind))
    if lead is not None and stage is not None:
        advance(lead, stage, booking_id=booking.id, by=by, now=now)


def after_undo(booking: Booking, service: Service, *, by: Actor, now: datetime) -> None:
    """Put the lead where its bookings say it is, after an attendance, no-show or cancel was taken back."""
    lead = lead_of(booking)
    if lead is None:
        return
    stage = stage_by_bookings(lead.id)
    advance(lead, stage, reason=TAKEN_BACK, booking_id=booking.id, due_at=booking.ends_at, by=by, now=now)
    step_back(lead, stage, reason=TAKEN_BACK, booking_id=booking.id, due_at=booking.ends_at, by=by, now=now)
    after_move(booking, service, by=by, now=now)


def stage_by_bookings(lead_id: int) -> Stage:
    """The furthest stage that the lead's bookings bear out; CONTACTED when none does."""
    visits = db.session.execute(
        select(Service.kind, Booking.state)
        .join(Service, Service.id == Booking.service_id)
        .where(Booking.lead_id == lead_id, Booking.state.not_in([*CANCELLED_STATES, BookingState.NO_SHOW]))
    )
    reached = {Stage.CONTACTED}
    for kind, state in visits:
        stages = HELD_STAGE if state == BookingState.ATTENDED else BOOKED_STAGE
        if ServiceKind(kind) in stages and state != BookingState.HELD:
            reached.add(stages[ServiceKind(kind)])
    return max(reached, key=list(Stage).index)


def _back(booking: Booking, *, reason: str, title: str, by: Actor, now: datetime) -> None:
    lead = lead_of(booking)
    if lead is not None and step_back(
        lead, stage_by_bookings(lead.id), reason=reason, booking_id=booking.id, by=by, now=now
    ):
        set_next_action(lead, title, now + CALL_AFTER, by=by, now=now)
