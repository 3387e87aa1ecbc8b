"""Incidents: a trainer reports and sees the own ones, a manager sees all of them and settles each with an outcome."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.clock import at_local, local
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result
from backoffice.incidents import actions, queries
from backoffice.incidents.models import Incident
from backoffice.people.queries import bare_person, row_of
from backoffice.staff.permissions import Permission
from blueprints.bookings.reader import reading_trainer
from blueprints.incidents.forms import OutcomeForm, ReportForm
from blueprints.incidents.words import KIND_WORDS, REGION_WORDS
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific
from blueprints.support.forms import add_domain_error, options
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

incidents = Blueprint("incidents", __name__, url_prefix="/incidents")


@incidents.get("")
@permit(Permission.INCIDENTS_WRITE)
def index() -> ResponseReturnValue:
    """The reports that wait, what is due first on top (`show=all`: all of them); a trainer's own only."""
    with_closed = request.args.get("show") == "all"
    before = request.args.get("before", type=int) if with_closed else None
    rows = queries.incidents(
        current_studio().id, with_closed=with_closed, before=before, limit=queries.MOST + 1,
        written_by=None if may(Permission.INCIDENTS_VIEW) else current_user.id,
    )  # fmt: skip
    return render_template(
        "incidents/index.html", rows=rows[: queries.MOST], with_closed=with_closed, kinds=KIND_WORDS,
        regions=REGION_WORDS, today=today(),
        more=rows[queries.MOST - 1].id if with_closed and len(rows) > queries.MOST else None,
    )  # fmt: skip


@incidents.route("/new", methods=["GET", "POST"])
@permit(Permission.INCIDENTS_WRITE)
def new() -> ResponseReturnValue:
    """Report something; sent twice it is one report. `person`: a guest, to whose sheet it leads back."""
    form = ReportForm() if request.method == "POST" else _fresh()
    form.person_id.choices = _guests()
    if not form.validate_on_submit():
        return _form_page(form), 422 if form.errors else 200
    try:
        in_transaction(lambda: _report(form))
    except DomainError as error:
        add_domain_error(form, error)
        return _form_page(form), error.status
    flash_done(_("The report is kept. A manager looks at it."))
    return redirect(_whence(), 303)


@incidents.get("/<int:incident_id>")
@permit(Permission.INCIDENTS_WRITE)
def show(incident_id: int) -> ResponseReturnValue:
    """One report with its texts; opening somebody else's is recorded."""
    with transaction():
        found = _read(incident_id)
    return _page(found, OutcomeForm(formdata=None, data={"outcome": found.outcome, "version": found.version}))


@incidents.post("/<int:incident_id>/closing")
@permit(Permission.INCIDENTS_VIEW)
def close(incident_id: int) -> ResponseReturnValue:
    """Settle a report with what came of it; the toast opens it again."""
    form = OutcomeForm()
    try:
        if not form.validate():
            return _page(_reading(incident_id), form), 422
        with transaction():
            actions.close_incident(
                current_studio().id, incident_id, form.outcome.data or "", version=form.version.data, by=actor(),
                now=now(),
            )  # fmt: skip
    except DomainError as error:
        add_domain_error(form, error)
        return _page(_reading(incident_id), form), error.status
    flash_undo(_("Settled."), url_for("incidents.reopen", incident_id=incident_id))
    return redirect(url_for("incidents.index"), 303)


@incidents.post("/<int:incident_id>/closing/undo")
@permit(Permission.INCIDENTS_VIEW)
def reopen(incident_id: int) -> ResponseReturnValue:
    """The report waits again."""
    with transaction():
        actions.reopen_incident(current_studio().id, incident_id, by=actor(), now=now())
    return redirect(url_for("incidents.show", incident_id=incident_id), 303)


def _read(incident_id: int) -> Incident:
    reads_all = may(Permission.INCIDENTS_VIEW)
    return actions.read_incident(current_studio().id, incident_id, reads_all=reads_all, by=actor(), now=now())


def _reading(incident_id: int) -> Incident:
    with transaction():
        return _read(incident_id)


def _page(found: Incident, form: OutcomeForm) -> str:
    person = row_of(found.person_id) if found.person_id else None
    return render_template(
        "incidents/show.html", row=found, person=person, form=form, kinds=KIND_WORDS, regions=REGION_WORDS
    )


def _form_page(form: ReportForm) -> str:
    return render_template("incidents/new.html", form=form, back=_whence())


def _whence() -> str:
    """Where the form was opened: the sheet of a guest, or the list."""
    asked = request.args.get("person", type=int)
    return url_for("clients.record", person_id=asked) if asked else url_for("incidents.index")


def _fresh() -> ReportForm:
    """The form as of this moment."""
    here = local(now(), current_studio().zone)
    asked = request.args.get("person", "")
    data = {"day": here.date(), "clock": here.time().replace(second=0, microsecond=0), "person_id": asked}
    return ReportForm(formdata=None, data=data)


def _guests() -> list[object]:
    """Whom it may be about: the guests of the last days, and the one the form was opened for."""
    lately = queries.guests_lately(current_studio().id, reading_trainer(), now=now())
    names = {one.id: honorific(one.shown_name) for one in lately}
    asked = request.form.get("person_id") or request.args.get("person") or ""
    if asked.isascii() and asked.isdigit() and len(asked) < 19 and int(asked) not in names:
        check_visible(int(asked))
        names[int(asked)] = honorific(bare_person(int(asked)).shown_name)
    return list(options({"": _("no guest in particular"), **names}))


def _report(form: ReportForm) -> None:
    if not first_use(str(form.form_token.data), "incident", now=now()):
        return
    given = actions.Report(
        kind=form.kind.data, happened_at=at_local(form.day.data, form.clock.data, current_studio().zone),
        what=form.what.data or "", person_id=form.person_id.data, exercise=form.exercise.data or "",
        region=form.region.data, action=form.action.data or "", follow_up=form.follow_up.data or "",
        follow_up_due=form.follow_up_due.data,
    )  # fmt: skip
    actions.report_incident(current_studio(), given, by=actor(), now=now())
    keep_result(str(form.form_token.data), url_for("incidents.index"))
