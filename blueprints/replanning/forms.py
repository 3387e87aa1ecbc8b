"""Who is away, and when."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, TimeField
from wtforms.validators import InputRequired, Optional

from blueprints.bookings.desk_forms import CLOCK
from blueprints.support.forms import CreateForm


class AbsenceForm(CreateForm):
    """A trainer who cannot come on a day, wholly or between two hours."""

    trainer_id = SelectField(_l("Trainer"), coerce=int)
    day = DateField(_l("Day"), validators=[InputRequired()])
    from_clock = TimeField(_l("Away from"), format=CLOCK, validators=[Optional()])
    until_clock = TimeField(_l("Away until"), format=CLOCK, validators=[Optional()])
