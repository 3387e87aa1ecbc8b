"""The sheet as a form, made from the questions of a version, and the trainer's decision."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from backoffice.core.language import pick
from backoffice.screening.actions import LONGEST_DETAIL, LONGEST_REASON, LONGEST_SIGNATURE
from backoffice.screening.models import SheetVersion
from blueprints.screening.words import LIMIT_WORDS, VERDICT_WORDS
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options
from blueprints.support.language import language


class SheetForm(CreateForm):
    """What stands below the questions."""

    signature = StringField(
        _l("Your name, as a signature"), validators=[DataRequired(), Length(max=LONGEST_SIGNATURE)]
    )
    agrees = BooleanField(
        _l("I agree that the studio keeps these answers for my training; only trainers read them."),
        validators=[DataRequired()],
    )
    version = VersionField()

    asked: tuple[str, ...] = ()

    def answers(self) -> dict[str, bool]:
        """Yes or no, by question."""
        return {key: self._fields[key].data == "yes" for key in self.asked}

    def details(self) -> dict[str, str]:
        """What was written below a yes, by question."""
        return {key: self._fields[f"{key}_detail"].data or "" for key in self.asked}

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
