"""The filters of the library, read from its address and written back into links."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request, url_for

from backoffice.exercises.queries import ExerciseFilters, Show
from backoffice.exercises.vocabulary import Equipment, Muscle, Section, Setting
from blueprints.support.studio import current_studio

BODYWEIGHT = "none"


@dataclass(frozen=True)
class Asked:
    """What the address asks: as words for links and fields, and as filters for the query."""

    words: dict[str, str]
    filters: ExerciseFilters

    def link(self, **changes: str | int | None) -> str:
        """The address of the list that asks the same with `changes`; None leaves a parameter out."""
        asked = {name: value for name, value in {**self.words, **changes}.items() if value}
        return f"{url_for('exercises.index')}?{urlencode(asked)}".removesuffix("?")


def read_filters() -> Asked:
    """Read the address; what makes no sense is left out."""
    words = {name: value for name in _READ if (value := _known(name, request.args.get(name, "")[:100]))}
    equipment = words.get("equipment", "")
    filters = ExerciseFilters(
        current_studio().id,
        query=words.get("q", ""),
        show=Show(words.get("show", Show.READY)),
        section=Section(words["section"]) if "section" in words else None,
        setting=Setting(words["setting"]) if "setting" in words else None,
        muscle=Muscle(words["muscle"]) if "muscle" in words else None,
        equipment=Equipment(equipment) if equipment not in ("", BODYWEIGHT) else None,
        bodyweight=equipment == BODYWEIGHT,
    )
    return Asked(words, filters)


def read_cursor() -> int | None:
    """The id of the last row shown; nonsense begins at the top."""
    value = request.args.get("after", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None


_READ: dict[str, frozenset[str] | None] = {
    "q": None,
    "show": frozenset(Show) - {Show.READY},
    "section": frozenset(Section),
    "setting": frozenset(Setting),
    "muscle": frozenset(Muscle),
    "equipment": frozenset(Equipment) | {BODYWEIGHT},
}
"""The parameters, and what may stand in each; None is any text."""


def _known(name: str, value: str) -> str:
    allowed = _READ[name]
    if allowed is None:
        return value.replace("\x00", "").strip()
    return value if value in allowed else ""
