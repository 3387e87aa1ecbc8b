"""Settings: closing days and short days, and the bookings they hit."""

from datetime import timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from backoffice.bookings import schedule
from backoffice.bookings.affected import by_special_days
from backoffice.core.db import transaction
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.submissions import first_use
from backoffice.staff.permissions import Permission
from backoffice.studio import queries
from backoffice.studio.calendar_days import days as days_between
from backoffice.studio.calendar_days import public_holidays
from blueprints.studio.blueprint import settings
from blueprints.studio.forms import SpecialDayForm
from blueprints.studio.pages import done, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.language import language
from blueprints.support.studio import current_studio

LONGEST_ROW = 31
HOLIDAYS_AHEAD = timedelta(days=120)


@settings.route("/special-days", methods=["GET", "POST"])
@permit(Permission.SHIFTS_EDIT)
def special_days() -> ResponseReturnValue:
    """The days ahead on which the studio is closed or has other hours, the bookings they hit, and a form to add."""
    form = SpecialDayForm()
    if saved(form, lambda: _add(form)):
        return done(url_for("settings.special_days"), told(len(by_special_days(current_studio(), now=now()))))
    studio = current_studio()
    page = render_template(
        "studio/special_days.html",
        form=form,
        days=queries.special_days(studio.id, today()),
        hits=by_special_days(studio, now=now()),
        holidays=sorted(public_holidays(today(), today() + HOLIDAYS_AHEAD, language()).items()),
    )
    return page, 422 if form.errors else 200


@settings.post("/special-days/<int:special_day_id>/removal")
@permit(Permission.SHIFTS_EDIT)
def remove_special_day(special_day_id: int) -> ResponseReturnValue:
    """The usual hours of the weekday hold again."""
    with transaction():
        schedule.remove_special_day(current_studio().id, special_day_id, by=actor(), now=now())
    return done(url_for("settings.special_days"), _("The usual hours hold again on that day."))


def told(hits: int) -> str:
    """What to say after time was taken out of the calendar."""
    if not hits:
        return _("Saved. No booking is affected.")
    return ngettext("Saved. %(num)s booking must be moved.", "Saved. %(num)s bookings must be moved.", hits)


def _add(form: SpecialDayForm) -> None:
    first, last = form.day.data, form.until.data or form.day.data
    if last < first:
        raise Invalid(N_("The last day must not be before the first."), field="until")
    if (last - first).days >= LONGEST_ROW:
        raise Invalid(N_("At most 31 days can be added at once."), field="until")
    if first < today():
        raise Invalid(N_("This day has passed."), field="day")
    if not first_use(form.form_token.data, "special_day", now=now()):
        return
    for day in days_between(first, last):
        schedule.add_special_day(
            current_studio().id, day, opens_at=form.opens_at.data, closes_at=form.closes_at.data,
            name_ja=form.name_ja.data or "", name_en=form.name_en.data or "", by=actor(), now=now(),
        )  # fmt: skip
