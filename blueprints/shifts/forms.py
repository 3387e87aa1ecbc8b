"""One day of one trainer, what a copy is made of, and what a trainer asks a colleague for."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from blueprints.support.forms import CreateForm, SafeForm, VersionField


class DayForm(SafeForm):
    """The hours of a day in one line; nothing is a day off."""

    hours = StringField(_l("Hours on this day"), validators=[Length(max=120)])
    version = VersionField()


class CopyForm(CreateForm):
    """Which week is copied (none: the month before), and the plan that was looked at."""

    week = DateField("", validators=[Optional()])
    seen = HiddenField("", validators=[Length(max=64)])


class SwapForm(CreateForm):
    """Which own day (or hours of it) a colleague should take, and which whole day of theirs one takes for it."""

    day = DateField(_l("Your day"), validators=[InputRequired()])
    hours = StringField(_l("Only these hours"), validators=[Length(max=120)])
    other_id = SelectField(_l("Who takes them"), coerce=int)
    back_day = DateField(_l("In return you take their day"), validators=[Optional()])
    note = StringField(_l("A word to them"), validators=[Length(max=200)])
