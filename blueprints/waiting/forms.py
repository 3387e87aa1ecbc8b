"""What somebody waits for."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, TimeField
from wtforms.validators import InputRequired, Optional

from blueprints.bookings.desk_forms import CLOCK
from blueprints.support.forms import CreateForm, optional_int


class WaitForm(CreateForm):
    """Which service, on which days, between which hours, with whom."""

    service_id = SelectField(_l("Service"), coerce=int)
    trainer_id = SelectField(_l("Trainer"), coerce=optional_int)
    wants_woman = BooleanField(_l("The guest would like a female trainer"))
    first_day = DateField(_l("From day"), validators=[InputRequired()])
    last_day = DateField(_l("Until day"), validators=[InputRequired()])
    from_clock = TimeField(_l("Starts between"), format=CLOCK, validators=[Optional()])
    until_clock = TimeField(_l("and"), format=CLOCK, validators=[Optional()])
