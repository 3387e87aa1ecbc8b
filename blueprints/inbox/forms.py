"""What is typed into a conversation: an answer, another time for it, what was said on another road."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from backoffice.core.clock import at_local, local
from backoffice.inbox.answers import LONGEST, Draft
from backoffice.inbox.quick_replies import LONGEST_BODY, LONGEST_NAME
from backoffice.inbox.roads import Way
from backoffice.messaging.conversation import LONGEST_BODY as LONGEST_HEARD
from backoffice.messaging.entries import Road
from backoffice.messaging.models import Channel
from blueprints.inbox.words import HEARD_WORDS, ROAD_WORDS
from blueprints.support.clock import now, today
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options
from blueprints.support.studio import current_studio

NOW, LATER = "now", "later"
USUAL = time(9, 0)
FARTHEST = 60
NOT_HEALTH = _l("Nothing about this person’s health stands in it")


def near(_form: FlaskForm, field: Field) -> None:
    """Refuse a day that is nowhere near: nothing is written for, or was heard in, another year."""
    if field.data is not None and abs((field.data - today()).days) > FARTHEST:
        raise ValidationError(_l("Please choose a day within 60 days."))


class TimedForm(SafeForm):
    """Words with a day and a time on the studio's clock."""

    body = TextAreaField(_l("Your answer"), validators=[Length(max=LONGEST)])
    day = DateField(_l("Day"), validators=[Optional(), near])
    time = TimeField(_l("Time of day"), validators=[Optional()])
    no_health = BooleanField(NOT_HEALTH)

    def moment(self) -> datetime | None:
        """The instant that was chosen; None without one."""
        if self.day.data is None or self.time.data is None:
            return None
        return at_local(self.day.data, self.time.data, current_studio().zone)


class AnswerForm(CreateForm, TimedForm):
    """An answer: by which road, now or later. `seen` is the newest answer its writer saw."""

    seen = HiddenField(validators=[Length(max=20)])
    road = RadioField(_l("Road"), choices=options(ROAD_WORDS), validators=[InputRequired()])
    when = RadioField(
        _l("When"),
        choices=options({NOW: _l("At once"), LATER: _l("Later")}),
        default=NOW,
        validators=[InputRequired()],
    )

    @classmethod
    def fresh(cls, way: Way, seen: int) -> "AnswerForm":
        """The form as it is shown first: the road that leads to them, tomorrow morning if it is for later."""
        start: dict[str, Any] = {
            "seen": seen, "road": way.best, "when": NOW, "day": today() + timedelta(days=1), "time": USUAL,
        }  # fmt: skip
        return cls(formdata=None, data=start)

    def draft(self) -> Draft:
        """What the action needs."""
        send_at = self.moment() if self.when.data == LATER else None
        return Draft(self.body.data or "", Channel(self.road.data), _number(self.seen.data), send_at)

    def lacks_time(self) -> bool:
        """Whether it is for later, and nothing says when."""
        return self.when.data == LATER and self.moment() is None


class ChangeForm(TimedForm):
    """Other words or another time for an answer that waits."""

    version = VersionField()


class HeardForm(CreateForm):
    """What somebody answered by mail or on the phone, and when."""

    heard = TextAreaField(_l("What was said"), validators=[DataRequired(), Length(max=LONGEST_HEARD)])
    heard_road = RadioField(
        _l("Heard by"), choices=options(HEARD_WORDS), coerce=Road, validators=[InputRequired()]
    )
    heard_day = DateField(_l("Day"), validators=[InputRequired(), near])
    heard_time = TimeField(_l("Time of day"), validators=[InputRequired()])

    @classmethod
    def fresh(cls) -> "HeardForm":
        """As it is shown first: heard just now."""
        at = local(now(), current_studio().zone)
        return cls(
            formdata=None, data={"heard_road": Road.PHONE, "heard_day": at.date(), "heard_time": at.time()}
        )

    def moment(self) -> datetime:
        """When it was said."""
        day: date = self.heard_day.data
        return at_local(day, self.heard_time.data, current_studio().zone)


class QuickReplyForm(CreateForm):
    """A quick reply in both languages."""

    SECTIONS = (("", ("name", "body_ja", "body_en")),)
    HINTS: ClassVar = {"name": _l("What colleagues choose it by.")}
    version = VersionField()
    name = StringField(_l("Name"), validators=[DataRequired(), Length(max=LONGEST_NAME)])
    body_ja = TextAreaField(_l("Japanese"), validators=[DataRequired(), Length(max=LONGEST_BODY)])
    body_en = TextAreaField(_l("English"), validators=[DataRequired(), Length(max=LONGEST_BODY)])


def _number(text: str | None) -> int:
    """An id in a hidden field; nonsense is one that was never seen."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else -1
