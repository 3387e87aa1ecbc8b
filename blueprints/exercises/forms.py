"""The form of an exercise."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from backoffice.clients.limits import LIMIT_WORDS
from backoffice.core.language import N_
from backoffice.exercises.draft import LONGEST_CUES, LONGEST_NAME, MOST, ExerciseDraft
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import (
    COUNTED_WORDS,
    EQUIPMENT_WORDS,
    MUSCLE_WORDS,
    SECTION_WORDS,
    SETTING_WORDS,
    UNIT_WORDS,
)
from blueprints.support.forms import CreateForm, SafeForm, VersionField

NAME = Length(max=LONGEST_NAME)


def _choices(words: Any) -> list[SelectChoice]:
    return [SelectChoice(key.value, _l(word)) for key, word in words.items()]


def _some_of(label: Any, words: Any, **more: Any) -> SelectMultipleField:
    """Checkboxes for keys of a closed list."""
    return SelectMultipleField(
        label, choices=_choices(words), option_widget=CheckboxInput(), widget=ListWidget(), **more
    )


def _number(label: Any) -> IntegerField:
    return IntegerField(label, validators=[Optional(), NumberRange(1, MOST)])


class ExerciseForm(SafeForm):
    """All of an exercise but where it comes from."""

    name_ja = StringField(_l("Name (Japanese)"), validators=[NAME])
    kana = StringField(_l("Reading in kana"), validators=[NAME])
    name_en = StringField(_l("Name (English)"), validators=[NAME])
    section = SelectField(_l("Section"), choices=_choices(SECTION_WORDS), default="main")
    settings = _some_of(_l("Where"), SETTING_WORDS, default=["gym"], validators=[DataRequired()])
    equipment = _some_of(_l("Equipment"), EQUIPMENT_WORDS)
    muscles = _some_of(_l("Muscles"), MUSCLE_WORDS)
    supporting = _some_of(_l("Supporting muscles"), MUSCLE_WORDS)
    limits = _some_of(_l("Careful with"), LIMIT_WORDS)
    cues_ja = TextAreaField(_l("Cues (Japanese)"), validators=[Length(max=LONGEST_CUES)])
    cues_en = TextAreaField(_l("Cues (English)"), validators=[Length(max=LONGEST_CUES)])
    unit = SelectField(_l("Counted in"), choices=_choices(UNIT_WORDS))
    counted = SelectField(_l("The amount is meant"), choices=_choices(COUNTED_WORDS))
    sets = _number(_l("Sets"))
    amount = _number(_l("Amount"))
    amount_to = _number(_l("up to"))
    hold_seconds = _number(_l("Hold each (seconds)"))
    version = VersionField()

    HEADED = (
        (N_("Names"), ("name_ja", "kana", "name_en", "section")),
        (N_("Where and with what"), ("settings", "equipment")),
        (N_("What it trains"), ("muscles", "supporting")),
        (N_("Safety"), ("limits",)),
        (N_("Cues"), ("cues_ja", "cues_en")),
        (N_("Usual prescription"), ("unit", "counted", "sets", "amount", "amount_to", "hold_seconds")),
    )

    @classmethod
    def of(cls, row: Exercise) -> "ExerciseForm":
        """The form as the exercise stands, or as it was sent."""
        names = [name for _title, fields in cls.HEADED for name in fields]
        return cls(data={name: getattr(row, name) for name in (*names, "version")})

    def draft(self) -> ExerciseDraft:
        """What was typed; what was not sent at all is as for a new exercise."""
        names = [name for _title, fields in self.HEADED for name in fields]
        typed = {name: self._fields[name].data for name in names}
        return ExerciseDraft(**{name: value for name, value in typed.items() if value is not None})


class NewExerciseForm(ExerciseForm, CreateForm):
    """The same for one to add; sent twice it adds one."""

    version = None
