"""Forms of memberships: freezing, leaving, another plan, what becomes of a booking."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from backoffice.memberships.leaving import LONGEST_NOTE
from blueprints.billing.words import KINDS
from blueprints.memberships.words import DECISION_WORDS, REASON_WORDS
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options


class FreezeForm(CreateForm):
    """Which days are frozen, and what is owed meanwhile."""

    starts_on = DateField(
        _l("First frozen day"), validators=[InputRequired(_l("Please give the first day."))]
    )
    ends_on = DateField(_l("Last frozen day"), validators=[Optional()])
    fee_yen = IntegerField(
        _l("Fee of a frozen month (yen, tax included)"),
        validators=[InputRequired(), NumberRange(0, 1_000_000)],
    )
    waiver = StringField(_l("Why earlier than the cut-off day allows"), validators=[Length(max=LONGEST_NOTE)])


class FreezeEndForm(SafeForm):
    """Another last day of a freeze."""

    ends_on = DateField(_l("Last frozen day"), validators=[Optional()])
    version = VersionField()


class LeavingForm(CreateForm):
    """The last day, and why."""

    left_on = DateField(
        _l("Last day as a member"), validators=[InputRequired(_l("Please give the last day."))]
    )
    reason = RadioField(
        _l("Reason"), choices=options(REASON_WORDS), validators=[InputRequired(_l("Please choose a reason."))]
    )
    note = StringField(_l("In their words"), validators=[Length(max=LONGEST_NOTE)])
    waiver = StringField(_l("Why earlier than the cut-off day allows"), validators=[Length(max=LONGEST_NOTE)])


class PayOutForm(CreateForm):
    """How the money goes back and why; `mark` is the statement that was looked at."""

    kind = SelectField(_l("Way of refund"), choices=options(KINDS), validators=[InputRequired()])
    reason = StringField(_l("Why"), validators=[InputRequired(), Length(max=LONGEST_NOTE)])
    is_agreed = BooleanField(
        _l("The amount is agreed with them."),
        validators=[InputRequired(_l("Please agree on the amount first."))],
    )
    mark = HiddenField(validators=[InputRequired(), Length(max=64)])


class ChangeForm(CreateForm):
    """Another plan from the next month day on."""

    plan_id = RadioField(_l("Plan"), coerce=int, validators=[InputRequired(_l("Please choose a plan."))])


class DecisionForm(SafeForm):
    """What becomes of one booking."""

    decision = RadioField(choices=options(DECISION_WORDS), validators=[InputRequired()])
    version = VersionField()
