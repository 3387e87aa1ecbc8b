"""What cancelling a booking now would do to the ticket of each guest and what it would cost, by the rules of the deed.

The state comes from `bookings.rules`, the ticket from `bookings.ticket_steps`, who is forgiven from
`bookings.forgiving`, the fee from `billing.fees`: nothing is decided here.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from backoffice.billing.fees import charged_from, fee_for, was_settled
from backoffice.billing.models import BillingSettings
from backoffice.billing.queries import settings_of
from backoffice.bookings.forgiving import FREE, IfLate, forgiven
from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.bookings.queries import guests_of
from backoffice.bookings.rules import state_if_cancelled
from backoffice.bookings.ticket_steps import needs_ticket, use_of
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.studio.models import Service, Studio
from backoffice.tickets.following import Use
from backoffice.tickets.queries import lots_of_people, standings


class TicketEnd(StrEnum):
    """What becomes of a guest's ticket: there is none, it comes back, it is used."""

    NONE = "NONE"
    BACK = "BACK"
    USED = "USED"


class Outcome(NamedTuple):
    """What cancelling now does for one guest.

    `fee_yen` will be charged from the day after the visit; `received_yen` was paid for the visit and stays in the books
    until somebody pays it back.
    """

    participant_id: int
    person_id: int
    ticket: TicketEnd
    is_late: bool
    is_forgiven: bool
    fee_yen: int
    received_yen: int


class HousePrices(NamedTuple):
    """What cancelling after the deadline and not coming cost, in yen, whoever it is; 0: nothing."""

    late_yen: int
    no_show_yen: int


class Forecast(NamedTuple):
    """What cancelling now does, guest by guest: called off by the guest, or by the gym."""

    by_guest: list[Outcome]
    by_gym: list[Outcome]


class _Facts(NamedTuple):
    """What the rules are asked about: whose late cancel would be forgiven, who has a ticket or would get one, fees."""

    guests: list[Participant]
    let_off: set[int]
    with_ticket: set[int]
    can_take: set[int]
    settled: set[int]
    own: BillingSettings
    costs_from: datetime


def house_prices(studio: Studio, service: Service, starts_at: datetime) -> HousePrices | None:
    """What a guest of a visit is told before it is booked; None where nothing ever costs. One statement."""
    if service.kind in FREE:
        return None
    own = settings_of(studio.id)
    found = HousePrices(own.late_cancel_yen, own.no_show_yen)
    return found if any(found) and starts_at >= charged_from(own, studio) else None


def if_cancelled(booking: Booking, service: Service, *, now: datetime) -> Forecast:
    """What cancelling now would do. Asked of a booking that stands. Six statements at most, for a pair too.

    A manager's waiver of the deadline is not asked about: no page that shows this takes one.
    """
    facts = _facts(booking, service, now)
    ways = (state_if_cancelled(booking, service, by_gym=by_gym, now=now) for by_gym in (False, True))
    return Forecast(
        *([_outcome(booking, service, guest, state, facts, now) for guest in facts.guests] for state in ways)
    )


def _facts(booking: Booking, service: Service, now: datetime) -> _Facts:
    studio = db.session.get_one(Studio, booking.studio_id)
    guests, own = guests_of(booking.id), settings_of(studio.id)
    guest_ids = [guest.id for guest in guests]
    have = set(standings(guest_ids))
    let_off, can_take, settled = set[int](), set[int](), set[int]()
    if state_if_cancelled(booking, service, by_gym=False, now=now) is BookingState.LATE_CANCELLED:
        day = local_date(booking.starts_at, studio.zone)
        let_off = forgiven(guest_ids, studio, if_late=IfLate(booking.id, now))
        lots = lots_of_people([guest.person_id for guest in guests if guest.id not in have])
        can_take = {id_ for id_ in lots if any(lot.free > 0 and lot.is_usable_on(day) for lot in lots[id_])}
        settled = was_settled(guest_ids)
    return _Facts(guests, let_off, have, can_take, settled, own, charged_from(own, studio))


def _outcome(
    booking: Booking, service: Service, guest: Participant, state: BookingState, facts: _Facts, now: datetime
) -> Outcome:
    is_late = state is BookingState.LATE_CANCELLED
    is_forgiven = is_late and guest.id in facts.let_off
    ticket = _ticket(service, guest, state, facts)
    may_cost = is_late and service.kind not in FREE and booking.starts_at >= facts.costs_from
    is_free = not may_cost or is_forgiven or ticket is TicketEnd.USED or guest.id in facts.settled
    return Outcome(
        guest.id, guest.person_id, ticket, is_late, is_forgiven,
        fee_yen=0 if is_free else fee_for(state, booking.starts_at, now, facts.own),
        received_yen=(guest.fee_yen or 0) if guest.fee_received_at is not None else 0,
    )  # fmt: skip


def _ticket(service: Service, guest: Participant, state: BookingState, facts: _Facts) -> TicketEnd:
    """What becomes of a guest's ticket. A late cancel takes one also when none was reserved, if there is one."""
    has_one = guest.id in facts.with_ticket
    use = Use.NONE
    if needs_ticket(service):
        use, _why = use_of(state, guest.attendance, is_forgiven=guest.id in facts.let_off)
    if use is Use.USED:
        return TicketEnd.USED if has_one or guest.person_id in facts.can_take else TicketEnd.NONE
    return TicketEnd.BACK if has_one else TicketEnd.NONE
