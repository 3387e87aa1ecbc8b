"""What became of a participant on the day: one tap each, one tap to take it back. The books follow a fee at once."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from backoffice.billing.visit_fees import follow_fee, receive
from backoffice.bookings import attendance as actions
from backoffice.bookings import queries
from backoffice.bookings.models import Participant
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Refused
from backoffice.people import queries as people
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainer_of
from blueprints.billing.paid_now import day_hint
from blueprints.bookings.words import METHOD_WORDS
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now
from blueprints.support.filters import honorific
from blueprints.support.language import say
from blueprints.support.next_page import own_path
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error, flash_link, flash_undo

attendance = Blueprint("attendance", __name__)

LONGEST_LATENESS = 240


@dataclass(frozen=True)
class Mark:
    """One thing that can be said about a participant: how it is written, taken back, and told."""

    write: Callable[..., Any]
    take_back: Callable[..., Any]
    told: Any
    taken_back: Any


MARKS = {
    "arrival": Mark(
        actions.arrive, actions.undo_arrive, _l("%(name)s: arrived"), _l("%(name)s: not arrived yet")
    ),
    "lateness": Mark(
        actions.late, actions.undo_late, _l("%(name)s: %(minutes)s min late"), _l("%(name)s: on time")
    ),
    "attendance": Mark(
        actions.attend, actions.undo_attend, _l("%(name)s: attended"), _l("%(name)s: not marked yet")
    ),
    "no-show": Mark(
        actions.no_show, actions.undo_no_show, _l("%(name)s: no-show"), _l("%(name)s: not marked yet")
    ),
    "fee": Mark(receive, actions.undo_fee, _l("%(name)s: fee received"), _l("%(name)s: fee open")),
    "confirmation": Mark(
        actions.confirm, actions.undo_confirm, _l("%(name)s: confirmed"), _l("%(name)s: not confirmed yet")
    ),
}
WHICH = "any(arrival, lateness, attendance, 'no-show', fee, confirmation)"


@attendance.post(f"/participants/<int:participant_id>/<{WHICH}:which>")
@permit(Permission.BOOKINGS_ATTEND)
def mark(participant_id: int, which: str) -> ResponseReturnValue:
    """Say what became of a participant; the toast can take it back."""
    kind = MARKS[which]
    values = _values(which)
    try:
        name, written = _write(participant_id, kind.write, **values)
    except DomainError as error:
        if isinstance(error, actions.TooEarly) and may(Permission.BOOKINGS_EDIT):
            return _too_early(participant_id, error)
        return _refused(error)
    back = url_for("attendance.take_back", participant_id=participant_id, which=which, next=_back())
    flash_undo(" ".join([str(kind.told) % {"name": name, **values}, *_for_which_day(which, written)]), back)
    return redirect(f"{_back()}#p{participant_id}", 303)


@attendance.post(f"/participants/<int:participant_id>/<{WHICH}:which>/undo")
@permit(Permission.BOOKINGS_ATTEND)
def take_back(participant_id: int, which: str) -> ResponseReturnValue:
    """Take back what was said about a participant."""
    kind = MARKS[which]
    try:
        name, written = _write(participant_id, kind.take_back)
    except DomainError as error:
        return _refused(error)
    flash_done(" ".join([str(kind.taken_back) % {"name": name}, *_for_which_day(which, written)]))
    return redirect(f"{_back()}#p{participant_id}", 303)


def _write(participant_id: int, write: Callable[..., Any], **values: Any) -> tuple[str, int]:
    """Write one thing about a participant and have the books follow: their name, and how many rows that were."""

    def work() -> tuple[str, int]:
        participant = _participant(participant_id)
        write(participant, **values, by=actor(), now=now())
        return _name(participant), follow_fee(participant, by=actor(), now=now())

    return in_transaction(work)


def _participant(participant_id: int) -> Participant:
    """The participant; a trainer who does not work at the desk may only mark the own bookings."""
    participant, booking = queries.participant(current_studio().id, participant_id)
    if not may(Permission.BOOKINGS_EDIT):
        own = trainer_of(current_user.id)
        if own is None or own.id != booking.trainer_id:
            raise Refused
    return participant


def _values(which: str) -> dict[str, Any]:
    """What comes with the mark: minutes of lateness, or how the fee was paid."""
    if which == "lateness":
        typed = unicodedata.normalize("NFKC", request.form.get("minutes", ""))
        minutes = int(typed) if typed.isdecimal() and len(typed) < 4 else 0
        if not 1 <= minutes <= LONGEST_LATENESS:
            abort(400)
        return {"minutes": minutes}
    if which == "fee":
        method = request.form.get("method", "")
        if method not in METHOD_WORDS:
            abort(400)
        return {"method": method}
    return {}


def _for_which_day(which: str, written: int) -> list[str]:
    """After the cash of today is counted, money that the books have just been told of stands on another day."""
    hint = day_hint() if which == "fee" and written else ""
    return [hint] if hint else []


def _name(participant: Participant) -> str:
    return honorific(people.person(participant.person_id).shown_name)


def _back() -> str:
    return own_path(request.values.get("next"), url_for("today.show"))


def _refused(error: DomainError) -> ResponseReturnValue:
    if error.status in (403, 404):
        raise error
    flash_error(say(error))
    return redirect(_back(), 303)


def _too_early(participant_id: int, error: DomainError) -> ResponseReturnValue:
    """The refusal, with the way to the button that moves the booking to now."""
    _guest, booking = queries.participant(current_studio().id, participant_id)
    page = url_for("desk.show", booking_id=booking.id, _anchor="early")
    flash_link(say(error), page, _("Here already?"))
    return redirect(_back(), 303)
