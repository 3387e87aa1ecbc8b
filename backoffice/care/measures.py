"""What can be asked in a check-in (体調・食事の記録): the questions, their scales, and what is aimed at."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Measure(StrEnum):
    """A question answered by a number; the value is the name of its column."""

    SLEEP = "sleep_hours"
    FATIGUE = "fatigue"
    SORENESS = "soreness"
    MEALS = "meals_kept"
    STRESS = "stress"
    WATER = "water_litres"
    PROTEIN = "protein_meals"
    VEGETABLES = "vegetable_meals"
    STAPLE = "staple"
    FAT = "fat"
    SCREENS = "screens_off_minutes"


class Extra(StrEnum):
    """A question answered by words, a link or a photo; encrypted."""

    WORDS = "few_words"
    VIDEO = "video"
    MEAL = "meal_photo"


@dataclass(frozen=True)
class Scale:
    """The answers of a question, from the least to the most."""

    steps: tuple[Decimal, ...]

    def holds(self, value: Decimal) -> bool:
        """Whether this is one of the answers."""
        return value in self.steps


def _scale(*steps: str | int) -> Scale:
    return Scale(tuple(Decimal(one) for one in steps))


_LOW_TO_HIGH = _scale(1, 2, 3, 4, 5)
_HOW_MANY_MEALS = _scale(0, 1, 2, 3)
SCALES: dict[Measure, Scale] = {
    Measure.SLEEP: _scale(3, 4, 5, "5.5", 6, "6.5", 7, "7.5", 8, 9, 10),
    Measure.FATIGUE: _LOW_TO_HIGH,
    Measure.SORENESS: _LOW_TO_HIGH,
    Measure.MEALS: _HOW_MANY_MEALS,
    Measure.STRESS: _LOW_TO_HIGH,
    Measure.WATER: _scale("0.5", 1, "1.5", 2, "2.5", 3),
    Measure.PROTEIN: _HOW_MANY_MEALS,
    Measure.VEGETABLES: _HOW_MANY_MEALS,
    Measure.STAPLE: _scale(1, 2, 3),
    Measure.FAT: _scale(1, 2, 3),
    Measure.SCREENS: _scale(0, 15, 30, 60, 90),
}
"""Sleep in hours (3: three or less, 10: ten or more), water in litres, screens off in minutes before bed; meals of a
day that went as agreed, held protein, held vegetables; the others from little (1) to much, for staple and fat from
poor to good."""

ALWAYS = (Measure.SLEEP, Measure.FATIGUE, Measure.SORENESS, Measure.MEALS)
"""Asked of everybody: four taps."""
AT_A_SESSION = (Measure.SLEEP, Measure.FATIGUE, Measure.SORENESS)
"""The short form of the day of a session: last night, today, the muscles."""
MAY_BE_ASKED: tuple[Measure | Extra, ...] = (
    Measure.STRESS, Measure.WATER, Measure.PROTEIN, Measure.VEGETABLES, Measure.STAPLE, Measure.FAT, Measure.SCREENS,
    Extra.WORDS, Extra.VIDEO, Extra.MEAL,
)  # fmt: skip
"""What a trainer can switch on for a client."""

TARGETS: dict[Measure, Decimal] = {
    Measure.SLEEP: Decimal(7),
    Measure.WATER: Decimal("1.5"),
    Measure.PROTEIN: Decimal(3),
    Measure.SCREENS: Decimal(60),
}
"""What is aimed at, unless a trainer agreed on something else with a client: hours, litres a day, meals with protein,
minutes without a screen before bed."""

MORE_IS_WORSE = frozenset({Measure.FATIGUE, Measure.SORENESS, Measure.STRESS})


class Habit(StrEnum):
    """The daily routine, from the morning to bed."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"
    NIGHT = "night"
    BEDTIME = "bedtime"
