"""One day of one trainer: other hours, off, or as every week again."""

from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from backoffice.bookings.shift_table import Planned, shift_table
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.shifts.days import NEVER_SET, WEEKLY, own_days, set_day
from backoffice.shifts.hours_text import read_hours, write_hours
from backoffice.shifts.outside import outside_hours
from backoffice.staff.models import Trainer
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainer as find_trainer
from blueprints.bookings.days import asked_day, holiday
from blueprints.shifts.blueprint import shifts
from blueprints.shifts.forms import DayForm
from blueprints.shifts.words import month_key, span_words
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done


@shifts.route("/<int:trainer_id>/day", methods=["GET", "POST"])
@permit(Permission.SHIFTS_EDIT)
def edit_day(trainer_id: int) -> ResponseReturnValue:
    """The hours of a day (`day=`) in one line; what lies outside of them is listed here afterwards."""
    trainer, day = find_trainer(current_studio().id, trainer_id), asked_day()
    form = DayForm() if request.method == "POST" else DayForm(data=_as_it_is(trainer, day), formdata=None)
    if not form.validate_on_submit():
        return _page(form, trainer, day, status=422 if request.method == "POST" else 200)
    try:
        with transaction():
            _save(form, trainer, day)
    except DomainError as error:
        add_domain_error(form, error)
        return _page(form, trainer, day, status=error.status)
    return redirect(_next_page(trainer, day), 303)


def _planned(trainer: Trainer, day: date) -> Planned:
    return shift_table([trainer.id], day, day).get((trainer.id, day), Planned([]))


def _as_it_is(trainer: Trainer, day: date) -> dict[str, object]:
    cell = (trainer.id, day)
    _own, version = own_days([cell]).get(cell, (WEEKLY, NEVER_SET))
    return {"hours": write_hours(_planned(trainer, day).spans), "version": version}


def _save(form: DayForm, trainer: Trainer, day: date) -> None:
    """`do` says what was pressed: off, weekly (the weekly hours hold again), else what was typed is kept."""
    pressed = request.form.get("do", "")
    typed = [] if pressed == "off" else read_hours(form.hours.data or "")
    spans = WEEKLY if pressed == "weekly" else typed
    set_day(trainer, day, spans, version=form.version.data, by=actor(), now=now())


def _next_page(trainer: Trainer, day: date) -> str:
    """On to the next day or back to the month; to this day when there are bookings to call about."""
    left = outside_hours(current_studio(), now=now(), cells=[(trainer.id, day)])
    if left:
        flash_done(
            ngettext(
                "Saved. %(num)s booking lies outside the hours.",
                "Saved. %(num)s bookings lie outside the hours.",
                len(left),
            )
        )
        return url_for("shifts.edit_day", trainer_id=trainer.id, day=day.isoformat())
    flash_done(_("Saved."))
    if request.form.get("do") == "next":
        return url_for("shifts.edit_day", trainer_id=trainer.id, day=(day + timedelta(days=1)).isoformat())
    return f"{url_for('shifts.show', month=month_key(day), trainer=trainer.id)}#d{day.isoformat()}"


def _page(form: DayForm, trainer: Trainer, day: date, *, status: int) -> ResponseReturnValue:
    left = outside_hours(current_studio(), now=now(), cells=[(trainer.id, day)])
    page = render_template(
        "shifts/day.html", form=form, trainer=trainer, day=day, holiday=holiday(day), month_key=month_key(day),
        planned=_planned(trainer, day), spans=span_words, rows=left, names={trainer.id: own_name(trainer)},
    )  # fmt: skip
    return page, status
