"""Who takes part in a booking, and what they borrow."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backoffice.bookings.models import Attendance, Participant
from backoffice.bookings.refusals import PleaseCall
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.leads.models import Lead
from backoffice.people.models import Caution, Person
from backoffice.studio.models import Service

WEAR_SIZES = ("SS", "S", "M", "L", "LL", "3L")
SHOE_SIZES = tuple(f"{half / 2:g}" for half in range(42, 63))


@dataclass(frozen=True)
class Guest:
    """Somebody who takes part, and what they borrow."""

    person: Person
    needs_wear: bool = False
    wear_size: str = ""
    shoe_cm: str = ""


def check_guests(service: Service, guests: Sequence[Guest], lead: Lead | None) -> None:
    """Refuse (Invalid) too many guests, the same one twice, sizes that nobody keeps, and a stranger's lead."""
    most = min(2, service.max_participants)
    persons = [guest.person.id for guest in guests]
    if not 1 <= len(persons) <= most:
        raise Invalid(N_("Please choose between one and %(most)s guests."), field="participants", most=most)
    if len(set(persons)) < len(persons):
        raise Invalid(N_("The two guests are the same person."), field="participants")
    if lead is not None and lead.person_id not in persons:
        raise Invalid(N_("The lead belongs to somebody else."), field="lead_id")
    for guest in guests:
        if guest.wear_size not in ("", *WEAR_SIZES):
            raise Invalid(N_("Please choose a size from the list."), field="wear_size")
        if guest.shoe_cm not in ("", *SHOE_SIZES):
            raise Invalid(N_("Please choose a size from the list."), field="shoe_cm")


def barred(guests: Sequence[Guest]) -> list[Person]:
    """The guests who may be booked only on a manager's word."""
    return [guest.person for guest in guests if guest.person.caution == Caution.BARRED]


def check_nobody_is_marked(booking_id: int) -> None:
    """Refuse (PleaseCall) what a client wants to change by link while the desk wants to speak to them first."""
    marked = (
        select(Person.id)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.booking_id == booking_id, Person.caution != "")
    )
    if db.session.scalar(marked.limit(1)) is not None:
        raise PleaseCall


def expect_again(guests: Sequence[Participant]) -> None:
    """A confirmation, an arrival or a delay was about the old time."""
    for guest in guests:
        guest.confirmed_at = guest.arrived_at = None
        guest.late_minutes, guest.attendance = 0, Attendance.EXPECTED.value
        guest.version += 1
    db.session.flush()
