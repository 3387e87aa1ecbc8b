"""The joining form: everything on one short page."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField
from wtforms.validators import InputRequired

from blueprints.bookings.words import METHOD_WORDS
from blueprints.support.forms import CreateForm, options


class JoiningForm(CreateForm):
    """Plan, start, main trainer, and the trial fee where one is due."""

    plan_id = RadioField(_l("Plan"), coerce=int, validators=[InputRequired(_l("Please choose a plan."))])
    starts_on = DateField(_l("Starts on"), validators=[InputRequired(_l("Please give the first day."))])
    main_trainer_id = SelectField(_l("Main trainer"), coerce=int)
    fee = SelectField(_l("Trial fee"), choices=options({"": _l("still open"), **METHOD_WORDS}), default="")
