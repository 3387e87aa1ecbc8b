"""The next visit, from the session card: booked in one tap, and taken back by the next one."""

from datetime import datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.models import Booking
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from backoffice.session_logs.next_visit import Offer, book_next, take_back_next
from backoffice.session_logs.queries import Visit
from backoffice.staff.models import Trainer
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainer, trainers
from blueprints.bookings.rest_lines import RestLine, days_of, rest_line, tell_resting
from blueprints.session_logs.blueprint import CARD, session_logs, visit_of
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name, show_daytime
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error, flash_undo


@session_logs.post(f"{CARD}/next")
@permit(Permission.TRAINING_EDIT)
def book_again(participant_id: int) -> ResponseReturnValue:
    """Book the next visit of this guest at one of the times that were offered."""
    visit = visit_of(participant_id)
    starts_at, trainer_id = _chosen(request.form.get("slot", ""))
    if starts_at is None:
        flash_error(_("Please choose one of the times."))
        return redirect(url_for("session_logs.card", participant_id=participant_id), 303)
    is_named = request.form.get("is_named") == "y"
    try:
        booking = in_transaction(
            lambda: book_next(
                current_studio(), visit, starts_at, trainer_id, is_named=is_named, by=actor(), now=now()
            )
        )
    except DomainError as error:
        flash_error(say(error))
    else:
        _tell(visit, booking)
    return redirect(url_for("session_logs.card", participant_id=participant_id) + "#next", 303)


@session_logs.post(f"{CARD}/next/undo")
@permit(Permission.TRAINING_EDIT)
def take_back_booking(participant_id: int) -> ResponseReturnValue:
    """Call off what the tap before has booked."""
    visit, booking_id = visit_of(participant_id), request.args.get("booking_id", type=int, default=0)
    try:
        in_transaction(lambda: take_back_next(current_studio(), visit, booking_id, by=actor(), now=now()))
    except DomainError as error:
        flash_error(say(error))
    else:
        flash_done(_("The next visit is not booked any more."))
    return redirect(url_for("session_logs.card", participant_id=participant_id) + "#next", 303)


def beside(ahead: Offer | None, visit: Visit, person: Person) -> dict[str, Any]:
    """What a card says beside the times it offers: whose they are, and which lie in a freeze or after the last day."""
    if ahead is None:
        return {"others": {}, "rest": None}
    return {"others": _others(visit, ahead), "rest": _rest(person, ahead)}


def _rest(person: Person, ahead: Offer) -> RestLine:
    starts = [ahead.booked_at] if ahead.booked_at is not None else [one.starts_at for one in ahead.slots]
    return rest_line([person], days_of(starts))


def _others(visit: Visit, ahead: Offer) -> dict[int, Trainer]:
    """The trainers whose times are offered beside, or instead of, the own ones."""
    if all(slot.trainer_id == visit.trainer_id for slot in ahead.slots):
        return {}
    return {one.id: one for one in trainers(current_studio().id) if one.id != visit.trainer_id}


def _chosen(text: str) -> tuple[datetime | None, int]:
    """Start and trainer as the button of a time sends them; no start for anything else."""
    at, _space, whose = text.partition(" ")
    if not (whose.isascii() and whose.isdigit() and len(whose) < 18):
        return None, 0
    return _instant(at), int(whose)


def _tell(visit: Visit, booking: Booking) -> None:
    who, when = own_name(trainer(booking.studio_id, booking.trainer_id)), show_daytime(booking.starts_at)
    participant_id = visit.participant_id
    back = url_for("session_logs.take_back_booking", participant_id=participant_id, booking_id=booking.id)
    flash_undo(_("The next visit is booked: %(when)s, %(trainer)s.", when=when, trainer=who), back)
    tell_resting([bare_person(visit.person_id)], [booking.starts_at])


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
