"""How programs are told: weekdays, a prescription in one line, a warning with its reason."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backoffice.clients.limits import LIMIT_WORDS, Limit
from backoffice.core.language import Language
from backoffice.exercises.vocabulary import MUSCLE_WORDS, SECTION_WORDS, Muscle, Setting
from backoffice.programs.muscles import shade
from backoffice.programs.plan import PlannedItem
from backoffice.programs.warnings import PlanWarning, WarningKind
from blueprints.exercises.words import prescription
from blueprints.support.filters import either
from blueprints.support.language import speaking

WEEKDAYS = (
    _l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"),
)  # fmt: skip
PLACES = {Setting.GYM: _l("Gym"), Setting.HOME: _l("Home program")}


def planned(item: PlannedItem) -> str:
    """3 sets · 8–10 reps · 60 kg · RPE 8 · rest 90 s."""
    parts = [prescription(item)]
    if item.load_kg is not None:
        parts.append(_("%(kg)s kg", kg=f"{item.load_kg.normalize():f}"))
    if item.rpe is not None:
        parts.append(_("RPE %(n)s", n=f"{item.rpe.normalize():f}"))
    if item.rest_seconds:
        parts.append(_("rest %(n)s s", n=item.rest_seconds))
    return " · ".join(part for part in parts if part)


def in_both(item: PlannedItem) -> list[tuple[str, str]]:
    """The same in Japanese and in English, for paper: language and words."""
    both = []
    for code in Language:
        with speaking(code):
            both.append((code.value, planned(item)))
    return both


def reason(warning: PlanWarning) -> str:
    """One sentence: where, and why."""
    day = "" if warning.weekday is None else str(WEEKDAYS[warning.weekday])
    name = "" if warning.item is None else either(warning.item.name_ja, warning.item.name_en)
    match warning.kind:
        case WarningKind.LIMIT:
            limits = _listed([LIMIT_WORDS[Limit(key)] for key in warning.keys])
            return _("%(day)s, %(exercise)s: careful with %(limits)s.", day=day, exercise=name, limits=limits)
        case WarningKind.CONSECUTIVE:
            muscles = _listed([MUSCLE_WORDS[Muscle(key)] for key in warning.keys])
            return _("%(day)s: the day before trains %(muscles)s as well. Leave a day between, or stretch.",
                     day=day, muscles=muscles)  # fmt: skip
        case WarningKind.TOO_MANY:
            return _("%(planned)s sessions are planned, %(agreed)s a week were agreed.",
                     planned=warning.after, agreed=warning.before)  # fmt: skip
        case WarningKind.JUMP:
            return _("%(day)s, %(exercise)s: from %(before)s to %(after)s kg is more than 10 %% at once.", day=day,
                     exercise=name, before=_kg(warning.before), after=_kg(warning.after))  # fmt: skip


def _kg(value: Any) -> str:
    return f"{value.normalize():f}"


def _listed(words: Sequence[str]) -> str:
    return _(", ").join(_(word).lower() for word in words)


PROGRAM_WORDS = {
    "weekdays": WEEKDAYS,
    "places": PLACES,
    "sections": SECTION_WORDS,
    "muscles": MUSCLE_WORDS,
    "limit_names": LIMIT_WORDS,
    "planned": planned,
    "in_both": in_both,
    "reason": reason,
    "shade": shade,
}
"""What templates of programs look words up in."""
