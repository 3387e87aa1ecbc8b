"""Forms about money. Amounts are yen, tax included."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from backoffice.billing.actions import LONGEST_REASON, MOST_YEN
from backoffice.billing.receipts import LONGEST
from blueprints.billing.words import KINDS, WHY
from blueprints.support.clock import today
from blueprints.support.forms import CreateForm, options

A_YEAR = timedelta(days=366)
LANGUAGES = {"ja": _l("Japanese"), "en": _l("Japanese and English")}
RATES = {10: "10%", 8: _l("8% (food and drink)"), 0: _l("outside the tax")}


class MoneyForm(CreateForm):
    """How, how much and when."""

    kind = RadioField(
        _l("Way of payment"), choices=options(KINDS), validators=[InputRequired(_l("Please choose how."))]
    )
    amount_yen = IntegerField(_l("Amount (yen)"), validators=[InputRequired(), NumberRange(1, MOST_YEN)])
    received_on = DateField(_l("Received on"), validators=[InputRequired()])


class PaymentForm(MoneyForm):
    """Money that comes in; the tick is asked for when as much came on that day already."""

    is_another = BooleanField(_l("This is another payment"))


class RefundForm(MoneyForm):
    """Money that goes back, and why."""

    received_on = DateField(_l("Paid back on"), validators=[InputRequired()])
    reason = StringField(_l("Why"), validators=[InputRequired(), Length(max=LONGEST_REASON)])


class CreditForm(CreateForm):
    """Which lines are taken back, and why."""

    line_ids = SelectMultipleField(
        _l("Lines"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    with_tickets = BooleanField(_l("Take its free tickets off as well"))
    why = RadioField(_l("Kind"), choices=options(WHY), validators=[InputRequired()])
    reason = StringField(_l("Why"), validators=[InputRequired(), Length(max=LONGEST_REASON)])


class ChargeForm(CreateForm):
    """Something charged by hand."""

    name_ja = StringField(_l("What (Japanese)"), validators=[InputRequired(), Length(max=LONGEST)])
    name_en = StringField(_l("What (English)"), validators=[Length(max=LONGEST)])
    quantity = IntegerField(_l("How many"), default=1, validators=[InputRequired(), NumberRange(1, 999)])
    unit_price_yen = IntegerField(
        _l("Price of one (yen, tax included)"), validators=[InputRequired(), NumberRange(1, 1_000_000)]
    )
    tax_rate = SelectField(_l("Tax rate"), coerce=int, default=10, choices=options(RATES))
    due_on = DateField(_l("To be paid by"), validators=[InputRequired()])

    def validate_due_on(self, field: DateField) -> None:
        """Nothing is due before it is charged."""
        if not today() <= field.data <= today() + A_YEAR:
            raise ValidationError(_l("Please choose a day within a year from today."))


class ReceiptForm(CreateForm):
    """To whom and for what a receipt is printed."""

    addressee = StringField(_l("Addressee"), validators=[InputRequired(), Length(max=LONGEST)])
    proviso = StringField(_l("What it was for"), validators=[InputRequired(), Length(max=LONGEST)])
    language = RadioField(_l("Language"), choices=options(LANGUAGES), validators=[InputRequired()])
