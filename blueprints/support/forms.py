"""Form habits: bounded inputs, no control characters, a submission token, refusals shown next to their field."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import SUBMIT_METHODS
from werkzeug.datastructures import CombinedMultiDict
from wtforms import DateField, Field, HiddenField, IntegerField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from backoffice.core.contact import one_line_end
from backoffice.core.errors import DomainError, SeveralInvalid, Stale
from backoffice.core.submissions import new_token
from blueprints.support.form_sentences import OwnSentences
from blueprints.support.language import say

FROM_REQUEST = object()
YEARS = range(1900, 2200)
"""A day outside of them is a slip of the keys, and too near to the ends of the calendar to count with."""
EMPTY = (DataRequired, InputRequired, Optional)
OWN_SENTENCES = OwnSentences()
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def strip(value: str | None) -> str | None:
    """Without blanks around it, each line ending in one character."""
    return one_line_end(value).strip() if isinstance(value, str) else value


def no_control_characters(form: FlaskForm, field: Field) -> None:
    """Refuse NUL, other control characters and lone surrogates: no keyboard types them."""
    if isinstance(field.data, str) and CONTROL.search(field.data):
        raise ValidationError(_l("This contains characters that cannot be used."))


def not_only_blanks(form: FlaskForm, field: Field) -> None:
    """Refuse blanks where something has to be said; the library only looks whether anything was sent."""
    if not field.data:
        raise ValidationError(_l("Please fill this in."))


def no_far_year(form: FlaskForm, field: Field) -> None:
    """Refuse a day in the year 1 or 9999."""
    if isinstance(field.data, date) and field.data.year not in YEARS:
        raise ValidationError(_l("Please check the year."))


def _checks_of(field: Field) -> Iterator[Callable[[FlaskForm, Field], None]]:
    """What is asked of every field of its kind."""
    yield no_control_characters
    if isinstance(field, DateField):
        yield no_far_year
    if isinstance(field, StringField) and any(isinstance(one, InputRequired) for one in field.validators):
        yield not_only_blanks


def stop_at_unreadable(form: FlaskForm, field: Field) -> None:
    """What cannot be read at all (letters for a number) is said once; no limit is asked of it."""
    if field.process_errors:
        field.errors = list(field.errors)[:1]
        raise StopValidation


def _with_stop(validators: Sequence[Callable[[FlaskForm, Field], None]]) -> Iterator[Callable[..., None]]:
    """The validators in their order, those about an empty field before what stops at an unreadable one."""
    yield from (one for one in validators if isinstance(one, EMPTY))
    yield stop_at_unreadable
    yield from (one for one in validators if not isinstance(one, EMPTY))


class SafeForm(FlaskForm):
    """Stripped texts without control characters, days of these centuries; errors of no field are kept apart."""

    class Meta:
        def bind_field(self, form: FlaskForm, unbound: Any, options: dict[str, Any]) -> Field:
            filters = list(unbound.kwargs.get("filters", ()))
            if issubclass(unbound.field_class, StringField) and strip not in filters:
                unbound.kwargs["filters"] = [*filters, strip]
            field = unbound.bind(form=form, **options)
            field.validators = [*_with_stop(field.validators), *_checks_of(field)]
            return field

        def get_translations(self, form: FlaskForm) -> OwnSentences:
            """Our sentences; the library would read its catalogue anew for every request."""
            return OWN_SENTENCES

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """What was sent as a form. The library would read a JSON body, of any depth, as well."""
            if formdata is not FROM_REQUEST:
                return formdata
            sent = CombinedMultiDict([request.files, request.form])
            return sent if request.method in SUBMIT_METHODS and sent else None

    def __init__(self, formdata: Any = FROM_REQUEST, **given: Any) -> None:
        super().__init__(formdata=formdata, **given)


class CreateForm(SafeForm):
    """A form that creates something: carries a token, so that sending it twice creates one."""

    form_token = HiddenField("", default=new_token, validators=[Length(min=16, max=64)])


class VersionField(IntegerField):
    """The version of the row when its form was opened."""

    widget = HiddenInput()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[Optional()], **kwargs)


def add_domain_error(form: SafeForm, error: DomainError) -> None:
    """Show a refusal next to the field it is about, or on top of the form.

    After somebody else's change the form takes over the version there is now: sent again, it is saved.
    """
    version = form._fields.get("version")
    if isinstance(error, Stale) and version is not None and "current" in error.params:
        version.data, version.raw_data = error.params["current"], None
    for one in error.each if isinstance(error, SeveralInvalid) else [error]:
        field = form._fields.get(one.field or "")
        if field is None:
            form.form_errors.append(say(one))
        else:
            field.errors = [*field.errors, say(one)]


def all_errors(form: SafeForm) -> str:
    """Every refusal of a form in one line, for a script that sent it."""
    return " ".join(str(line) for lines in form.errors.values() for line in lines)


def options(words: Mapping[Any, Any]) -> list[SelectChoice]:
    """Choices of a select or of radio buttons from value and words, in their order."""
    return [SelectChoice(str(value), word) for value, word in words.items()]


def optional_int(value: str) -> int | None:
    """For select fields: the empty choice is None."""
    return int(value) if value else None
