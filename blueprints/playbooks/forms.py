"""Forms of playbooks: a new one, its name and stop rules, a step, the time of a step."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from backoffice.messaging.models import Kind
from backoffice.messaging.policy import POLICIES
from backoffice.playbooks.actions import LONGEST_NAME, StepDraft
from backoffice.playbooks.entries import ENTRIES, STOP_WORDS
from backoffice.playbooks.models import Entry, Stop
from backoffice.playbooks.timing import USUAL_TIME
from backoffice.todos.actions import LONGEST_TITLE
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options

TASK = "task"
_NAME = Length(max=LONGEST_NAME)
_DAYS = [InputRequired(), NumberRange(0, 365)]


class NewPlaybookForm(CreateForm):
    """A playbook begins with the event it starts from."""

    entry = SelectField(
        _l("Starts from"),
        coerce=Entry,
        choices=options({key: _l(rule.label) for key, rule in ENTRIES.items()}),
    )
    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), _NAME])
    name_en = StringField(_l("Name (English)"), validators=[_NAME])


class PlaybookForm(SafeForm):
    """What it is called and what stops it."""

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), _NAME])
    name_en = StringField(_l("Name (English)"), validators=[_NAME])
    stops = SelectMultipleField(
        _l("Stops as soon as"), coerce=Stop, choices=options({key: _l(word) for key, word in STOP_WORDS.items()}),
        option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    version = VersionField()


class StepForm(CreateForm):
    """One more step: after so many days, at that time, a message or a task."""

    days = IntegerField(_l("Days after"), validators=_DAYS)
    at = TimeField(_l("Time of day"), default=USUAL_TIME, validators=[InputRequired()])
    what = SelectField(_l("What is done"))
    task = StringField(_l("The task, in your words"), validators=[Optional(), Length(max=LONGEST_TITLE)])

    def offer(self, kinds: Iterable[Kind]) -> None:
        """The messages that go with this playbook, and a task for a colleague."""
        words = {kind.value: _l("Message: %(what)s", what=_l(POLICIES[kind].label)) for kind in kinds}
        self.what.choices = options({**words, TASK: _l("A task for a colleague")})

    def draft(self) -> StepDraft:
        """What was typed."""
        days, at = self.days.data or 0, self.at.data or USUAL_TIME
        if self.what.data == TASK:
            return StepDraft(days, at, task=self.task.data or "")
        return StepDraft(days, at, Kind(self.what.data))


class TimeForm(SafeForm):
    """When a step is taken."""

    days = IntegerField(_l("Days after"), validators=_DAYS)
    at = TimeField(_l("Time of day"), validators=[InputRequired()])
    version = VersionField()
