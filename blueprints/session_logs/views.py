"""The session card: opened in one tap from the day, written with one hand, kept at each touch."""

from collections.abc import Callable
from dataclasses import replace

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Stale
from backoffice.session_logs import actions, history, queries
from backoffice.session_logs.models import SessionLog
from backoffice.session_logs.queries import Visit
from backoffice.staff.permissions import Permission
from blueprints.clients.frame import frame
from blueprints.people.scope import check_own_guest
from blueprints.session_logs.blueprint import CARD, session_logs, visit_of
from blueprints.session_logs.card import card_of
from blueprints.session_logs.card_page import card_page
from blueprints.session_logs.typed import Typed, TypedRow
from blueprints.session_logs.words import hurt, said
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error

LONGEST_QUERY = 100


@session_logs.route(CARD, methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def card(participant_id: int) -> ResponseReturnValue:
    """The card. A POST saves it; `find` and `add` keep it as a draft and look for, or add, an exercise."""
    visit = visit_of(participant_id)
    if request.method == "GET":
        shown = card_of(current_studio(), visit, workout_id=request.args.get("workout", type=int))
        return card_page(shown, query=request.args.get("q", "")[:LONGEST_QUERY])
    typed = Typed.sent(request.form)
    if request.form.get("do", "save") != "save":
        return _go_on(visit, typed)
    content = typed.content()
    if content is None:
        return card_page(card_of(current_studio(), visit, typed=typed)), 422
    try:
        _write(
            participant_id,
            typed.pen,
            lambda seen: actions.save_log(
                current_studio(), participant_id, content, workout_id=typed.workout_id, seen=seen, by=actor(),
                now=now(),
            ),
        )  # fmt: skip
    except DomainError as error:
        return _refused(visit, typed, error)
    flash_done(_("The session is written up."))
    return redirect(url_for("session_logs.card", participant_id=participant_id), 303)


@session_logs.post(f"{CARD}/draft")
@permit(Permission.TRAINING_EDIT)
def keep_draft(participant_id: int) -> ResponseReturnValue:
    """Keep the card as it is typed, for the script of the page; the answer is the version to send next time."""
    visit_of(participant_id)
    try:
        version = _keep(participant_id, Typed.sent(request.form))
    except DomainError as error:
        return jsonify(error=say(error)), error.status
    return jsonify(version=version)


@session_logs.post(f"{CARD}/draft/removal")
@permit(Permission.TRAINING_EDIT)
def drop_draft(participant_id: int) -> ResponseReturnValue:
    """Throw away what was typed and not saved."""
    visit_of(participant_id)
    try:
        in_transaction(
            lambda: actions.drop_draft(current_studio(), participant_id, seen=_seen(), by=actor(), now=now())
        )
    except DomainError as error:
        flash_error(say(error))
    return redirect(url_for("session_logs.card", participant_id=participant_id), 303)


@session_logs.get("/people/<int:person_id>/logs")
@permit(Permission.TRAINING_EDIT)
def logs(person_id: int) -> ResponseReturnValue:
    """The sessions of a client as they were written up, the newest first; above them the card of today's visit."""
    check_own_guest(person_id)
    return render_template(
        "session_logs/logs.html",
        rows=history.logs_of(person_id),
        today_card=queries.visit_on(current_studio(), person_id, today()),
        said=said,
        hurt=hurt,
        **frame(person_id),
    )


def _go_on(visit: Visit, typed: Typed) -> ResponseReturnValue:
    """Keep the draft, then lead to what was asked for: exercises that were searched, or one more row.

    The address carries where to look, so that nothing is sent twice when the page is loaded again.
    """
    asked = request.form.get("do", "")
    if asked.startswith("add-") and asked[4:].isdigit():
        found = queries.named(current_studio().id, [int(asked[4:][:17])])
        typed = replace(typed, rows=[*typed.rows, *(TypedRow(one.id, one.unit) for one in found.values())])
    try:
        _keep(visit.participant_id, typed)
    except DomainError as error:
        return _refused(visit, typed, error)
    query = request.form.get("q", "")[:LONGEST_QUERY] if asked == "find" else ""
    place = f"row-{len(typed.rows) - 1}" if asked.startswith("add-") else "found"
    return redirect(
        url_for("session_logs.card", participant_id=visit.participant_id, q=query or None, _anchor=place), 303
    )


def _keep(participant_id: int, typed: Typed) -> int:
    log = _write(
        participant_id,
        typed.pen,
        lambda seen: actions.keep_draft(
            current_studio(), participant_id, typed.draft(), seen=seen, by=actor(), now=now()
        ),
    )
    return log.version


def _write(participant_id: int, pen: str, act: Callable[[int | None], SessionLog]) -> SessionLog:
    """Write on the version the page knows, or on the one it made itself when the answer to that was lost."""
    try:
        return in_transaction(lambda: act(_seen()))
    except Stale:
        own = _made_with(participant_id, pen)
        if own is None:
            raise
        return in_transaction(lambda: act(own))


def _made_with(participant_id: int, pen: str) -> int | None:
    """The version of the log if it is a draft of this very page."""
    log = queries.log_of(participant_id)
    draft = queries.draft_of(log) if log is not None and pen else None
    return log.version if log is not None and draft is not None and Typed.kept(draft).pen == pen else None


def _seen() -> int | None:
    return request.form.get("version", type=int)


def _refused(visit: Visit, typed: Typed, error: DomainError) -> ResponseReturnValue:
    """The card with what was typed; after somebody else's writing with theirs beside it."""
    other = card_of(current_studio(), visit) if isinstance(error, Stale) else None
    page = card_page(card_of(current_studio(), visit, typed=typed), error=say(error), other=other)
    return page, error.status
