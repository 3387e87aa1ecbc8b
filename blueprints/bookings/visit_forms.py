"""What a visitor types: who they are, how to reach them, what to lay out, and their consent."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from backoffice.bookings.guests import SHOE_SIZES, WEAR_SIZES
from backoffice.core.contact import is_kana, parse_mail, parse_phone
from backoffice.core.language import N_
from blueprints.support.forms import CreateForm, SafeForm, VersionField

CANCEL_REASONS = (
    N_("The date does not suit me any more"),
    N_("I will book another day"),
    N_("I decided otherwise"),
    N_("Another reason"),
    N_("I would rather not say"),
)


class VisitForm(CreateForm):
    """The booking of one visitor. A name or its reading is enough, and a phone or a mail address."""

    name = StringField(
        _l("Name as you write it"), validators=[Length(max=60, message=_l("Please keep this shorter."))]
    )
    kana = StringField(
        _l("Name in kana"), validators=[Length(max=60, message=_l("Please keep this shorter."))]
    )
    phone = StringField(_l("Phone"), validators=[Length(max=40, message=_l("Please keep this shorter."))])
    mail = StringField(
        _l("Mail address"), validators=[Length(max=200, message=_l("Please keep this shorter."))]
    )
    wear = RadioField(
        _l("Do you bring wear and shoes?"),
        choices=[
            SelectChoice("own", _l("I bring my own")),
            SelectChoice("borrow", _l("I come empty-handed")),
        ],
        default="own",
    )
    wear_size = SelectField(
        _l("Size of wear"),
        choices=[SelectChoice("", _l("Please choose")), *(SelectChoice(size, size) for size in WEAR_SIZES)],
    )
    shoe_cm = SelectField(
        _l("Shoes"),
        choices=[
            SelectChoice("", _l("I bring shoes")),
            *(SelectChoice(size, f"{size} cm") for size in SHOE_SIZES),
        ],
        validators=[Optional()],
    )
    enquiry = TextAreaField(
        _l("What is on your mind"), validators=[Length(max=1000, message=_l("Please keep this shorter."))]
    )
    consent = BooleanField(
        _l("I agree to the terms of use and the handling of personal data"),
        validators=[InputRequired(_l("Please agree before you book."))],
    )
    follow_up = BooleanField(_l("The gym may write to me after the visit (you can stop this at any time)"))
    website = StringField(_l("Please leave this empty"))
    shown = HiddenField()
    terms_number = HiddenField()
    vouched = HiddenField()

    def validate_name(self, field: Any) -> None:
        """One of the two names is needed."""
        if not field.data and not self.kana.data:
            raise ValidationError(_l("Please enter your name, or its reading in kana."))

    def validate_kana(self, field: Any) -> None:
        """The reading is written in kana."""
        if field.data and not is_kana(field.data):
            raise ValidationError(_l("Please enter the reading in hiragana or katakana."))

    def validate_phone(self, field: Any) -> None:
        """One of the two ways to reach somebody is needed, and a phone must be one that can be called."""
        if not field.data and not self.mail.data:
            raise ValidationError(
                _l("Please give a phone number or a mail address, so that we can reach you.")
            )
        if field.data and parse_phone(field.data) is None:
            raise ValidationError(_l("This phone number cannot be read. For example: 090-1234-5678"))

    def validate_mail(self, field: Any) -> None:
        """An address must be one that mail can go to."""
        if field.data and parse_mail(field.data) is None:
            raise ValidationError(_l("This mail address cannot be read. For example: hanako@example.jp"))

    def validate_wear_size(self, field: Any) -> None:
        """Whoever borrows says which size."""
        if self.borrows and not field.data:
            raise ValidationError(_l("Please choose a size, so that it lies ready."))

    @property
    def borrows(self) -> bool:
        """Whether wear is to be laid out."""
        return "wear" in self and self.wear.data == "borrow"

    def leave_out_wear(self) -> None:
        """For a service that needs none."""
        del self.wear, self.wear_size, self.shoe_cm


class MoveForm(SafeForm):
    """Only the version and the cross-site token; the new time is in the address that was shown."""

    version = VersionField()


class CancelForm(SafeForm):
    """Why, if somebody likes to say."""

    reason = SelectField(
        _l("Reason (you need not say)"),
        choices=[
            SelectChoice("", ""),
            *(SelectChoice(text, _l(text)) for text in CANCEL_REASONS),
        ],
    )
    version = VersionField()
