"""The tickets of a person: how many are left and why; corrections by a manager."""

from contextlib import suppress
from datetime import date, timedelta
from functools import partial

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.ticket_history import ticket_history, visits_without_ticket
from backoffice.bookings.ticket_steps import catch_up
from backoffice.clients.queries import client_of
from backoffice.core.clock import day_span
from backoffice.core.errors import NotFound
from backoffice.core.submissions import first_use
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from backoffice.tickets import actions
from backoffice.tickets.actions import Given, is_by_hand
from backoffice.tickets.explaining import why
from backoffice.tickets.queries import balance, lot_of, lots_of
from blueprints.bookings.reader import opens_booking
from blueprints.bookings.words import ATTENDANCE_WORDS
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done
from blueprints.tickets.blueprint import tickets, written
from blueprints.tickets.forms import ByHandForm, CorrectionForm, ReversalForm
from blueprints.tickets.words import sentence, sum_in_words

FARTHEST = timedelta(days=3660)
SHOWN_LINES = 24
"""The newest lines of a ledger answer nearly every question; earlier ones unfold."""
A_MOMENT = timedelta(microseconds=1)
SINCE = timedelta(days=90)
BY_HAND_JA, BY_HAND_EN = "回数券（手入力）", "Tickets (by hand)"


@tickets.get("")
@permit(Permission.PEOPLE_VIEW)
def show(person_id: int) -> ResponseReturnValue:
    """What is left, until when, and every line that led there; with `on`, as it was at the end of a day."""
    check_visible(person_id)
    studio, day = current_studio(), _asked_day()
    at = None if day is None else day_span(day, studio.zone)[1] - A_MOMENT
    have = lots_of(person_id, at=at)
    lines = ticket_history(person_id, at=at)
    total = why((line.entry for line in lines), have, day=day or today())
    without = visits_without_ticket(studio.id, since=now() - SINCE, now=now(), person_id=person_id)
    return render_template(
        "tickets/show.html", person=bare_person(person_id), balance=balance(have, day=day or today()), lots=have,
        day=day, today=today(), SHOWN_LINES=SHOWN_LINES, without=[] if day else without, attendances=ATTENDANCE_WORDS,
        lines=lines, total=sum_in_words(total), sentence=sentence, is_by_hand=is_by_hand,
        client=client_of(person_id), opens_booking=opens_booking(),
    )  # fmt: skip


@tickets.route("/by-hand", methods=["GET", "POST"])
@permit(Permission.TICKETS_CORRECT)
def by_hand(person_id: int) -> ResponseReturnValue:
    """Tickets without a sale, with a reason."""
    form = ByHandForm()
    if not form.validate_on_submit():
        page = render_template("tickets/by_hand.html", person=bare_person(person_id), form=form)
        return page, 422 if form.errors else 200
    given = Given(
        form.count.data or 0, BY_HAND_JA, BY_HAND_EN, form.unit_price_yen.data or 0, today(), form.until.data
    )

    def work() -> None:
        if first_use(str(form.form_token.data), "tickets", now=now()):
            actions.grant(
                person_id,
                given,
                studio_id=current_studio().id,
                note=form.note.data or "",
                by=actor(),
                now=now(),
            )
            catch_up(person_id, current_studio(), by=actor(), now=now())

    return written(
        person_id, form, work, partial(flash_done, _("The tickets are given.")), "tickets/by_hand.html"
    )


@tickets.route("/<int:grant_id>/correction", methods=["GET", "POST"])
@permit(Permission.TICKETS_CORRECT)
def correct(person_id: int, grant_id: int) -> ResponseReturnValue:
    """Extend, add, take off, pay back; each with a reason, each a new line."""
    lot = lot_of(grant_id, person_id, current_studio().id)
    form = CorrectionForm()
    if not form.validate_on_submit():
        page = render_template("tickets/correction.html", person=bare_person(person_id), lot=lot, form=form)
        return page, 422 if form.errors else 200

    def work() -> None:
        if first_use(str(form.form_token.data), "tickets", now=now()):
            _correct(grant_id, form)
            catch_up(person_id, current_studio(), by=actor(), now=now())

    return written(
        person_id, form, work, partial(flash_done, _("Corrected.")), "tickets/correction.html", lot=lot
    )


@tickets.route("/lines/<int:ticket_line_id>/reversal", methods=["GET", "POST"])
@permit(Permission.TICKETS_CORRECT)
def reverse(person_id: int, ticket_line_id: int) -> ResponseReturnValue:
    """Take back a line that was written by hand; both stay readable."""
    line = next((line for line in ticket_history(person_id) if line.entry.id == ticket_line_id), None)
    if line is None or line.grant.studio_id != current_studio().id:
        raise NotFound
    form = ReversalForm()
    if not form.validate_on_submit():
        page = render_template(
            "tickets/reversal.html", person=bare_person(person_id), form=form, said=sentence(line)
        )
        return page, 422 if form.errors else 200

    def work() -> None:
        if first_use(str(form.form_token.data), "tickets", now=now()):
            actions.reverse(ticket_line_id, note=form.note.data or "", by=actor(), now=now())

    done = partial(flash_done, _("The line is undone."))
    return written(person_id, form, work, done, "tickets/reversal.html", said=sentence(line))


def _asked_day() -> date | None:
    """The past day in the address; None for now, and for one that lies ten years back."""
    with suppress(ValueError):
        day = date.fromisoformat(request.args.get("on", "")[:10])
        return day if today() - FARTHEST <= day < today() else None
    return None


def _correct(grant_id: int, form: CorrectionForm) -> None:
    known = {"note": form.note.data or "", "by": actor(), "now": now()}
    count = form.count.data or 0
    match form.what.data:
        case "extend":
            actions.extend(grant_id, form.until.data or date.min, **known)
        case "add":
            actions.adjust(grant_id, count, **known)
        case "take":
            actions.adjust(grant_id, -count, **known)
        case _:
            actions.refund(grant_id, count, **known)
