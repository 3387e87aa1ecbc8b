"""Messages: what is planned, sent, failed, unclear or not sent, and what staff can do about it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError, NotFound, UndecryptableError
from backoffice.line.queries import number_unknown
from backoffice.messaging import actions, queries
from backoffice.messaging.letters import letter_of
from backoffice.messaging.models import Kind, Message
from backoffice.messaging.own_texts import failed_text
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.queries import Filters, MessageRow, Place, Tray
from backoffice.playbooks.entries import ENTRIES
from backoffice.playbooks.queries import run_behind
from backoffice.staff.permissions import Permission
from blueprints.messaging import editing, words
from blueprints.messaging.ahead import foreseen, possible
from blueprints.messaging.blueprint import messages
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now
from blueprints.support.filters import show_daytime
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

__all__ = ["editing", "messages"]

PAGE = 50
LONGEST_QUERY = 100


@messages.get("/messages")
@permit(Permission.MESSAGES_VIEW)
def index() -> ResponseReturnValue:
    """One tray of messages, page by page; everything chosen stands in the address."""
    filters = _filters()
    studio = current_studio()
    rows = queries.message_page(studio.id, filters, after=_after(), limit=PAGE + 1)
    more = _place_of(rows[PAGE - 1]) if len(rows) > PAGE else None
    return render_template(
        "messaging/index.html",
        filters=filters,
        rows=rows[:PAGE],
        more=more,
        waiting=queries.waiting_for_a_person(studio.id),
        most=queries.MOST_COUNTED,
        trays=words.TRAYS,
        states=words.STATES,
        empty_words=words.EMPTY[filters.tray],
        kinds=words.kind_words(),
        address=_address(filters),
        unknown=number_unknown(studio.id) if may(Permission.PEOPLE_EDIT) else 0,
    )


@messages.get("/messages/<int:message_id>")
@permit(Permission.MESSAGES_VIEW)
def show(message_id: int) -> ResponseReturnValue:
    """One message: to whom, what became of it, each try, and its text as it went out.

    One whose words no key opens says so, with what else is known of it.
    """
    try:
        message = queries.message(current_studio().id, message_id)
    except UndecryptableError as error:
        return _unreadable(message_id, error)
    ahead = foreseen(message)
    return render_template(
        "messaging/message.html",
        message=message,
        row=queries.message_row(message.studio_id, message.id),
        attempts=queries.attempts(message.id),
        states=words.STATES,
        attempt_words=words.ATTEMPTS,
        kind_name=POLICIES[Kind(message.kind)].label,
        run=run_behind(message),
        entries=ENTRIES,
        is_secret=POLICIES[Kind(message.kind)].is_secret,
        can=possible(message),
        ahead=ahead,
        letter=letter_of(ahead.text.body, message.language) if ahead and ahead.text else None,
        failed_text=failed_text(message.id),
    )


def _unreadable(message_id: int, error: UndecryptableError) -> str:
    row = queries.message_row(current_studio().id, message_id)
    return render_template(
        "messaging/unreadable.html", row=row, states=words.STATES, kind_name=POLICIES[Kind(row.kind)].label,
        said=say(error),
    )  # fmt: skip


@messages.post("/messages/<int:message_id>/send-now")
@permit(Permission.MESSAGES_EDIT)
def send_now(message_id: int) -> ResponseReturnValue:
    """Do not wait for its time."""
    return _act(message_id, actions.send_now, _say_when)


@messages.post("/messages/<int:message_id>/send-again")
@permit(Permission.MESSAGES_EDIT)
def send_again(message_id: int) -> ResponseReturnValue:
    """Try once more, or send a second copy of what was sent."""
    return _act(message_id, actions.send_again, _say_when)


@messages.post("/messages/<int:message_id>/cancel")
@permit(Permission.MESSAGES_EDIT)
def cancel(message_id: int) -> ResponseReturnValue:
    """Take it back."""
    return _act(
        message_id, actions.cancel, lambda _message: _("The message will not be sent."), has_undo=True
    )


@messages.post("/messages/<int:message_id>/cancel/undo")
@permit(Permission.MESSAGES_EDIT)
def undo_cancel(message_id: int) -> ResponseReturnValue:
    """Plan it again, at the time it had."""
    return _act(message_id, actions.undo_cancel, _say_planned)


@messages.get("/messages/<int:message_id>/text")
@permit(Permission.MESSAGES_VIEW)
def text(message_id: int) -> ResponseReturnValue:
    """The text alone, for a line of a list (a fragment): as it went out, or as it would."""
    message = queries.message(current_studio().id, message_id)
    return render_template("messaging/_said.html", message=message, ahead=foreseen(message))


@messages.post("/messages/<int:message_id>/release")
@permit(Permission.MESSAGES_EDIT)
def release(message_id: int) -> ResponseReturnValue:
    """Let it go after a restore held it back."""
    return _act(message_id, actions.release, _say_when)


def _act(
    message_id: int,
    action: Callable[..., Message],
    words_for: Callable[[Message], str],
    *,
    has_undo: bool = False,
) -> ResponseReturnValue:
    message = queries.message(current_studio().id, message_id)
    back = _back(message)
    try:
        with transaction():
            message = action(message_id, version=_version(), by=actor(), now=now())
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal), "error")
        return redirect(back)
    if has_undo and actions.can_be_planned_again(message, now=now()):
        flash_undo(words_for(message), url_for("messages.undo_cancel", message_id=message.id))
    else:
        flash_done(words_for(message))
    return redirect(back if request.form.get("back") else url_for("messages.show", message_id=message.id))


def _say_when(message: Message) -> str:
    if message.send_at > now():
        return _("It goes out when the quiet hours end: %(when)s.", when=show_daytime(message.send_at))
    return _("The message is on its way.")


def _say_planned(message: Message) -> str:
    return _("It goes out as planned: %(when)s.", when=show_daytime(message.send_at))


def _back(message: Message) -> str:
    """Where a button was pressed: on the page of a person, a booking, a lead, or of the message itself."""
    wanted = request.form.get("back", "")
    if wanted == "person" and message.person_id is not None:
        return url_for("people.tab", person_id=message.person_id, tab="messages")
    if wanted == "booking" and message.booking_id is not None:
        return url_for("desk.show", booking_id=message.booking_id)
    if wanted == "lead" and message.lead_id is not None:
        return url_for("leads.show", lead_id=message.lead_id)
    return url_for("messages.show", message_id=message.id)


def _version() -> int | None:
    """The version a page showed. The undo of a toast knows none: the row itself says whether it can be undone."""
    text = request.form.get("version", "")[:10]
    if not text and request.endpoint == "messages.undo_cancel":
        return None
    return int(text) if text.isascii() and text.isdigit() else -1


def _filters() -> Filters:
    tray, kind = Tray.PLANNED, None
    with suppress(ValueError):
        tray = Tray(request.args.get("tray", Tray.PLANNED))
    with suppress(ValueError):
        kind = Kind(request.args.get("kind", ""))
    return Filters(tray, kind, request.args.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY])


def _address(filters: Filters) -> dict[str, str]:
    """What of the filters stands in an address; defaults are left out."""
    chosen = {
        "tray": filters.tray.value,
        "kind": filters.kind.value if filters.kind else "",
        "q": filters.query,
    }
    return {key: value for key, value in chosen.items() if value}


def _place_of(row: MessageRow) -> str:
    return f"{row.send_at.isoformat()}.{row.id}"


def _after() -> Place | None:
    instant, _dot, message_id = request.args.get("after", "")[:60].rpartition(".")
    try:
        send_at = datetime.fromisoformat(instant)
        return Place(send_at, int(message_id)) if send_at.tzinfo else None
    except ValueError:
        return None
