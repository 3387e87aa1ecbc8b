"""How exercises are described on pages."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from backoffice.clients.limits import LIMIT_WORDS
from backoffice.exercises.models import Exercise, Source
from backoffice.exercises.queries import ExerciseRow, Show
from backoffice.exercises.vocabulary import (
    COUNTED_WORDS,
    EQUIPMENT_WORDS,
    MUSCLE_WORDS,
    SECTION_WORDS,
    SETTING_WORDS,
    Counted,
    Unit,
)

SHOW_WORDS = {
    Show.READY: _l("in use"),
    Show.UNNAMED: _l("no Japanese name"),
    Show.ARCHIVED: _l("not in use"),
}

SOURCE_WORDS = {
    Source.OWN: _l("written here"),
    Source.START: _l("there from the start"),
    Source.FREE_EXERCISE_DB: _l("imported from free-exercise-db"),
}

EXERCISE_WORDS = {
    "sections": SECTION_WORDS,
    "settings": SETTING_WORDS,
    "muscles": MUSCLE_WORDS,
    "equipments": EQUIPMENT_WORDS,
    "limits": LIMIT_WORDS,
    "shows": SHOW_WORDS,
    "sources": SOURCE_WORDS,
}
"""What templates of the library look words up in."""


def prescription(one: Exercise | ExerciseRow) -> str:
    """The usual prescription in words, as far as it is said: 2 sets · 10 reps · each side · hold 3 s."""
    parts = [ngettext("%(num)s set", "%(num)s sets", one.sets) if one.sets else "", _amount(one)]
    if one.counted != Counted.TOTAL:
        parts.append(_(COUNTED_WORDS[Counted(one.counted)]))
    if one.hold_seconds:
        parts.append(_("hold %(n)s s", n=one.hold_seconds))
    return " · ".join(part for part in parts if part)


def _amount(one: Exercise | ExerciseRow) -> str:
    if not one.amount:
        return ""
    number = f"{one.amount}–{one.amount_to}" if one.amount_to else str(one.amount)
    match Unit(one.unit):
        case Unit.REPS:
            return _("%(n)s reps", n=number)
        case Unit.HOLD:
            return _("hold %(n)s s", n=number)
        case Unit.BREATHS:
            return _("%(n)s breaths", n=number)
        case Unit.MINUTES:
            return _("%(n)s min", n=number)
