"""A report, and what came of it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from backoffice.clients.regions import Region
from backoffice.incidents.actions import LONGEST, LONGEST_EXERCISE
from backoffice.incidents.models import IncidentKind
from blueprints.incidents.words import KIND_WORDS, REGION_WORDS
from blueprints.support.forms import CreateForm, SafeForm, VersionField, optional_int, options

_LENGTH = Length(max=LONGEST)


def _region(value: Any) -> Region | None:
    return Region(value) if value else None


class ReportForm(CreateForm):
    """What happened: the first two fields are enough beside the rack, the rest can follow from memory."""

    kind = RadioField(
        _l("What was it?"), choices=options(KIND_WORDS), coerce=IncidentKind, default=IncidentKind.NEAR_MISS
    )
    what = TextAreaField(_l("What happened exactly"), validators=[InputRequired(), _LENGTH])
    person_id = SelectField(_l("Guest"), coerce=optional_int, default="")
    region = SelectField(
        _l("Part of the body"), coerce=_region, choices=options({"": _l("none"), **REGION_WORDS}), default=""
    )
    exercise = StringField(_l("Exercise"), validators=[Length(max=LONGEST_EXERCISE)])
    day = DateField(_l("Day"), validators=[InputRequired()])
    clock = TimeField(_l("Time of day"), validators=[InputRequired()])
    action = TextAreaField(_l("What was done at once"), validators=[_LENGTH])
    follow_up = TextAreaField(_l("What has to follow"), validators=[_LENGTH])
    follow_up_due = DateField(_l("By"), validators=[Optional()])


class OutcomeForm(SafeForm):
    """What came of it; without it nothing is settled."""

    outcome = TextAreaField(_l("What was done about it"), validators=[InputRequired(), _LENGTH])
    version = VersionField()
