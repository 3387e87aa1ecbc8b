"""One day of one trainer, and what a copy is made of."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import Length, Optional

from blueprints.support.forms import CreateForm, SafeForm, VersionField


class DayForm(SafeForm):
    """The hours of a day in one line; nothing is a day off."""

    hours = StringField(_l("Hours on this day"), validators=[Length(max=120)])
    version = VersionField()


class CopyForm(CreateForm):
    """Which week is copied (none: the month before), and the plan that was looked at."""

    week = DateField("", validators=[Optional()])
    seen = HiddenField("", validators=[Length(max=64)])
