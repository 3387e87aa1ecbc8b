"""Forms of what goes out."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField
from wtforms.validators import InputRequired

from blueprints.support.forms import SafeForm


class PeriodForm(SafeForm):
    """Two days of the studio's calendar, both included. Read from the address: it only asks."""

    class Meta(SafeForm.Meta):
        csrf = False

    first = DateField(_l("First day"), validators=[InputRequired()])
    last = DateField(_l("Last day"), validators=[InputRequired()])
