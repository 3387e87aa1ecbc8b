"""Forms about people."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from backoffice.core.language import Language
from backoffice.people.actions import LONGEST_NOTE
from backoffice.people.details import LONGEST
from backoffice.people.models import Person
from backoffice.people.row import LONGEST_NAME
from blueprints.people.words import GENDER_WORDS
from blueprints.support.forms import CreateForm, SafeForm, VersionField, options

LONGEST_CONTACTS = 1_000


class PersonForm(SafeForm):
    """What is known of a person; phones and addresses one to a line, the first is the one used."""

    name = StringField(_l("Name"), validators=[Length(max=LONGEST_NAME)])
    kana = StringField(_l("Kana"), validators=[Length(max=LONGEST_NAME)])
    former_name = StringField(_l("Former name"), validators=[Length(max=LONGEST_NAME)])
    phone = TextAreaField(_l("Phone numbers"), validators=[Length(max=LONGEST_CONTACTS)])
    mail = TextAreaField(_l("Mail addresses"), validators=[Length(max=LONGEST_CONTACTS)])
    language = SelectField(
        _l("Language of messages"),
        choices=[SelectChoice(Language.JA.value, "日本語"), SelectChoice(Language.EN.value, "English")],
    )
    gender = SelectField(_l("Gender"), choices=options(GENDER_WORDS))
    birth_date = DateField(_l("Date of birth"), validators=[Optional()])
    version = VersionField()

    @classmethod
    def of(cls, person: Person) -> "PersonForm":
        """The form as the person stands, or as it was sent."""
        return cls(
            data={
                "name": person.name,
                "kana": person.kana,
                "former_name": person.former_name,
                "phone": "\n".join(phone.raw for phone in person.phones),
                "mail": "\n".join(mail.raw for mail in person.mails),
                "language": person.language,
                "gender": person.gender,
                "birth_date": person.birth_date,
                "version": person.version,
            }
        )


class DetailsForm(SafeForm):
    """Where somebody lives, and who is called in an emergency."""

    postal_code = StringField(_l("Postal code"), validators=[Length(max=20)])
    address = StringField(_l("Address"), validators=[Length(max=LONGEST)])
    emergency_name = StringField(_l("Emergency contact"), validators=[Length(max=LONGEST)])
    emergency_relation = StringField(_l("Relation"), validators=[Length(max=LONGEST)])
    emergency_phone = StringField(_l("Phone of the emergency contact"), validators=[Length(max=LONGEST)])
    version = VersionField()


class NoteForm(CreateForm):
    """A note about a person."""

    body = TextAreaField(_l("Note"), validators=[DataRequired(), Length(max=LONGEST_NOTE)])


def lines(text: str | None) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
