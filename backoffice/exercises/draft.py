"""What is said of an exercise, checked and brought into the columns of its row."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backoffice.clients.limits import Limit
from backoffice.core.contact import is_kana, plain_text
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.exercises.search import fold, reading_key, search_text
from backoffice.exercises.vocabulary import Counted, Equipment, Muscle, Section, Setting, Unit

LONGEST_NAME = 120
LONGEST_CUES = 4_000
MOST = 999

NO_NAME = N_("Please enter a name.")
BAD_KANA = N_("Please enter the reading in hiragana or katakana.")
NO_SETTING = N_("Please choose at least one place.")
BAD_RANGE = N_("The upper amount must be larger than the first.")


@dataclass(frozen=True, slots=True)
class ExerciseDraft:
    """An exercise as it is typed, imported or there from the start. Amounts count the `unit`; None is left open."""

    name_ja: str = ""
    kana: str = ""
    name_en: str = ""
    section: str = Section.MAIN
    settings: Iterable[str] = (Setting.GYM,)
    equipment: Iterable[str] = ()
    muscles: Iterable[str] = ()
    supporting: Iterable[str] = ()
    limits: Iterable[str] = ()
    cues_ja: str = ""
    cues_en: str = ""
    unit: str = Unit.REPS
    counted: str = Counted.TOTAL
    sets: int | None = None
    amount: int | None = None
    amount_to: int | None = None
    hold_seconds: int | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of the row, without its keys. Refuses (Invalid) what makes no exercise."""
        values: dict[str, Any] = {
            "name_ja": _line(self.name_ja),
            "kana": _line(self.kana),
            "name_en": _line(self.name_en),
            "section": Section(self.section).value,
            "settings": _in_order(Setting, self.settings),
            "equipment": _in_order(Equipment, self.equipment),
            "muscles": _in_order(Muscle, self.muscles),
            "supporting": _in_order(Muscle, set(self.supporting) - set(self.muscles)),
            "limits": _in_order(Limit, self.limits),
            "cues_ja": plain_text(self.cues_ja, LONGEST_CUES),
            "cues_en": plain_text(self.cues_en, LONGEST_CUES),
            "unit": Unit(self.unit).value,
            "counted": Counted(self.counted).value,
        }
        values |= {
            name: _few(getattr(self, name), name) for name in ("sets", "amount", "amount_to", "hold_seconds")
        }
        _check(values)
        return values


def keys_of(values: dict[str, Any]) -> dict[str, str]:
    """The folded columns that belong to the names among `values`."""
    return {
        "ja_key": fold(values["name_ja"]),
        "kana_key": reading_key(values["name_ja"], values["kana"]),
        "en_key": fold(values["name_en"]),
        "search": search_text(values["name_ja"], values["kana"], values["name_en"]),
    }


def _line(text: str) -> str:
    return " ".join(plain_text(text, LONGEST_NAME).split())


def _check(values: dict[str, Any]) -> None:
    if not fold(values["name_ja"]) and (values["name_ja"] or not fold(values["name_en"])):
        raise Invalid(NO_NAME, field="name_ja")
    if values["kana"] and not is_kana(values["kana"]):
        raise Invalid(BAD_KANA, field="kana")
    if not values["settings"]:
        raise Invalid(NO_SETTING, field="settings")
    if values["amount_to"] is not None and values["amount_to"] <= (values["amount"] or MOST):
        raise Invalid(BAD_RANGE, field="amount_to")


def _few(number: int | None, field: str) -> int | None:
    if number is not None and not 1 <= number <= MOST:
        raise Invalid(N_("Please enter a number from 1 to %(most)s."), field=field, most=MOST)
    return number


def _in_order(kind: type[StrEnum], keys: Iterable[str]) -> list[str]:
    """The keys in the order of their list, each once. Raises ValueError for one that the list does not have."""
    wanted = {kind(key) for key in keys}
    return [one.value for one in kind if one in wanted]
