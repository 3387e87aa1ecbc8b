"""Forms about tickets."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from backoffice.tickets.actions import LONGEST_NOTE, MOST
from blueprints.billing.paid_now import PaidNowForm
from blueprints.memberships.words import OLD_TICKET_WORDS
from blueprints.support.forms import CreateForm, options

WHAT = {
    "extend": _l("Use them longer"),
    "add": _l("Add tickets"),
    "take": _l("Take tickets off"),
    "refund": _l("Paid back"),
}


class SaleForm(PaidNowForm):
    """What is sold, and from when; looked at once more before it holds."""

    plan_id = RadioField(_l("Plan"), coerce=int, validators=[InputRequired(_l("Please choose a plan."))])
    starts_on = DateField(_l("Starts on"), validators=[InputRequired(_l("Please give the first day."))])
    old_tickets = RadioField(
        _l("Earlier tickets"), choices=options(OLD_TICKET_WORDS), validators=[Optional()]
    )
    is_another = BooleanField(_l("This is another sale"))
    looked_at = HiddenField("", validators=[Length(max=1)])


class CorrectionForm(CreateForm):
    """A correction of one grant, with its reason."""

    what = RadioField(_l("Correction"), choices=options(WHAT), validators=[InputRequired()])
    count = IntegerField(_l("Tickets"), validators=[Optional(), NumberRange(1, MOST)])
    until = DateField(_l("Last day of use"), validators=[Optional()])
    note = StringField(_l("Why"), validators=[InputRequired(), Length(max=LONGEST_NOTE)])


class ByHandForm(CreateForm):
    """Tickets given without a sale: what was left in the old software, a gift."""

    count = IntegerField(_l("Tickets"), validators=[InputRequired(), NumberRange(1, MOST)])
    unit_price_yen = IntegerField(
        _l("Price of one (yen, tax included)"), validators=[InputRequired(), NumberRange(0, 1_000_000)]
    )
    until = DateField(_l("Last day of use"), validators=[Optional()])
    note = StringField(_l("Why"), validators=[InputRequired(), Length(max=LONGEST_NOTE)])


class ReversalForm(CreateForm):
    """Why a line is taken back."""

    note = StringField(_l("Why"), validators=[InputRequired(), Length(max=LONGEST_NOTE)])
