"""Answering by hand: sent now or later, changed or taken back until it goes, and what was said on another road."""

from datetime import datetime

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.clock import local
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use
from backoffice.inbox import actions, answers
from backoffice.inbox.health import SpeaksOfHealth
from backoffice.messaging.entries import Conversation
from backoffice.messaging.outbox import quiet_hours_of
from backoffice.staff.permissions import Permission
from blueprints.inbox import scope
from blueprints.inbox.blueprint import inbox
from blueprints.inbox.forms import AnswerForm, ChangeForm, HeardForm
from blueprints.inbox.page import show_page
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import show_daytime
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done


@inbox.post("/inbox/<int:conversation_id>/answers")
@permit(Permission.INBOX_USE)
def answer(conversation_id: int) -> ResponseReturnValue:
    """Send it, once however often the button is pressed. What cannot go comes back with the words typed."""
    conversation, form = scope.visible(conversation_id), AnswerForm()
    if not form.validate_on_submit():
        return show_page(conversation, form, status=422)
    if form.lacks_time():
        form.day.errors = [*form.day.errors, _("Please choose day and time.")]
        return show_page(conversation, form, status=422)
    try:
        in_transaction(lambda: _answer(conversation, form))
    except DomainError as error:
        return _again(conversation, form, error)
    _say_when(conversation, form.draft().send_at)
    return _to(conversation_id)


@inbox.route("/inbox/answers/<int:answer_id>", methods=["GET", "POST"])
@permit(Permission.INBOX_USE)
def change(answer_id: int) -> ResponseReturnValue:
    """An answer that waits: its words and its time, as long as it has not gone."""
    conversation = scope.around(answer_id)
    form = ChangeForm()
    if not form.is_submitted():
        form = _filled(conversation, answer_id)
    elif form.validate():
        try:
            in_transaction(lambda: _change(answer_id, conversation, form))
        except DomainError as error:
            add_domain_error(form, error)
            return _change_page(conversation, answer_id, form, error), error.status
        _say_when(conversation, form.moment())
        return _to(conversation.id)
    return _change_page(conversation, answer_id, form), 422 if form.errors else 200


@inbox.post("/inbox/answers/<int:answer_id>/removal")
@permit(Permission.INBOX_USE)
def take_back(answer_id: int) -> ResponseReturnValue:
    """It does not go out after all."""
    conversation = scope.around(answer_id)
    in_transaction(
        lambda: answers.take_back(current_studio().id, answer_id, version=None, by=actor(), now=now())
    )
    flash_done(_("The answer will not be sent."))
    return _to(conversation.id)


@inbox.post("/inbox/<int:conversation_id>/heard")
@permit(Permission.INBOX_USE)
def hear(conversation_id: int) -> ResponseReturnValue:
    """Write down what somebody answered by mail or on the phone."""
    conversation, form = scope.visible(conversation_id), HeardForm()
    if not form.validate_on_submit():
        return show_page(conversation, heard=form, status=422)
    token = str(form.form_token.data)
    try:
        in_transaction(
            lambda: actions.write_down(
                current_studio().id, conversation_id, form.heard.data or "", form.moment(), road=form.heard_road.data,
                token=token,                 by=actor(), now=now(),
            )
        )  # fmt: skip
    except DomainError as error:
        add_domain_error(form, error)
        return show_page(scope.visible(conversation_id), heard=form, status=error.status)
    flash_done(_("Written down."))
    return _to(conversation_id)


def _answer(conversation: Conversation, form: AnswerForm) -> None:
    if not first_use(str(form.form_token.data), "answer", now=now()):
        return
    writer = scope.writer(conversation.person_id, says_no_health=form.no_health.data)
    answers.answer(current_studio().id, conversation.id, form.draft(), writer, by=actor(), now=now())


def _say_when(conversation: Conversation, send_at: datetime | None) -> None:
    """When an answer goes; who chose a time at night hears that it is one."""
    if send_at is None:
        flash_done(_("Your answer is on its way."))
    elif quiet_hours_of(conversation.studio_id).holds(send_at):
        flash_done(_("Your answer goes out %(when)s, at night.", when=show_daytime(send_at)))
    else:
        flash_done(_("Your answer goes out %(when)s.", when=show_daytime(send_at)))


def _again(conversation: Conversation, form: AnswerForm, error: DomainError) -> ResponseReturnValue:
    """The page with the refusal and the words; having seen a colleague's answer now, they can be sent."""
    conversation = scope.visible(conversation.id)
    add_domain_error(form, error)
    form.seen.data = answers.newest_answer(conversation)
    return show_page(conversation, form, status=error.status, asks_health=isinstance(error, SpeaksOfHealth))


def _change(answer_id: int, conversation: Conversation, form: ChangeForm) -> None:
    writer = scope.writer(conversation.person_id, says_no_health=form.no_health.data)
    answers.change(
        current_studio().id, answer_id, form.body.data or "", form.moment(), writer, version=form.version.data,
        by=actor(), now=now(),
    )  # fmt: skip


def _filled(conversation: Conversation, answer_id: int) -> ChangeForm:
    entry = answers.waiting_answer(current_studio().id, answer_id)
    if entry.is_health and not scope.reads_health(conversation.person_id):
        raise answers.OnlyTrainers
    at = local(entry.said_at, current_studio().zone)
    return ChangeForm(
        formdata=None,
        data={"body": entry.body, "day": at.date(), "time": at.time(), "version": entry.message_version},
    )


def _change_page(
    conversation: Conversation, answer_id: int, form: ChangeForm, error: DomainError | None = None
) -> str:
    asks = isinstance(error, SpeaksOfHealth)
    return render_template(
        "inbox/change.html", conversation=conversation, answer_id=answer_id, form=form, asks_health=asks
    )


def _to(conversation_id: int) -> ResponseReturnValue:
    return redirect(url_for("inbox.show", conversation_id=conversation_id) + "#newest", 303)
