"""Forms of one's own account, of links that choose a password, and of the team."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length
from wtforms.widgets import CheckboxInput, ListWidget

from backoffice.core.language import Language
from blueprints.staff.forms import PASSWORD_RULES
from blueprints.support.appearance import ROLE_WORDS
from blueprints.support.forms import CreateForm, SafeForm, VersionField

LANGUAGES = (SelectChoice(Language.JA.value, "日本語"), SelectChoice(Language.EN.value, "English"))
MAIL_RULES = (DataRequired(_l("Please enter a mail address.")), Length(max=254))


class NewPasswordForm(SafeForm):
    """A password, twice, so that a slip of the finger does not lock anybody out."""

    password = PasswordField(_l("New password"), validators=PASSWORD_RULES)
    again = PasswordField(
        _l("New password again"),
        validators=[EqualTo("password", _l("The two passwords differ.")), Length(max=200)],
    )


class ChangePasswordForm(NewPasswordForm):
    """The old password as well, when somebody changes their own."""

    old_password = PasswordField(_l("Present password"), validators=PASSWORD_RULES)


class ResetRequestForm(SafeForm):
    """Where to send the link."""

    email = EmailField(_l("Mail address"), validators=MAIL_RULES)


class OwnPinForm(SafeForm):
    """Four to eight digits for shared screens."""

    pin = PasswordField(_l("New PIN"), validators=[DataRequired(_l("Please enter the PIN.")), Length(max=8)])


class LanguageForm(SafeForm):
    """The language of one's own screens and mails."""

    language = SelectField(_l("Language"), choices=LANGUAGES)


class MemberForm(SafeForm):
    """A member of the team as the owner sees them."""

    name = StringField(_l("Name"), validators=[DataRequired(_l("Please enter a name.")), Length(max=100)])
    name_en = StringField(_l("Name in English"), validators=[Length(max=100)])
    mail = EmailField(_l("Mail address"), validators=MAIL_RULES)
    roles = SelectMultipleField(
        _l("Roles"),
        choices=[SelectChoice(role.value, _l(words)) for role, words in ROLE_WORDS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    language = SelectField(_l("Language"), choices=LANGUAGES)
    version = VersionField()


class InviteForm(MemberForm, CreateForm):
    """The same, for somebody new; sent twice it invites once."""

    version = None
