"""A program as it is read: values only, and the reckoning of its weeks. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One exercise of a day. Loads in kg, hold and rest in seconds, effort as RPE; `limits` are the exercise's."""

    id: int
    exercise_id: int
    name_ja: str
    name_en: str
    section: str
    block: int
    unit: str
    counted: str
    sets: int
    amount: int
    amount_to: int | None
    load_kg: Decimal | None
    hold_seconds: int | None
    rest_seconds: int | None
    rpe: Decimal | None
    note: str
    limits: tuple[str, ...]
    muscles: tuple[str, ...]
    supporting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedWorkout:
    """One day of a program: week of the round (from 1), weekday (0 is Monday), its exercises in order."""

    program_id: int
    version_id: int
    workout_id: int
    week: int
    weekday: int
    name_ja: str
    name_en: str
    items: tuple[PlannedItem, ...]


@dataclass(frozen=True, slots=True)
class PlannedVersion:
    """A program as it is from a date on."""

    program_id: int
    version_id: int
    valid_from: date
    starts_on: date | None
    weeks: int
    weekly: int
    workouts: tuple[PlannedWorkout, ...]

    def week_on(self, day: date) -> int:
        """Which week of the round (from 1) a day is in."""
        return 1 if self.starts_on is None else week_of(self.starts_on, day, self.weeks)

    def in_week(self, week: int) -> list[PlannedWorkout]:
        """The days of one week, in order."""
        return [one for one in self.workouts if one.week == week]

    def at(self, week: int, weekday: int) -> PlannedWorkout | None:
        """The day at this place."""
        return next((one for one in self.in_week(week) if one.weekday == weekday), None)


def week_of(starts_on: date, day: date, weeks: int) -> int:
    """Which week of a round of `weeks` (from 1) a day is in; the first begins on the Monday of `starts_on`."""
    return weeks_since(starts_on, day) % weeks + 1


def weeks_since(starts_on: date, day: date) -> int:
    """How many Mondays have come since the week of `starts_on`."""
    return (_monday(day) - _monday(starts_on)).days // 7


def nearest(workouts: list[PlannedWorkout], day: date) -> PlannedWorkout | None:
    """Of the days of a week the one to do on `day`: its own, else the closest, of two the one missed."""
    return min(workouts, key=lambda one: (abs(one.weekday - day.weekday()), one.weekday), default=None)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
