"""The day close: sums by kind, the cash counted by notes and coins, closed and opened again."""

from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional

from backoffice.billing import closing
from backoffice.billing.closing import LONGEST_REASON, NOTES_AND_COINS
from backoffice.billing.days import close_of
from backoffice.billing.standing_fees import open_fees_on
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.submissions import first_use
from backoffice.staff.permissions import Permission
from blueprints.billing.blueprint import money
from blueprints.billing.words import KINDS
from blueprints.bookings.days import asked_day
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import CreateForm, add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done


class CloseForm(CreateForm):
    """Why the cash differs; how many of each note and coin stands in fields named after them (`of_1000`)."""

    reason = StringField(_l("Why it differs"), validators=[Optional(), Length(max=LONGEST_REASON)])


class ReopenForm(CreateForm):
    """Why a closed day is opened again."""

    reason = StringField(_l("Why"), validators=[InputRequired(), Length(max=LONGEST_REASON)])


@money.get("/day")
@permit(Permission.BILLING_VIEW)
def day() -> ResponseReturnValue:
    """What came on a day, by kind, and its close."""
    return _page(asked_day(), CloseForm(formdata=None), ReopenForm(formdata=None))


@money.post("/day")
@permit(Permission.BILLING_TAKE)
def close() -> ResponseReturnValue:
    """Close the day with what was counted."""
    asked, form = asked_day(), CloseForm()
    if not form.validate():
        return _page(asked, form, ReopenForm(formdata=None)), 422

    def work() -> None:
        if first_use(str(form.form_token.data), "day-close", now=now()):
            reason = form.reason.data or ""
            closing.close_day(current_studio(), asked, _counts(), reason=reason, by=actor(), now=now())

    try:
        in_transaction(work)
    except DomainError as error:
        add_domain_error(form, error)
        return _page(asked, form, ReopenForm(formdata=None)), error.status
    flash_done(_("The day is closed."))
    return redirect(url_for("money.day", day=asked.isoformat()), 303)


@money.post("/day/reopening")
@permit(Permission.BILLING_CORRECT)
def reopen() -> ResponseReturnValue:
    """Open a closed day again, with a reason."""
    asked, form = asked_day(), ReopenForm()
    if not form.validate():
        return _page(asked, CloseForm(formdata=None), form), 422

    def work() -> None:
        if first_use(str(form.form_token.data), "day-close", now=now()):
            reason = form.reason.data or ""
            closing.reopen_day(current_studio().id, asked, reason=reason, by=actor(), now=now())

    in_transaction(work)
    flash_done(_("The day is open again."))
    return redirect(url_for("money.day", day=asked.isoformat()), 303)


@money.post("/day/words/removal")
@permit(Permission.BILLING_CORRECT)
def remove_words() -> ResponseReturnValue:
    """Take away what was typed at the closes of a day."""
    asked = asked_day()
    in_transaction(lambda: closing.remove_words(current_studio().id, asked, by=actor(), now=now()))
    flash_done(_("The words are removed."))
    return redirect(url_for("money.day", day=asked.isoformat()), 303)


def _page(asked: date, form: CloseForm, reopen_form: ReopenForm) -> str:
    studio_id = current_studio().id
    return render_template(
        "billing/day.html", day=closing.day_of(studio_id, asked), standing=close_of(studio_id, asked),
        closes=closing.closes_of(studio_id, asked), expected_cash=closing.expected_cash,
        payments=closing.payments_on(studio_id, asked), kinds=KINDS, worths=NOTES_AND_COINS, typed=request.form,
        open_fees=open_fees_on(current_studio(), asked),
        form=form, reopen_form=reopen_form, is_today=asked == today(), is_ahead=asked > today(),
    )  # fmt: skip


def _counts() -> dict[int, int]:
    """The numbers typed beside each note and coin. Refuses (Invalid) what is no number."""
    typed = {worth: request.form.get(f"of_{worth}", "").strip() or "0" for worth in NOTES_AND_COINS}
    if not all(one.isdecimal() and len(one) <= 4 for one in typed.values()):
        raise Invalid(closing.COUNT)
    return {worth: int(one) for worth, one in typed.items()}
