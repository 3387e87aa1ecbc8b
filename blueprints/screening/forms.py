"""The sheet as a form, made from the questions of a version, and the trainer's decision."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from backoffice.core.language import pick
from backoffice.people.models import Purpose
from backoffice.people.wordings import WORDINGS
from backoffice.screening.actions import (
    LONGEST_DETAIL,
    LONGEST_QUESTION,
    LONGEST_REASON,
    LONGEST_SIGNATURE,
    MOST_QUESTIONS,
)
from backoffice.screening.models import SheetVersion
from backoffice.screening.starting import Question
from blueprints.screening.words import LIMIT_WORDS, VERDICT_WORDS
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options
from blueprints.support.language import language

NEW_ROWS = 3
"""Empty places below the questions."""


class SheetForm(CreateForm):
    """What stands below the questions."""

    signature = StringField(
        _l("Your name, as a signature"), validators=[DataRequired(), Length(max=LONGEST_SIGNATURE)]
    )
    agrees = BooleanField(_l(WORDINGS[Purpose.HEALTH].text), validators=[DataRequired()])
    photos = BooleanField(_l(WORDINGS[Purpose.PHOTOS].text))
    marketing = BooleanField(_l(WORDINGS[Purpose.MARKETING].text))
    version = VersionField()

    asked: tuple[str, ...] = ()

    def answers(self) -> dict[str, bool]:
        """Yes or no, by question."""
        return {key: self._fields[key].data == "yes" for key in self.asked}

    def details(self) -> dict[str, str]:
        """What was written below a yes, by question."""
        return {key: self._fields[f"{key}_detail"].data or "" for key in self.asked}

    def also_agrees(self) -> dict[Purpose, str]:
        """What was ticked besides, each with the wording it was ticked under. An empty box says nothing."""
        ticked = {Purpose.PHOTOS: self.photos.data, Purpose.MARKETING: self.marketing.data}
        return {purpose: WORDINGS[purpose].version for purpose, given in ticked.items() if given}

    def rows(self) -> list[tuple[Any, Any]]:
        """Each question with its details."""
        return [(self._fields[key], self._fields[f"{key}_detail"]) for key in self.asked]


class DecisionForm(SafeForm):
    """Whether and how somebody trains, and why."""

    verdict = RadioField(_l("Decision"), choices=options(VERDICT_WORDS), validators=[InputRequired()])
    limits = SelectMultipleField(
        _l("What is limited"),
        choices=options(LIMIT_WORDS),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    reason = TextAreaField(
        _l("Why (only trainers read it)"), validators=[DataRequired(), Length(max=LONGEST_REASON)]
    )
    seen = VersionField()


class QuestionForm(SafeForm):
    """One question in both languages. `position` orders them, `leave_out` takes one off the sheet."""

    class Meta:
        csrf = False

    key = HiddenField(validators=[Length(max=40)])
    position = IntegerField(_l("Place"), validators=[Optional(), NumberRange(1, 999)])
    ja = TextAreaField(_l("In Japanese"), validators=[Length(max=LONGEST_QUESTION)])
    en = TextAreaField(_l("In English"), validators=[Length(max=LONGEST_QUESTION)])
    leave_out = BooleanField(_l("Do not ask any more"))

    def validate_ja(self, field: Field) -> None:
        """A question has its words in both languages; only an empty new place has none."""
        is_asked = not self.leave_out.data and (self.key.data or self.ja.data or self.en.data)
        if is_asked and not (field.data or "").strip():
            raise ValidationError(_("Each question needs its words in Japanese and in English."))

    validate_en = validate_ja


class QuestionsForm(SafeForm):
    """Every question of the sheet, and room for new ones."""

    questions = FieldList(FormField(QuestionForm), max_entries=MOST_QUESTIONS + NEW_ROWS)
    version = VersionField()

    @classmethod
    def of(cls, version: SheetVersion) -> "QuestionsForm":
        """The questions of a version with empty places below them."""
        rows = [{**one, "position": place} for place, one in enumerate(version.questions, 1)]
        empty = [{"position": len(rows) + place} for place in range(1, NEW_ROWS + 1)]
        return cls(formdata=None, data={"questions": [*rows, *empty], "version": version.number})

    def chosen(self) -> list[Question]:
        """What is to be asked, in its order; an empty place is no question."""
        rows = [row for row in self.questions.data if not row["leave_out"] and (row["ja"] or row["en"])]
        ordered = sorted(rows, key=lambda row: row["position"] or len(rows))
        return [Question(row["key"] or "", row["ja"] or "", row["en"] or "") for row in ordered]


def sheet_form(sheet: SheetVersion, *, is_sent: bool) -> SheetForm:
    """The form of a version, in the reader's language; a question is found by its key."""
    fields: dict[str, Any] = {"asked": tuple(one["key"] for one in sheet.questions)}
    for one in sheet.questions:
        fields[one["key"]] = RadioField(
            pick(language(), one["ja"], one["en"]),
            choices=options({"no": _l("No"), "yes": _l("Yes")}),
            validators=[InputRequired()],
        )
        fields[f"{one['key']}_detail"] = TextAreaField(
            _l("If yes: what, since when?"), validators=[Length(max=LONGEST_DETAIL)]
        )
    form: SheetForm = type("AskedForm", (SheetForm,), fields)(
        **({} if is_sent else {"formdata": None, "data": {"version": sheet.number}})
    )
    return form
