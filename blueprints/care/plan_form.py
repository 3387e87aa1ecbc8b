"""The form of targets and questions."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from backoffice.care.measures import MAY_BE_ASKED, Measure
from backoffice.care.plans import BOUNDS
from backoffice.care.queries import Plan
from blueprints.care.words import EXTRA_WORDS, HABIT_WORDS, MEASURE_WORDS
from blueprints.support.forms import SafeForm, VersionField, options


def _within(measure: Measure) -> list[object]:
    least, most = BOUNDS[measure]
    return [InputRequired(), NumberRange(least, most)]


class PlanForm(SafeForm):
    """What is aimed at, what is asked besides the four questions, which habits are listed."""

    sleep_hours = DecimalField(_l("Sleep (hours)"), places=1, validators=_within(Measure.SLEEP))
    water_litres = DecimalField(_l("Water a day (litres)"), places=1, validators=_within(Measure.WATER))
    protein_meals = IntegerField(_l("Meals with protein a day"), validators=_within(Measure.PROTEIN))
    screens_off_minutes = IntegerField(
        _l("Screens off before bed (minutes)"), validators=_within(Measure.SCREENS)
    )
    questions = SelectMultipleField(
        _l("Ask besides the four questions"),
        choices=options({one: (MEASURE_WORDS | EXTRA_WORDS)[one] for one in MAY_BE_ASKED}),  # type: ignore[operator]
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    habits = SelectMultipleField(
        _l("Habits to tick"),
        choices=options(HABIT_WORDS),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    seen = VersionField()

    def targets(self) -> dict[Measure, Decimal]:
        """The targets, each in the unit of its question."""
        return {measure: Decimal(self._fields[measure.value].data) for measure in BOUNDS}


def fresh_plan_form(plan: Plan) -> PlanForm:
    """The form with what holds now."""
    data = {measure.value: value for measure, value in plan.targets.items()}
    asked = [one.value for one in (*plan.measures, *plan.extras)]
    return PlanForm(
        formdata=None, data={**data, "questions": asked, "habits": list(plan.habits), "seen": plan.id}
    )  # fmt: skip
