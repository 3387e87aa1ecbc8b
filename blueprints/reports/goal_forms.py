"""Forms of goals and of how long a month is young."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from blueprints.studio.forms import Sections, SettingsForm
from blueprints.support.forms import SafeForm, VersionField

MOST = NumberRange(0, 100_000)


class GoalsForm(SafeForm):
    """What is wanted of a month; an empty field is no goal."""

    enquiries = IntegerField(_l("Enquiries"), validators=[Optional(), MOST])
    trials = IntegerField(_l("Trials held"), validators=[Optional(), MOST])
    joins = IntegerField(_l("Joined"), validators=[Optional(), MOST])
    revenue_yen = IntegerField(
        _l("Money received (yen)"), validators=[Optional(), NumberRange(0, 1_000_000_000)]
    )
    sessions = IntegerField(_l("Sessions"), validators=[Optional(), MOST])
    version = VersionField()


class MaturityForm(SettingsForm):
    """How many days people are given to decide."""

    SECTIONS: ClassVar[Sections] = (("", ("maturity_days",)),)
    HINTS: ClassVar[dict[str, Any]] = {
        "maturity_days": _l(
            "Until then a month of the funnel counts as young. Empty: as long as nine of ten have taken to join."
        )
    }

    maturity_days = IntegerField(_l("Days to decide"), validators=[Optional(), NumberRange(7, 365)])
