"""The record of a client as a form, and who trains them."""

from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from backoffice.clients.models import Wish
from backoffice.clients.records import LONGEST, TEXTS, Record
from blueprints.clients.words import WISH_WORDS
from blueprints.support.forms import SafeForm, VersionField, options

_LENGTH = [Length(max=LONGEST)]


class RecordForm(SafeForm):
    """What the trainers know of a person, in the order in which it is asked."""

    goals = TextAreaField(_l("Goals, in their own words"), validators=_LENGTH)
    allergies = TextAreaField(_l("Allergies"), validators=_LENGTH)
    wishes = SelectMultipleField(
        _l("How they like a session"),
        choices=options(WISH_WORDS),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    preferences = TextAreaField(_l("Other wishes"), validators=_LENGTH)
    history = TextAreaField(_l("Sports and injuries so far"), validators=_LENGTH)
    lifestyle = TextAreaField(_l("Work and daily life"), validators=_LENGTH)
    emergency_contact = TextAreaField(_l("Emergency contact"), validators=_LENGTH)
    version = VersionField()

    @classmethod
    def of(cls, record: Record) -> "RecordForm":
        """The form as the record stands."""
        return cls(formdata=None, data={**record.texts, "wishes": record.wishes, "version": record.version})

    def texts(self) -> dict[str, str]:
        """What was typed, by part of the record."""
        return {name: self._fields[name].data or "" for name in TEXTS}

    def chosen(self) -> set[Wish]:
        """The wishes that were ticked."""
        return {Wish(one) for one in self.wishes.data or ()}

    def shown(self) -> list[Field]:
        """The visible fields, in order."""
        return [field for field in self if field.type in ("TextAreaField", "SelectMultipleField")]


class MainTrainerForm(SafeForm):
    """Who is the main trainer of a member."""

    main = SelectField(_l("Main trainer"), coerce=int)
    version = VersionField()


class SubstituteForm(SafeForm):
    """One more trainer who steps in."""

    trainer_id = SelectField(_l("Trainer"), coerce=int)
