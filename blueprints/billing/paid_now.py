"""The part of a sale's form that says whether it is paid at once, and how."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange, Optional, ValidationError

from backoffice.billing.actions import MOST_YEN
from backoffice.billing.charging import Paid
from backoffice.billing.days import first_open_day
from backoffice.billing.models import PaymentKind
from blueprints.billing.words import KINDS
from blueprints.support.clock import today
from blueprints.support.filters import show_day
from blueprints.support.forms import CreateForm, options
from blueprints.support.studio import current_studio

LATER = _l("Later, by invoice")


class PaidNowForm(CreateForm):
    """How it is paid now (or later), and how much when it is not all."""

    paid_kind = SelectField(_l("Payment"), choices=options({"": LATER, **KINDS}), default="")
    paid_yen = IntegerField(_l("Paid now (yen)"), validators=[Optional(), NumberRange(1, MOST_YEN)])

    def validate_paid_kind(self, field: SelectField) -> None:
        """An amount without a way would be lost in silence: later is what the form begins with."""
        if not field.data and self.paid_yen.data:
            raise ValidationError(_l("An amount is given: please choose how it was paid."))


def paid_now(form: PaidNowForm) -> Paid | None:
    """What is paid at once; None for later."""
    if not form.paid_kind.data:
        return None
    return Paid(PaymentKind(form.paid_kind.data), form.paid_yen.data)


def payment_day() -> date:
    """Today, or the next day once the money of today is counted."""
    return first_open_day(current_studio().id, today())


def day_hint() -> str:
    """Why what is paid now is not of today: nobody expects it. Nothing as long as the day is open."""
    day = payment_day()
    return (
        ""
        if day == today()
        else _("Today’s cash is counted, so this is written for %(day)s.", day=show_day(day))
    )
