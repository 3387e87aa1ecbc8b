"""The forms of CARE."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.validators import Optional as MayBeEmpty

from backoffice.care.check_ins import LONGEST_VIDEO, LONGEST_WORDS
from backoffice.care.measures import ALWAYS, AT_A_SESSION, Extra, Measure
from backoffice.care.models import Topic
from backoffice.care.notes import LONGEST
from backoffice.care.queries import Plan
from blueprints.care.words import EXTRA_WORDS, QUESTIONS, TOPIC_WORDS, answers_to
from blueprints.files.forms import PHOTOS
from blueprints.support.forms import CreateForm, SafeForm, options


class NoteForm(CreateForm):
    """What was noticed and advised, and when to ask about it."""

    topic = RadioField(_l("Topic"), choices=options(TOPIC_WORDS), default=Topic.SLEEP.value)
    advice = TextAreaField(_l("Advice"), validators=[DataRequired(), Length(max=LONGEST)])
    target = TextAreaField(_l("Target"), validators=[Length(max=LONGEST)])
    noticed = TextAreaField(_l("What you noticed"), validators=[Length(max=LONGEST)])
    due_on = DateField(_l("Ask again on"), validators=[InputRequired()])


class CheckInForm(SafeForm):
    """The consent below the questions; the questions are added from what is asked of the person."""

    agrees = BooleanField(
        _l("I agree that the studio keeps these answers for my training; only trainers read them.")
    )
    few_words = TextAreaField(EXTRA_WORDS[Extra.WORDS], validators=[Length(max=LONGEST_WORDS)])
    video = StringField(EXTRA_WORDS[Extra.VIDEO], validators=[Length(max=LONGEST_VIDEO)])
    meal_photo = FileField(EXTRA_WORDS[Extra.MEAL], render_kw={"accept": PHOTOS})

    asked: Sequence[Measure] = ()
    extras: Sequence[Extra] = ()

    def answers(self) -> dict[Measure, Decimal]:
        """What was answered; a question left open is no answer."""
        chosen = {measure: self._fields[measure.value].data for measure in self.asked}
        return {measure: Decimal(value) for measure, value in chosen.items() if value}

    def questions(self) -> list[Any]:
        """The fields of the questions, in their order."""
        return [self._fields[measure.value] for measure in self.asked]


def check_in_form(plan: Plan, *, is_short: bool, is_sent: bool) -> CheckInForm:
    """The form of what is asked of somebody: four questions and what the trainer switched on, or the short form."""
    asked = AT_A_SESSION if is_short else (*ALWAYS, *plan.measures)
    extras = () if is_short else plan.extras
    fields: dict[str, Any] = {"asked": asked, "extras": extras}
    for measure in asked:
        fields[measure.value] = RadioField(
            QUESTIONS[measure], choices=options(answers_to(measure)), validators=[MayBeEmpty()]
        )
    for extra in set(Extra) - set(extras):
        fields[extra.value] = None
    form: CheckInForm = type("AskedForm", (CheckInForm,), fields)(**({} if is_sent else {"formdata": None}))
    return form
