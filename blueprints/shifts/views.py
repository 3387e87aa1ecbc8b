"""The month of all trainers, on the screen and on paper, and the bookings that lie outside of it."""

from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from backoffice.shifts.outside import MOST, outside_hours
from backoffice.shifts.queries import last_copy, month_table, swaps
from backoffice.staff.models import Trainer
from backoffice.staff.permissions import Permission
from backoffice.studio.calendar_days import public_holidays
from backoffice.studio.queries import special_days
from blueprints.bookings.offered import offered
from blueprints.bookings.reader import reading_trainer
from blueprints.shifts import copying, days
from blueprints.shifts.blueprint import shifts
from blueprints.shifts.swaps import own_trainer, words_of_swaps
from blueprints.shifts.words import asked_month, length_words, month_key, span_words
from blueprints.support.access import may, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name
from blueprints.support.kept import kept
from blueprints.support.language import language
from blueprints.support.studio import current_studio

__all__ = ["copying", "days", "shifts"]


@shifts.get("")
@permit(Permission.CALENDAR_VIEW)
def show() -> ResponseReturnValue:
    """Trainers by days; on a phone the days of one trainer (`trainer=`, else the own)."""
    studio, month = current_studio(), asked_month()
    copy = last_copy(studio.id, month) if may(Permission.SHIFTS_EDIT) else None
    own = own_trainer()
    asked = swaps(studio.id, trainer_id=reading_trainer(), open_only=True)
    return render_template(
        "shifts/month.html", chosen=_chosen(), copy=copy, today=today(), swaps=asked, own=own.id if own else None,
        **{**words_of_swaps(), **_sheet(month)},
    )  # fmt: skip


@shifts.get("/print")
@permit(Permission.CALENDAR_VIEW)
def paper() -> ResponseReturnValue:
    """The month on one sheet (A4, landscape), without anything about guests."""
    return render_template("shifts/print.html", **_sheet(asked_month()))


@shifts.get("/outside")
@permit(Permission.CALENDAR_VIEW)
def outside() -> ResponseReturnValue:
    """Every booking ahead that its trainer does not work; a trainer sees the own."""
    rows = outside_hours(current_studio(), now=now(), trainer_id=reading_trainer())
    names = {one.id: own_name(one) for one in offered().trainers}
    return render_template("shifts/outside.html", rows=rows, names=names, most=MOST)


def _sheet(month: date) -> dict[str, Any]:
    studio, team = current_studio(), offered().trainers
    table = month_table(studio, [one.id for one in team], month, now=now())
    end = table.days[-1] + timedelta(days=1)
    special = kept(("special", month, end), lambda: special_days(studio.id, month, end))
    return {
        "month": month,
        "before": month_key(month - timedelta(days=1)),
        "after": month_key(end),
        "trainers": team,
        "table": table,
        "special": {one.day: own_name(one) for one in special},
        "holidays": public_holidays(month, table.days[-1], language()),
        "month_key": month_key(month),
        "spans": span_words,
        "length": length_words,
    }


def _chosen() -> Trainer | None:
    """Whose days a phone shows: the trainer asked for, else the own, else the first."""
    team = offered().trainers
    own = own_trainer()
    asked = request.args.get("trainer", "") or str(own.id if own else "")
    return next((one for one in team if str(one.id) == asked), team[0] if team else None)
