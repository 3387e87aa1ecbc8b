"""A text of a message being written."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length

from backoffice.messaging.text_checks import LONGEST_BODY, LONGEST_SUBJECT
from blueprints.support.forms import CreateForm, SafeForm, VersionField

LONGEST_SEARCH = 100


class MessageForm(SafeForm):
    """Words and time of one message alone."""

    subject = StringField(_l("Subject"), validators=[InputRequired(), Length(max=LONGEST_SUBJECT)])
    body = TextAreaField(_l("Text"), validators=[InputRequired(), Length(max=LONGEST_BODY)])
    day = DateField(_l("Day"), validators=[InputRequired()])
    at = TimeField(_l("Time of day"), format=["%H:%M", "%H:%M:%S"], validators=[InputRequired()])
    version = VersionField()


class TextForm(CreateForm):
    """Subject and body with variables in them, and for whom they are shown meanwhile."""

    subject = StringField(_l("Subject"), validators=[InputRequired(), Length(max=LONGEST_SUBJECT)])
    body = TextAreaField(_l("Text"), validators=[InputRequired(), Length(max=LONGEST_BODY)])
    who = StringField(_l("Show it for"), validators=[Length(max=LONGEST_SEARCH)])
    version = VersionField()
