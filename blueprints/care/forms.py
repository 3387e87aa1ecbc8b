"""The forms of CARE."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from backoffice.care.models import Topic
from backoffice.care.notes import LONGEST
from blueprints.care.words import TOPIC_WORDS
from blueprints.support.forms import CreateForm, options


class NoteForm(CreateForm):
    """What was noticed and advised, and when to ask about it."""

    topic = RadioField(_l("Topic"), choices=options(TOPIC_WORDS), default=Topic.SLEEP.value)
    advice = TextAreaField(_l("Advice"), validators=[DataRequired(), Length(max=LONGEST)])
    target = TextAreaField(_l("Target"), validators=[Length(max=LONGEST)])
    noticed = TextAreaField(_l("What you noticed"), validators=[Length(max=LONGEST)])
    due_on = DateField(_l("Ask again on"), validators=[InputRequired()])
