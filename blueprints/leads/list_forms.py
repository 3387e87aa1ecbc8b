"""Forms of the lists leads choose from."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired

from blueprints.studio.forms import NAME, SettingsForm, amount
from blueprints.support.forms import CreateForm


class EntryForm(SettingsForm):
    """One entry: its names and its place."""

    SECTIONS = (("", ("name_ja", "name_en", "position")),)

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Name (English)"), validators=[DataRequired(), NAME])
    position = amount(_l("Place in the order"), 999)


class NewEntryForm(CreateForm):
    """An entry to add."""

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Name (English)"), validators=[DataRequired(), NAME])
