"""What a booking does to the tickets of its guests: reserved when booked, used by the visit, given back in time."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.bookings.forgiving import FORGIVEN, FREE, forgiven
from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.studio.models import Service, Studio
from backoffice.tickets.following import Use, Wish, follow, hold_grants
from backoffice.tickets.queries import standings

BOOKED = N_("Booked")
ATTENDED = N_("Attended")
NO_SHOW = N_("Did not come")
LATE = N_("Cancelled too late")
IN_TIME = N_("Cancelled in time")
NO_TICKETS = N_("The service uses no tickets any more")
BY_GYM = N_("Cancelled by the gym")

GRACE = timedelta(days=14)
"""How long a ticket can be used at least that came back because the gym cancelled."""


def needs_ticket(service: Service) -> bool:
    """Whether a visit of this service uses a ticket. Pure."""
    return service.uses_tickets and service.kind not in FREE


def after(booking: Booking, service: Service, *, by: Actor, now: datetime) -> None:
    """Bring the tickets of a booking's guests to what the booking says. The caller holds the booking.

    A ticket that came back goes to the next booked visit of that person that has none. What a visit that needs none
    holds all the same (its service was changed) comes back.
    """
    studio = db.session.get_one(Studio, booking.studio_id)
    guests = guests_of(booking.id)
    if booking.state == BookingState.LATE_CANCELLED:
        # One of a month is forgiven: two at the same moment ask one after the other.
        hold_grants([guest.person_id for guest in guests])
    wishes = [_wish(booking, guest, studio, service, now=now) for guest in guests]
    if follow(wishes, by=by, now=now) and any(wish.use is Use.NONE for wish in wishes):
        for person_id in sorted({guest.person_id for guest in guests}):
            catch_up(person_id, studio, by=by, now=now)


def catch_up(
    person_id: int, studio: Studio, *, also_reserved: bool = False, by: Actor, now: datetime
) -> None:
    """Reserve tickets for the booked visits of a person that have none, the soonest first.

    With `also_reserved` those that have one that ends before the visit by now get another one.
    """
    query = (
        select(Participant.id, Booking.starts_at)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id == person_id, Booking.studio_id == studio.id,
            Booking.state == BookingState.BOOKED, Booking.starts_at > now,
            Service.uses_tickets, Service.kind.not_in(FREE),
        )
        .order_by(Booking.starts_at, Participant.id)
        # A booking somebody is just changing is left to them: what they do looks at its tickets as well.
        .with_for_update(of=Booking, skip_locked=True)
    )  # fmt: skip
    ahead = db.session.execute(query).all()
    have = standings([participant_id for participant_id, _starts_at in ahead])
    follow(
        [
            Wish(participant_id, person_id, local_date(starts_at, studio.zone), Use.RESERVED, BOOKED)
            for participant_id, starts_at in ahead
            if also_reserved or participant_id not in have
        ],
        by=by,
        now=now,
    )


def _wish(booking: Booking, guest: Participant, studio: Studio, service: Service, *, now: datetime) -> Wish:
    day = local_date(booking.starts_at, studio.zone)
    # A service that used tickets once and does not any more gives back what is reserved.
    state = BookingState(booking.state)
    is_forgiven = state is BookingState.LATE_CANCELLED and guest.id in forgiven([guest.id], studio)
    use, reason = (
        use_of(state, guest.attendance, is_forgiven=is_forgiven)
        if needs_ticket(service)
        else (Use.NONE, NO_TICKETS)
    )
    until = local_date(now, studio.zone) + GRACE if reason is BY_GYM else None
    return Wish(guest.id, guest.person_id, day, use, reason, until)


def use_of(state: BookingState, attendance: str, *, is_forgiven: bool) -> tuple[Use, str]:
    """What a visit in a state does to the ticket of one of its guests, and why. Pure."""
    if state is BookingState.HELD:
        return Use.NONE, ""
    if state is BookingState.CANCELLED:
        return Use.NONE, IN_TIME
    if state is BookingState.CANCELLED_BY_GYM:
        return Use.NONE, BY_GYM
    if state is BookingState.LATE_CANCELLED:
        if is_forgiven:
            return Use.NONE, FORGIVEN
        return Use.USED, LATE
    if attendance == Attendance.ATTENDED:
        return Use.USED, ATTENDED
    if attendance == Attendance.NO_SHOW:
        return Use.USED, NO_SHOW
    return Use.RESERVED, BOOKED
