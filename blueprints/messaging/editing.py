"""Words and a time for one message that waits; what it would look like stands beside them."""

from datetime import datetime, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.clock import at_local, local, local_date
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Invalid, Stale
from backoffice.messaging import own_messages, queries
from backoffice.messaging.letters import letter_of
from backoffice.messaging.models import Kind, Message
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.text_checks import Fault, faults
from backoffice.messaging.text_editing import typed
from backoffice.staff.permissions import Permission
from blueprints.messaging.ahead import foreseen
from blueprints.messaging.blueprint import messages
from blueprints.messaging.offers import offers
from blueprints.messaging.text_form import MessageForm
from blueprints.messaging.words import LANGUAGE_NAMES
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import show_daytime
from blueprints.support.forms import add_domain_error
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error


@messages.route("/messages/<int:message_id>/edit", methods=["GET", "POST"])
@permit(Permission.MESSAGES_EDIT)
def edit(message_id: int) -> ResponseReturnValue:
    """One message. A POST does what its button says and keeps all that was typed; "look" writes nothing."""
    message = queries.message(current_studio().id, message_id)
    if not own_messages.can_be_edited(message):
        flash_error(_(own_messages.NOT_PLANNED))
        return redirect(url_for("messages.show", message_id=message.id), 303)
    if request.method == "GET":
        return _page(message, _form_of(message))
    form = MessageForm()
    if request.form.get("do") == "standard":
        return _standard(message, form)
    if not form.validate_on_submit():
        return _page(message, form, status=422)
    if request.form.get("do") == "look":
        return _page(message, form)
    return _save(message, form)


def _save(message: Message, form: MessageForm) -> ResponseReturnValue:
    message_id, wanted = message.id, _send_at(message, form)
    try:
        kept = in_transaction(
            lambda: own_messages.edit(
                message_id, form.subject.data or "", form.body.data or "", wanted,
                version=form.version.data or -1, by=actor(), now=now(),
            )
        )  # fmt: skip
    except DomainError as error:
        return _refused(message_id, form, error)
    if kept.send_at != wanted and kept.send_at > now():
        flash_done(
            _("Saved. Because of the quiet hours it goes out %(when)s.", when=show_daytime(kept.send_at))
        )
    else:
        flash_done(_("Saved. It goes out %(when)s.", when=show_daytime(kept.send_at)))
    return redirect(url_for("messages.show", message_id=message_id), 303)


def _standard(message: Message, form: MessageForm) -> ResponseReturnValue:
    message_id = message.id
    try:
        in_transaction(
            lambda: own_messages.use_text_of_kind(
                message_id, version=form.version.data or -1, by=actor(), now=now()
            )
        )  # fmt: skip
    except DomainError as error:
        return _refused(message_id, form, error)
    flash_done(_("It says what all messages of this kind say."))
    return redirect(url_for("messages.edit", message_id=message_id), 303)


def _refused(message_id: int, form: MessageForm, error: DomainError) -> ResponseReturnValue:
    """The page again with what was typed; after somebody else's change with their text beside it."""
    message = queries.message(current_studio().id, message_id)
    if not own_messages.can_be_edited(message):
        flash_error(say(Invalid(own_messages.NOT_PLANNED)))
        return redirect(url_for("messages.show", message_id=message_id), 303)
    add_domain_error(form, error)
    return _page(message, form, status=error.status, is_theirs=isinstance(error, Stale))


def _page(
    message: Message, form: MessageForm, *, status: int = 200, is_theirs: bool = False
) -> ResponseReturnValue:
    kind = Kind(message.kind)
    own = typed(form.subject.data or "", form.body.data or "")
    found = _faults(message, form) if request.method == "POST" else []
    ahead = None if found else foreseen(message, own)
    page = render_template(
        "messaging/edit.html",
        message=message,
        row=queries.message_row(message.studio_id, message.id),
        form=form,
        kind_name=POLICIES[kind].label,
        advertises=POLICIES[kind].needs_consent,
        language_name=LANGUAGE_NAMES[message.language],
        offers=offers(kind),
        faults=[say(one.refusal()) for one in found],
        ahead=ahead,
        letter=letter_of(ahead.text.body, message.language) if ahead and ahead.text else None,
        theirs=own_messages.text_in_force(message) if is_theirs else None,
    )
    return page, status


def _faults(message: Message, form: MessageForm) -> list[Fault]:
    """What is wrong with what was typed; nothing with a text that stands already."""
    own = typed(form.subject.data or "", form.body.data or "")
    if own == own_messages.text_in_force(message):
        return []
    return faults(current_studio(), Kind(message.kind), message.language, own.subject, own.body, now=now())


def _form_of(message: Message) -> MessageForm:
    source = own_messages.text_in_force(message)
    at = local(message.send_at, current_studio().zone)
    given = {
        "subject": source.subject,
        "body": source.body,
        "day": at.date(),
        "at": at.time(),
        "version": message.version,
    }
    return MessageForm(formdata=None, data=given)


def _send_at(message: Message, form: MessageForm) -> datetime:
    """The time that was chosen; the exact one that stands when only its minute was seen. A day too far off for any
    message is as refused as the one after its last."""
    zone = current_studio().zone
    last = local_date(message.expires_at, zone) + timedelta(days=1)
    chosen = at_local(min(max(form.day.data, today()), last), form.at.data, zone)
    return message.send_at if chosen == message.send_at.replace(second=0, microsecond=0) else chosen
