"""What a client told, as their trainer sees it: panels, the days in words, what is asked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor
from typing import Any

from flask_babel import gettext as _

from backoffice.care import queries
from backoffice.care.measures import ALWAYS, SCALES, TARGETS, Habit, Measure
from backoffice.care.models import CheckIn
from backoffice.care.signals import first_recent
from backoffice.files.agreed import may_be_shown
from backoffice.progress.queries import weights
from backoffice.session_logs.history import loads
from blueprints.care.charts import Axis, Panel, panel
from blueprints.care.words import MEASURE_WORDS, answer_word, answers_to, number

DRAWN = (Measure.SLEEP, Measure.FATIGUE, Measure.SORENESS, Measure.MEALS)
SHOWN_DAYS = 28


@dataclass(frozen=True)
class Telling:
    """What the page shows of eight weeks: panels on one axis, and the newest days as a table.

    `photos` are the check-ins with a photo that may be opened.
    """

    axis: Axis
    panels: list[Panel]
    measures: list[Measure]
    days: list[CheckIn]
    photos: frozenset[int]
    habits: dict[Habit, int]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw and nothing to open in these weeks."""
        return not self.panels and not self.days


def told_by(person_id: int, plan: queries.Plan, day: date) -> Telling:
    """What somebody told in the eight weeks until a day, and their load and weight below it. Three statements,
    and one more where there are photos."""
    axis = Axis.until(day)
    rows = queries.check_ins_of(person_id, axis.first, day)
    photos = _photos(person_id, rows)
    told = [
        row
        for row in rows
        if row.has_words or row.id in photos or any(_value(row, one) is not None for one in Measure)
    ]
    asked = [*ALWAYS, *plan.measures]
    answered = [one for one in Measure if any(_value(row, one) is not None for row in told)]
    return Telling(
        axis=axis,
        panels=[
            *[_panel(one, rows, plan, axis) for one in (*DRAWN, *plan.measures) if one in answered],
            *_load(person_id, axis),
            *_weight(person_id, axis),
        ],
        measures=[one for one in asked if one in answered],
        days=told[::-1][:SHOWN_DAYS],
        photos=photos,
        habits=_habits_kept(rows, plan, day),
    )


def _photos(person_id: int, rows: list[CheckIn]) -> frozenset[int]:
    found = frozenset(row.id for row in rows if row.meal_file_id is not None)
    return found if found and may_be_shown(person_id) else frozenset()


def _habits_kept(rows: list[CheckIn], plan: queries.Plan, day: date) -> dict[Habit, int]:
    """On how many of the last seven days each habit was ticked; nothing where none ever was."""
    recent = [row.habits for row in rows if row.day >= first_recent(day)]
    return {habit: sum(habit in ticked for ticked in recent) for habit in plan.habits} if any(recent) else {}


def _panel(measure: Measure, rows: list[CheckIn], plan: queries.Plan, axis: Axis) -> Panel:
    values = {row.day: value for row in rows if (value := _value(row, measure)) is not None}
    steps = SCALES[measure].steps
    newest = max(values)
    words = [str(word) for word in answers_to(measure).values()]
    return panel(
        MEASURE_WORDS[measure], values, axis, low=steps[0], high=steps[-1], words=words,
        newest=answer_word(measure, values[newest]), target=plan.targets[measure] if measure in TARGETS else None,
    )  # fmt: skip


def _load(person_id: int, axis: Axis) -> list[Panel]:
    """What was lifted in each session, in kg: load times repetitions over all sets; days without a session are gaps."""
    values = {one.held_on: one.kilograms for one in loads(person_id, axis.first) if one.kilograms > 0}
    if not values:
        return []
    newest = f"{number(values[max(values)])} kg"
    return [panel(_("Load (kg)"), values, axis, low=Decimal(0), high=max(values.values()), newest=newest)]


def _weight(person_id: int, axis: Axis) -> list[Panel]:
    """The weight in kg as it was measured, on the same days; its own range, as nobody's begins at nothing."""
    values = {
        one.day: Decimal(str(one.value)) for one in weights(person_id, axis.first) if one.day <= axis.last
    }
    if not values:
        return []
    low, high = floor(min(values.values())), ceil(max(values.values()))
    newest = f"{number(values[max(values)])} kg"
    low, high = (low, high) if low < high else (low - 1, high + 1)
    return [
        panel(
            _("Weight (kg)"), values, axis, low=Decimal(low), high=Decimal(high), newest=newest, joined=True
        )
    ]


def _value(row: Any, measure: Measure) -> Decimal | None:
    value = getattr(row, measure.value)
    return None if value is None else Decimal(value)
