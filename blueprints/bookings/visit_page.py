"""What a signed link opens: one participant's booking, in the language of that person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import refresh

from backoffice.billing.standing_fees import VisitFee, visit_fees
from backoffice.bookings.models import CANCELLED_STATES, Booking, BookingState, Participant
from backoffice.bookings.queries import booking as find_booking
from backoffice.bookings.queries import participant_by_token
from backoffice.bookings.rules import cancel_until, change_until
from backoffice.core.errors import NotFound
from backoffice.core.language import Language
from backoffice.people.queries import person as find_person
from backoffice.staff.models import Trainer
from backoffice.staff.trainers import trainer as find_trainer
from backoffice.studio.models import Service
from backoffice.studio.queries import service as find_service
from blueprints.support import language as languages
from blueprints.support.clock import now
from blueprints.support.promises import sends_mail, sends_on_line
from blueprints.support.studio import current_studio


class LinkGone(NotFound):
    """The link is forged, broken or was withdrawn."""


@dataclass(frozen=True)
class Visit:
    """A booking as its guest sees it."""

    booking: Booking
    guest: Participant
    service: Service
    trainer: Trainer
    has_mail: bool
    has_line: bool
    is_called: bool
    change_until: datetime
    cancel_until: datetime

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off, by whomever."""
        return self.booking.state in CANCELLED_STATES

    @property
    def is_ahead(self) -> bool:
        """Whether it still stands and has not begun."""
        return (
            self.booking.state in {BookingState.BOOKED, BookingState.HELD} and now() < self.booking.starts_at
        )

    @property
    def may_move(self) -> bool:
        """Whether the guest may choose another time without calling."""
        return self.is_ahead and now() <= self.change_until

    @property
    def may_cancel(self) -> bool:
        """Whether the guest may cancel without calling."""
        return self.is_ahead and now() <= self.cancel_until

    @property
    def brings_own(self) -> bool:
        """Whether the gym would lend wear and shoes for this visit and the guest wants none."""
        return self.service.offers_wear and not self.guest.needs_wear

    @property
    def is_reminded(self) -> bool:
        """Whether a reminder goes out the day before: not for a visit booked later than that."""
        ahead = self.booking.starts_at - self.booking.created_at
        return self.service.reminds_day_before and ahead > timedelta(hours=24)

    @property
    def same_wish(self) -> dict[str, str]:
        """What was wished about the trainer when it was booked, as parts of an address."""
        if self.booking.is_named:
            return {"trainer": self.trainer.slug}
        return {"women": "1"} if self.booking.wants_woman else {}


def read_visit(token: str) -> Visit:
    """The booking behind a link; the page speaks its guest's language. Raises `LinkGone`."""
    guest = participant_by_token(token)
    if guest is None:
        raise LinkGone
    person = find_person(guest.person_id)
    speak(person.language)
    booking = find_booking(current_studio().id, guest.booking_id)
    service = find_service(booking.studio_id, booking.service_id)
    trainer = find_trainer(booking.studio_id, booking.trainer_id)
    is_on_line = person.line_user_id is not None and person.line_blocked_at is None
    return Visit(
        booking=booking,
        guest=guest,
        service=service,
        trainer=trainer,
        has_mail=bool(person.mails) and sends_mail(),
        has_line=is_on_line and sends_on_line(),
        is_called=not person.mails and not is_on_line,
        change_until=change_until(booking, service),
        cancel_until=cancel_until(booking, service),
    )


def fee_of(visit: Visit) -> VisitFee | None:
    """What stands of the guest's own fee; None when none is due."""
    return visit_fees([visit.guest.id]).get(visit.guest.id) if visit.guest.fee_yen else None


def speak(wanted: str) -> None:
    """Use the person's language unless this browser or this address asked for one."""
    asked = request.args.get("lang") or request.cookies.get(languages.COOKIE)
    if asked not in tuple(Language):
        g.language = wanted
        refresh()


def gone(error: LinkGone) -> ResponseReturnValue:
    """A kind page with the phone number."""
    return render_template("bookings/manage_gone.html"), error.status


def explain_gone_links(blueprint: Blueprint) -> None:
    """Show that page for every link of a blueprint that leads nowhere."""
    blueprint.register_error_handler(LinkGone, gone)
