"""What topics, outcomes, questions and answers of CARE are called."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backoffice.care.measures import SCALES, Extra, Habit, Measure
from backoffice.care.models import Outcome, Topic
from backoffice.care.signals import Signal, SignalKind

TOPIC_WORDS = {
    Topic.REST: _l("Rest"),
    Topic.SLEEP: _l("Sleep"),
    Topic.DIET: _l("Diet"),
}
OUTCOME_WORDS = {
    Outcome.KEPT: _l("Kept"),
    Outcome.PARTLY: _l("Partly kept"),
    Outcome.NOT: _l("Not kept"),
    Outcome.DROPPED: _l("Dropped"),
}
MEASURE_WORDS: Mapping[Measure, Any] = {
    Measure.SLEEP: _l("Sleep (hours)"),
    Measure.FATIGUE: _l("Tiredness"),
    Measure.SORENESS: _l("Sore muscles"),
    Measure.MEALS: _l("Meals as agreed"),
    Measure.STRESS: _l("Stress"),
    Measure.WATER: _l("Water (litres)"),
    Measure.PROTEIN: _l("Meals with protein"),
    Measure.VEGETABLES: _l("Meals with vegetables"),
    Measure.STAPLE: _l("Kind of staple"),
    Measure.FAT: _l("Kind of fat"),
    Measure.SCREENS: _l("Screens off before bed (minutes)"),
}
"""In tables and charts."""
EXTRA_WORDS = {
    Extra.WORDS: _l("A few words"),
    Extra.VIDEO: _l("Link to a video of the form"),
    Extra.MEAL: _l("Photo of a meal"),
}
QUESTIONS: Mapping[Measure, Any] = {
    Measure.SLEEP: _l("How many hours did you sleep last night?"),
    Measure.FATIGUE: _l("How tired are you now?"),
    Measure.SORENESS: _l("How sore are your muscles?"),
    Measure.MEALS: _l("How many of the last three meals went as agreed?"),
    Measure.STRESS: _l("How much stress do you feel?"),
    Measure.WATER: _l("How much water do you drink a day (litres)?"),
    Measure.PROTEIN: _l("How many of the last three meals had protein?"),
    Measure.VEGETABLES: _l("How many of the last three meals had vegetables?"),
    Measure.STAPLE: _l("What was your staple food mostly like?"),
    Measure.FAT: _l("What kind of fat did you mostly have?"),
    Measure.SCREENS: _l("How many minutes before bed were screens off?"),
}
"""As the client is asked."""
_HOW_MUCH = (_l("None"), _l("A little"), _l("Some"), _l("Quite"), _l("Very"))
_MEALS = ("0", "1", "2", "3")
_ANSWERS: Mapping[Measure, tuple[Any, ...]] = {
    Measure.SLEEP: (_l("3 or less"), "4", "5", "5.5", "6", "6.5", "7", "7.5", "8", "9", _l("10 or more")),
    Measure.FATIGUE: _HOW_MUCH,
    Measure.SORENESS: _HOW_MUCH,
    Measure.MEALS: _MEALS,
    Measure.STRESS: _HOW_MUCH,
    Measure.WATER: ("0.5", "1", "1.5", "2", "2.5", _l("3 or more")),
    Measure.PROTEIN: _MEALS,
    Measure.VEGETABLES: _MEALS,
    Measure.STAPLE: (_l("White rice or bread"), _l("Half and half"), _l("Brown or wholegrain")),
    Measure.FAT: (_l("Fried or fatty meat"), _l("Half and half"), _l("Fish, nuts, plant oil")),
    Measure.SCREENS: ("0", "15", "30", "60", _l("90 or more")),
}
HABIT_WORDS = {
    Habit.MORNING: _l("Morning: stretch and breathe deeply after waking"),
    Habit.NOON: _l("Noon: circle the shoulder blades for a minute"),
    Habit.EVENING: _l("Evening: ten minutes of training at home"),
    Habit.NIGHT: _l("Night: a bath, and loosen the shoulder blades with a towel"),
    Habit.BEDTIME: _l("Bedtime: breathe slowly"),
}


def number(value: Decimal) -> str:
    """A number as it is said: one decimal at most, none when it is whole."""
    rounded = round(value, 1)
    return f"{rounded:f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:f}"


def answers_to(measure: Measure) -> dict[str, Any]:
    """The answers of a question with their words, in their order."""
    return {number(step): word for step, word in zip(SCALES[measure].steps, _ANSWERS[measure], strict=True)}


def answer_word(measure: Measure, value: Decimal | int | None) -> str:
    """An answer as it was chosen, or nothing."""
    if value is None:
        return ""
    said, steps = Decimal(value), SCALES[measure].steps
    return str(_ANSWERS[measure][steps.index(said)]) if said in steps else number(said)


def why(signal: Signal) -> str:
    """The sentence of a signal, with the data it stands on."""
    said = {
        "what": MEASURE_WORDS[signal.measure], "value": number(signal.value), "days": signal.count,
        "usual": number(signal.usual), "usual_days": signal.usual_count,
    }  # fmt: skip
    if signal.kind is SignalKind.SELF:
        return _(
            "%(what)s: %(value)s on average in the last 7 days (%(days)s answers), %(usual)s in the 28 days before"
            " (%(usual_days)s answers).",
            **said,
        )
    if signal.kind is SignalKind.TARGET:
        return _(
            "%(what)s: %(value)s on average in the last 7 days (%(days)s answers), the target is %(usual)s.",
            **said,
        )
    if signal.measure is Measure.SORENESS:
        return _(
            "Sore muscles today: %(value)s of 5. Stretching or easy cardio instead of strength work.", **said
        )
    return _("Tired today: %(value)s of 5. Ask before you load.", **said)
