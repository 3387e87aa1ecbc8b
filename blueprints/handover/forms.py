"""A note to the next shift."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from backoffice.handover.models import NoteKind
from blueprints.support.forms import CreateForm, optional_int, options

KIND_WORDS = {
    NoteKind.GENERAL: _l("General"),
    NoteKind.LOST_PROPERTY: _l("Lost property"),
    NoteKind.HEALTH: _l("About health (only the trainer reads it)"),
}


class NoteForm(CreateForm):
    """What, to whom, for which day, about whom."""

    body = TextAreaField(_l("Note"), validators=[InputRequired(), Length(max=2000)])
    kind = SelectField(_l("Kind of note"), choices=options(KIND_WORDS), default=NoteKind.GENERAL.value)
    trainer_id = SelectField(_l("Addressed to"), coerce=optional_int, default="")
    day = DateField(_l("For the shift of"), validators=[Optional()])
    person_id = HiddenField("", validators=[Length(max=18)])
