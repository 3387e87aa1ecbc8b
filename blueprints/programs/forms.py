"""The forms that start a program, make a template, and change what holds for all days of one."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from backoffice.exercises.vocabulary import Setting
from backoffice.programs.actions import USUAL_WEEKLY
from backoffice.programs.draft import LONGEST_NAME, MOST_WEEKS
from blueprints.programs.words import PLACES
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options

NAME = Length(max=LONGEST_NAME)


class ShapeForm(SafeForm):
    """Names, weeks of a round, sessions agreed for a week."""

    name_ja = StringField(_l("Name (Japanese)"), validators=[NAME])
    name_en = StringField(_l("Name (English)"), validators=[NAME])
    weekly = IntegerField(
        _l("Sessions a week"), default=USUAL_WEEKLY, validators=[InputRequired(), NumberRange(1, 7)]
    )
    weeks = IntegerField(
        _l("Weeks of a round"), default=1, validators=[InputRequired(), NumberRange(1, MOST_WEEKS)]
    )


class NewTemplateForm(ShapeForm, CreateForm):
    """A template to fill."""

    place = RadioField(_l("Where"), choices=options(PLACES), default=Setting.GYM.value)


class NewProgramForm(NewTemplateForm):
    """A program of somebody: from a template or empty."""

    template = SelectField(_l("Template"), coerce=str, default="")
    starts_on = DateField(_l("Begins on"), validators=[InputRequired()])


class TemplateForm(ShapeForm):
    """The same for a template that is there."""

    version = VersionField()


class EditProgramForm(TemplateForm):
    """The same for one that runs; a change of its shape holds from a date on, an end is its last day."""

    valid_from = DateField(_l("Weeks and sessions change from"), validators=[InputRequired()])
    ends_on = DateField(_l("Last day"), validators=[Optional()])
