"""Forms of joining: what is agreed at the desk, what is written on the tablet, what the house sets."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from backoffice.core.language import N_, Language
from backoffice.joining.actions import MOST_FEE
from backoffice.joining.answers import LONGEST, NAMES, Answers
from backoffice.joining.house import LONGEST_TERMS
from backoffice.joining.signing import LONGEST as LONGEST_DRAWING
from blueprints.billing.words import KINDS
from blueprints.bookings.words import METHOD_WORDS
from blueprints.joining.words import FROM_WORDS, KIND_WORDS
from blueprints.memberships.words import OLD_TICKET_WORDS
from blueprints.studio.forms import NAME, Sections, SettingsForm
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options
from blueprints.support.language import language

TEXT = Length(max=LONGEST)


class AgreementForm(CreateForm):
    """What desk and guest agree on."""

    plan_id = RadioField(_l("Plan"), coerce=int, validators=[InputRequired(_l("Please choose a plan."))])
    starts_on = DateField(_l("Starts on"), validators=[InputRequired(_l("Please give the first day."))])
    main_trainer_id = SelectField(_l("Main trainer"), coerce=int)
    joining_fee_yen = IntegerField(
        _l("Joining fee (yen)"), validators=[InputRequired(), NumberRange(0, MOST_FEE)]
    )
    discount_ids = SelectMultipleField(
        _l("Discounts"), coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    referrer = StringField(_l("Referred by"), validators=[Length(max=100)])
    version = VersionField()


class FinishForm(CreateForm):
    """Make a member: how what joining costs is paid, and the trial fee where one is due."""

    paid_with = SelectField(
        _l("To pay when joining (tax included)"),
        choices=options({"": _l("later, by invoice"), **KINDS}),
        default="",
    )
    old_tickets = RadioField(
        _l("Earlier tickets"), choices=options(OLD_TICKET_WORDS), validators=[Optional()]
    )
    fee = SelectField(_l("Trial fee"), choices=options({"": _l("still open"), **METHOD_WORDS}), default="")
    is_on_paper = BooleanField()
    is_complete = BooleanField(
        _l("The printed form gives the date of birth; if they are under 18, a guardian has signed it.")
    )
    version = VersionField()

    def validate_is_complete(self, field: BooleanField) -> None:
        """Nobody else looks at a printed form: whoever takes it in says that it is whole."""
        if self.is_on_paper.data and not field.data:
            raise ValidationError(_l("Please look at the printed form first."))


class PaperForm(CreateForm):
    """What the new member writes and signs."""

    name = StringField(_l("Name"), validators=[DataRequired(), TEXT])
    kana = StringField(_l("Kana"), validators=[DataRequired(), TEXT])
    birth_date = DateField(_l("Date of birth"), validators=[InputRequired()])
    postal_code = StringField(_l("Postal code"), validators=[DataRequired(), Length(max=20)])
    address = StringField(_l("Address"), validators=[DataRequired(), TEXT])
    phone = TelField(_l("Phone"), validators=[DataRequired(), TEXT])
    mail = EmailField(_l("Mail"), validators=[TEXT])
    emergency_name = StringField(_l("Name of the emergency contact"), validators=[DataRequired(), TEXT])
    emergency_relation = StringField(_l("Relation to you"), validators=[DataRequired(), TEXT])
    emergency_phone = TelField(_l("Phone of the emergency contact"), validators=[DataRequired(), TEXT])
    guardian_name = StringField(_l("Name of the guardian"), validators=[TEXT])
    agrees = BooleanField(_l("I have read the terms and agree to them."), validators=[DataRequired()])
    signature = HiddenField(_l("Signature"), validators=[Length(max=LONGEST_DRAWING)])
    guardian_signature = HiddenField(
        _l("Signature of the guardian"), validators=[Length(max=LONGEST_DRAWING)]
    )
    terms_number = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    version = VersionField()

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        if language() != Language.JA:  # a Latin name has no reading
            self.kana.validators = [one for one in self.kana.validators if not isinstance(one, DataRequired)]
            self.kana.flags.required = False

    @classmethod
    def of(cls, answers: Answers, *, terms_number: int, version: int) -> "PaperForm":
        """The form as far as it was filled in."""
        texts = {name: getattr(answers, name) for name in NAMES}
        return cls(
            formdata=None,
            data={**texts, "birth_date": answers.born, "terms_number": terms_number, "version": version},
        )

    def answers(self) -> Answers:
        """What was typed."""
        texts = {name: self._fields[name].data or "" for name in NAMES if name != "birth_date"}
        born = self.birth_date.data
        return Answers(**texts, birth_date="" if born is None else born.isoformat())


class DiscountForm(SettingsForm):
    """Something to take off."""

    SECTIONS: ClassVar[Sections] = (
        (N_("What it is"), ("name_ja", "name_en", "kind", "position")),
        (N_("How much"), ("taken_from", "yen", "percent")),
        (N_("When somebody signs"), ("valid_from", "valid_until")),
    )
    HINTS: ClassVar[dict[str, Any]] = {
        "yen": _l("Either yen or percent. Never more than there is."),
        "valid_from": _l("Empty: without a first day."),
        "valid_until": _l("Empty: without a last day. The day itself still counts."),
        "position": _l("Smaller numbers stand first."),
    }

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Name (English)"), validators=[DataRequired(), NAME])
    kind = SelectField(_l("Kind"), choices=options(KIND_WORDS))
    position = IntegerField(_l("Place in the order"), validators=[InputRequired(), NumberRange(0, 999)])
    taken_from = SelectField(_l("Taken off"), choices=options(FROM_WORDS))
    yen = IntegerField(_l("Yen"), validators=[Optional(), NumberRange(1, MOST_FEE)])
    percent = IntegerField(_l("Percent"), validators=[Optional(), NumberRange(1, 100)])
    valid_from = DateField(_l("First day"), validators=[Optional()])
    valid_until = DateField(_l("Last day"), validators=[Optional()])


class NewDiscountForm(DiscountForm):
    """The same for one to come."""

    form_token = CreateForm.form_token


class JoiningFeeForm(SettingsForm):
    """What joining costs, before anything is taken off."""

    joining_fee_yen = IntegerField(
        _l("Joining fee (yen)"), validators=[InputRequired(), NumberRange(0, MOST_FEE)]
    )


class TermsForm(SafeForm):
    """The terms in both languages; `version` is the number that is edited."""

    text_ja = TextAreaField(_l("In Japanese"), validators=[DataRequired(), Length(max=LONGEST_TERMS)])
    text_en = TextAreaField(_l("In English"), validators=[DataRequired(), Length(max=LONGEST_TERMS)])
    version = VersionField()
