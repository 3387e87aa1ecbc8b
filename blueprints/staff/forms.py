"""Forms of sign-in, the lock screen and one's own account."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from blueprints.support.forms import SafeForm

PASSWORD_RULES = (DataRequired(_l("Please enter your password.")), Length(max=200))


class SignInForm(SafeForm):
    """Mail address, password, and whether this is the PC that several people share."""

    email = EmailField(
        _l("Mail address"), validators=[DataRequired(_l("Please enter your mail address.")), Length(max=254)]
    )
    password = PasswordField(_l("Password"), validators=PASSWORD_RULES)
    shared = BooleanField(_l("This computer is shared"))
    next = HiddenField(validators=[Length(max=2000)])


class PasswordForm(SafeForm):
    """The password of the one who is working, again."""

    password = PasswordField(_l("Password"), validators=PASSWORD_RULES)
    next = HiddenField(validators=[Length(max=2000)])


class PinForm(SafeForm):
    """Who works next, and their PIN."""

    staff_id = StringField(_l("Who is working?"), validators=[Length(max=20)])
    pin = PasswordField(_l("PIN"), validators=[DataRequired(_l("Please enter the PIN.")), Length(max=12)])
    next = HiddenField(validators=[Length(max=2000)])
