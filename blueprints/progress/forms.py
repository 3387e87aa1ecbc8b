"""What is measured on a day, a goal, a kind of measurement, something the client noticed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from backoffice.core.language import pick
from backoffice.progress.actions import LONGEST_WORDS, field_of, shown
from backoffice.progress.kinds import LONGEST_NAME, LONGEST_UNIT, KindDraft
from backoffice.progress.models import MeasureKind
from backoffice.progress.numbers import parse_number
from backoffice.progress.queries import KindRow, Value
from backoffice.progress.reviews import LONGEST_SAID
from blueprints.progress.words import EFFECT_WORDS
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options
from blueprints.support.language import language


class NumberField(StringField):
    """A number in any width, perhaps with its unit; `number` is None when nothing was typed."""

    def __init__(self, label: Any, *, unit: str = "", validators: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(label, validators=[*validators, Length(max=20), self._check], **more)
        self.unit = unit

    @property
    def number(self) -> Decimal | None:
        """What was typed, in the unit."""
        return parse_number(self.data, self.unit) if self.data else None

    def _check(self, form: SafeForm, field: Field) -> None:
        if self.data and self.number is None:
            raise ValidationError(_l("Please enter a number such as 65.8."))


class MeasureForm(CreateForm):
    """The day, and a field for each kind: what is left empty was not measured."""

    day = DateField(_l("Measured on"), validators=[InputRequired()])

    is_sure = BooleanField(_l("The numbers are right"))

    asked: tuple[KindRow, ...] = ()

    def ask_about(self, far: Mapping[int, Value]) -> None:
        """Say beside each field what was measured last time."""
        for kind, one in self.rows():
            if last := far.get(kind.id):
                said = _(
                    "Last time it was %(value)s. Is this right?", value=f"{shown(last.value)} {kind.unit}"
                )
                one.errors = [*one.errors, said]

    def numbers(self) -> dict[int, Decimal]:
        """What was typed, by kind."""
        typed = {one.id: self._fields[field_of(one.id)].number for one in self.asked}
        return {kind: number for kind, number in typed.items() if number is not None}

    def rows(self) -> list[tuple[KindRow, Field]]:
        """Each kind with its field."""
        return [(one, self._fields[field_of(one.id)]) for one in self.asked]


class GoalForm(CreateForm):
    """Where a value is to go; an empty target ends the goal."""

    target = NumberField(_l("Goal"))
    by_day = DateField(_l("To be reached by"), validators=[Optional()])


class EffectForm(CreateForm):
    """What a client noticed, when, and how they put it."""

    effect = RadioField(_l("What"), choices=options(EFFECT_WORDS), validators=[InputRequired()])
    day = DateField(_l("Noticed on"), validators=[InputRequired()])
    said = TextAreaField(_l("In the client's words"), validators=[Length(max=LONGEST_WORDS)])


class ReviewForm(SafeForm):
    """What the client says at a review."""

    said = TextAreaField(_l("In the client's words"), validators=[InputRequired(), Length(max=LONGEST_SAID)])
    version = VersionField()


class KindForm(CreateForm):
    """A kind of measurement, with what a body can have: beyond is a slip of the finger."""

    name_ja = StringField(_l("Name (Japanese)"), validators=[InputRequired(), Length(max=LONGEST_NAME)])
    name_en = StringField(_l("Name (English)"), validators=[InputRequired(), Length(max=LONGEST_NAME)])
    unit = StringField(_l("Unit"), validators=[InputRequired(), Length(max=LONGEST_UNIT)])
    decimals = SelectField(
        _l("Decimals"), choices=options({0: "65", 1: "65.8", 2: "65.84"}), coerce=int, default=1
    )
    least = NumberField(_l("Smallest possible"), validators=[InputRequired()])
    most = NumberField(_l("Largest possible"), validators=[InputRequired()])
    version = VersionField()

    @classmethod
    def of(cls, kind: MeasureKind) -> "KindForm":
        """The form of a kind, or what was sent."""
        values = {name: getattr(kind, name) for name in ("name_ja", "name_en", "unit", "decimals", "version")}
        return cls(data={**values, "least": shown(kind.least), "most": shown(kind.most)})

    def draft(self) -> KindDraft:
        """What was typed; asked for once the form is valid."""
        return KindDraft(
            self.name_ja.data or "", self.name_en.data or "", self.unit.data or "", self.decimals.data,
            self.least.number or Decimal(0), self.most.number or Decimal(0),
        )  # fmt: skip


def measure_form(asked: Sequence[KindRow], **given: Any) -> MeasureForm:
    """The form with a field for each kind, in the reader's language."""
    fields: dict[str, Any] = {"asked": tuple(asked)}
    for one in asked:
        label = f"{pick(language(), one.name_ja, one.name_en)} ({one.unit})"
        fields[field_of(one.id)] = NumberField(
            label, unit=one.unit, render_kw={"inputmode": "decimal" if one.least >= 0 else "text"}
        )
    form: MeasureForm = type("AskedForm", (MeasureForm,), fields)(**given)
    return form
