"""Forms about leads."""

from datetime import datetime, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from backoffice.core.clock import at_local
from backoffice.leads.capture import LONGEST_ENQUIRY, LONGEST_LABEL
from backoffice.leads.models import CallOutcome
from backoffice.people.row import LONGEST_NAME
from backoffice.todos.actions import LONGEST_TITLE
from backoffice.todos.models import Todo
from blueprints.support.forms import CreateForm, SafeForm, VersionField, optional_int, options
from blueprints.support.limits import LARGEST_ID

END_OF_DAY = time(18, 0)
"""When something is due that was given a day and no time."""


def _row_id(value: str) -> int | None:
    """The number of a row, or none; what no row can have is no number."""
    number = optional_int(value)
    if number is not None and not 0 < number <= LARGEST_ID:
        raise ValueError
    return number


class EnquiryForm(CreateForm):
    """An enquiry taken by hand: by phone, at the door."""

    person_id = SelectField(_l("Person"), coerce=_row_id, validate_choice=False)
    name = StringField(_l("Name"), validators=[Length(max=LONGEST_NAME)])
    kana = StringField(_l("Kana"), validators=[Length(max=LONGEST_NAME)])
    phone = StringField(_l("Phone"), validators=[Length(max=60)])
    mail = StringField(_l("Mail"), validators=[Length(max=254)])
    source = SelectField(_l("How they found us"), validators=[InputRequired()])
    interest = SelectField(_l("Interested in"))
    enquiry = TextAreaField(_l("What they asked"), validators=[Length(max=LONGEST_ENQUIRY)])


class NextStepForm(SafeForm):
    """What comes next for a lead and when; `parked` leaves the lead alone until that day."""

    title = StringField(_l("What is to be done"), validators=[DataRequired(), Length(max=LONGEST_TITLE)])
    day = DateField(_l("Day"), validators=[InputRequired()])
    clock = TimeField(_l("Time of day"), format=["%H:%M", "%H:%M:%S"], validators=[Optional()])
    parked = BooleanField(_l("Leave the lead alone until that day"))
    version = VersionField()

    def due_at(self, zone: str) -> datetime:
        """The instant meant, on the studio's wall clock."""
        day = self.day.data
        assert day is not None  # noqa: S101 - required
        return at_local(day, self.clock.data or END_OF_DAY, zone)

    def words(self, present: Todo | None) -> str:
        """What was typed. A sentence of ours that was left alone stays one, for readers of both languages."""
        typed = self.title.data or ""
        return present.title if present is not None and typed == _(present.title) else typed


class NextActionForm(NextStepForm):
    """The same on the page of a lead: also whose it is; `done` ticks the present one off."""

    owner = SelectField(_l("In charge"), coerce=optional_int)
    done = BooleanField(_l("The present one is done"))


class CallForm(CreateForm):
    """What came of a call: one of three buttons."""

    outcome = SelectField(choices=options({one.value: one.value for one in CallOutcome}))


class LossForm(SafeForm):
    """Why a lead is lost."""

    reason = SelectField(_l("Why it was lost"), validators=[InputRequired()])
    note = TextAreaField(_l("Note"), validators=[Length(max=LONGEST_LABEL * 10)])
    version = VersionField()


class OwnerForm(SafeForm):
    """Who looks after a lead."""

    owner = SelectField(_l("In charge"), coerce=optional_int)
    version = VersionField()


class VersionOnlyForm(SafeForm):
    """A button that changes a lead."""

    version = VersionField()
