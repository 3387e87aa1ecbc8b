"""The words of the project free-exercise-db (public domain) and ours: muscles, equipment, kinds of training."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backoffice.clients.limits import Limit
from backoffice.core.contact import plain_text
from backoffice.core.language import N_
from backoffice.exercises.draft import LONGEST_CUES, ExerciseDraft
from backoffice.exercises.vocabulary import Counted, Equipment, Muscle, Section, Setting, Unit

BAD_FIELD = N_("A part of the entry is not as it should be: %(text)s")
UNKNOWN = N_("This word is not known: %(text)s")

_MUSCLES: Mapping[str, tuple[Muscle, ...]] = {
    "abdominals": (Muscle.ABDOMINALS,),
    "abductors": (Muscle.ABDUCTORS,),
    "adductors": (Muscle.ADDUCTORS,),
    "biceps": (Muscle.BICEPS,),
    "calves": (Muscle.CALVES,),
    "chest": (Muscle.PECTORALS,),
    "forearms": (Muscle.FOREARMS,),
    "glutes": (Muscle.GLUTES,),
    "hamstrings": (Muscle.HAMSTRINGS,),
    "lats": (Muscle.LATISSIMUS_DORSI,),
    "lower back": (Muscle.ERECTOR_SPINAE,),
    "middle back": (Muscle.RHOMBOIDS, Muscle.MIDDLE_LOWER_TRAPEZIUS),
    "neck": (Muscle.NECK,),
    "quadriceps": (Muscle.QUADRICEPS,),
    "shoulders": (Muscle.DELTOIDS,),
    "traps": (Muscle.UPPER_TRAPEZIUS,),
    "triceps": (Muscle.TRICEPS,),
}
_EQUIPMENT: Mapping[str, tuple[Equipment, ...]] = {
    "body only": (),
    "bands": (Equipment.BAND,),
    "barbell": (Equipment.BARBELL,),
    "cable": (Equipment.CABLE,),
    "dumbbell": (Equipment.DUMBBELL,),
    "e-z curl bar": (Equipment.EZ_BAR,),
    "exercise ball": (Equipment.EXERCISE_BALL,),
    "foam roll": (Equipment.FOAM_ROLLER,),
    "kettlebells": (Equipment.KETTLEBELL,),
    "machine": (Equipment.MACHINE,),
    "medicine ball": (Equipment.MEDICINE_BALL,),
    "other": (Equipment.OTHER,),
}
_SECTIONS: Mapping[str, tuple[Section, ...]] = {
    "cardio": (Section.CARDIO,),
    "olympic weightlifting": (Section.MAIN,),
    "plyometrics": (Section.MAIN,),
    "powerlifting": (Section.MAIN,),
    "strength": (Section.MAIN,),
    "stretching": (Section.COOL_DOWN,),
    "strongman": (Section.MAIN,),
}
_HEAVY = {"olympic weightlifting", "powerlifting", "strongman"}
_AT_HOME = {Equipment.BAND, Equipment.EXERCISE_BALL, Equipment.FOAM_ROLLER}
_ONE_SIDED = re.compile(r"\b(?:one|single)[ -](?:arm|leg|hand)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry is left out: a sentence, and the value it speaks of."""

    message: str
    text: str = ""


class LeftOut(Exception):
    """An entry makes no exercise; `reason` says why."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.reason = Reason(message, plain_text(text, 60))


def draft_of(name: str, entry: Mapping[str, Any]) -> ExerciseDraft:
    """An entry in our words; instructions become the English cues. Raises `LeftOut` for what we have no word for."""
    category = _word(entry, "category")
    if category is None:
        raise LeftOut(BAD_FIELD, "category")
    equipment = _known(_EQUIPMENT, [_word(entry, "equipment") or "body only"])
    return ExerciseDraft(
        name_en=name,
        section=_known(_SECTIONS, [category])[0],
        settings=list(Setting) if set(equipment) <= _AT_HOME else [Setting.GYM],
        equipment=equipment,
        muscles=_known(_MUSCLES, _words(entry, "primaryMuscles")),
        supporting=_known(_MUSCLES, _words(entry, "secondaryMuscles")),
        limits=_limits(category, equipment),
        cues_en="\n".join(_words(entry, "instructions"))[:LONGEST_CUES],
        unit=_unit(category, _word(entry, "force")),
        counted=Counted.SIDE if _ONE_SIDED.search(name) else Counted.TOTAL,
    )


def _limits(category: str, equipment: list[Any]) -> list[Limit]:
    """What a kind of training brings with it; a trainer says the rest when the entry gets its Japanese name."""
    if category in _HEAVY:
        return [Limit.BREATH_HOLDING, Limit.LOW_BACK]
    jumps = category == "plyometrics" and Equipment.MEDICINE_BALL not in equipment
    return [Limit.JUMPING] if jumps else []


def _unit(category: str, force: str | None) -> Unit:
    if category == "cardio":
        return Unit.MINUTES
    return Unit.HOLD if category == "stretching" or force == "static" else Unit.REPS


def _known(table: Mapping[str, tuple[Any, ...]], words: list[str]) -> list[Any]:
    found: list[Any] = []
    for word in words:
        if word not in table:
            raise LeftOut(UNKNOWN, word)
        found += table[word]
    return found


def _word(entry: Mapping[str, Any], field: str) -> str | None:
    value = entry.get(field)
    if value is not None and not isinstance(value, str):
        raise LeftOut(BAD_FIELD, field)
    return value


def _words(entry: Mapping[str, Any], field: str) -> list[str]:
    value = entry.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise LeftOut(BAD_FIELD, field)
    return value
