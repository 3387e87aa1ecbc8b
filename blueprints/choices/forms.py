"""What to look for."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from blueprints.support.forms import CreateForm, optional_int


class TimesForm(CreateForm):
    """Which service, with whom, from which day on."""

    service_id = SelectField(_l("Service"), coerce=int)
    trainer_id = SelectField(_l("Trainer"), coerce=optional_int)
    day = DateField(_l("From this day"), validators=[InputRequired()])
