"""Copying a week or the month before: first what would change, then all of it, undone by one button."""

from datetime import date, timedelta
from itertools import groupby

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.language import N_
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.shifts.copying import Plan, copy_table, plan_copy, undo_copy
from backoffice.shifts.days import Cell
from backoffice.shifts.outside import outside_hours
from backoffice.staff.permissions import Permission
from blueprints.bookings.offered import offered
from blueprints.shifts.blueprint import shifts
from blueprints.shifts.forms import CopyForm
from blueprints.shifts.words import asked_month, month_key, span_words
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

FARTHEST_WEEK = timedelta(days=370)
MOST_TICKS = 2_000


@shifts.route("/copy", methods=["GET", "POST"])
@permit(Permission.SHIFTS_EDIT)
def copy() -> ResponseReturnValue:
    """What copying onto `month` would change; sent, it is done. Days edited by hand stay unless they are ticked."""
    form = CopyForm() if request.method == "POST" else CopyForm(data={"week": _asked_week()}, formdata=None)
    if not form.validate_on_submit():
        return _page(form, status=422 if request.method == "POST" else 200)
    try:
        in_transaction(lambda: _copy(form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(form, status=error.status)
    return redirect(result_of(str(form.form_token.data)) or url_for("shifts.show"), 303)


@shifts.post("/copies/<int:copy_id>/undo")
@permit(Permission.SHIFTS_EDIT)
def undo(copy_id: int) -> ResponseReturnValue:
    """Put back what stood there before the copy; what was changed since stays."""
    with transaction():
        back, kept = undo_copy(current_studio(), copy_id, by=actor(), now=now())
    said = ngettext("%(num)s day is as it was.", "%(num)s days are as they were.", back)
    more = ngettext(
        "%(num)s day was changed since and stays.", "%(num)s days were changed since and stay.", kept
    )
    flash_done(f"{said} {more}" if kept else said)
    return redirect(url_for("shifts.show", month=month_key(asked_month())), 303)


def _copy(form: CopyForm) -> None:
    token, studio, month = str(form.form_token.data), current_studio(), asked_month()
    if not first_use(token, "shift_copy", now=now()):
        return
    made = copy_table(
        studio, month, _near(form.week.data), overwrite=_ticked(), seen=form.seen.data or "", by=actor(), now=now()
    )  # fmt: skip
    cells = {(row["trainer_id"], date.fromisoformat(row["day"])) for row in made.days}
    said = ngettext("%(num)s day was copied.", "%(num)s days were copied.", len(cells))
    flash_undo(said, url_for("shifts.undo", copy_id=made.id, month=month_key(month)))
    is_hit = outside_hours(studio, now=now(), cells=cells)
    keep_result(
        token, url_for("shifts.outside") if is_hit else url_for("shifts.show", month=month_key(month))
    )


def _page(form: CopyForm, *, status: int) -> ResponseReturnValue:
    month, week = asked_month(), form.week.data
    plan = plan_copy(current_studio(), month, week if _is_near(week) else None, now=now())
    form.seen.data = plan.fingerprint
    page = render_template(
        "shifts/copy.html", form=form, month=month, month_key=month_key(month), week=week, plan=plan, spans=span_words,
        groups=_by_trainer(plan), names={one.id: own_name(one) for one in offered().trainers},
        ticked=_ticked(),
    )  # fmt: skip
    return page, status


def _by_trainer(plan: Plan) -> list[tuple[int, list[object]]]:
    return [(one, list(changes)) for one, changes in groupby(plan.changes, key=lambda one: one.trainer_id)]


def _ticked() -> set[Cell]:
    """The days that are to be overwritten although somebody edited them; what is unreadable is no tick."""
    found = set()
    for value in request.form.getlist("overwrite")[:MOST_TICKS]:
        number, _dash, day = value.partition("_")
        try:
            found.add((int(number[:18]), date.fromisoformat(day[:10])))
        except ValueError:
            continue
    return found


def _asked_week() -> date | None:
    """`?week=2026-11-23`: some day of the week that is copied."""
    try:
        week = date.fromisoformat(request.args.get("week", "")[:10])
    except ValueError:
        return None
    return week if _is_near(week) else None


def _near(week: date | None) -> date | None:
    if not _is_near(week):
        raise Invalid(N_("Please choose a week within a year from today."), field="week")
    return week


def _is_near(week: date | None) -> bool:
    return week is None or abs(week - today()) <= FARTHEST_WEEK
