"""Two forms of seven days: the studio's opening hours, and a trainer's weekly hours with a break."""

from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, TimeField
from wtforms.validators import InputRequired, Optional

from backoffice.staff.trainers import Hours
from blueprints.studio.forms import CLOCK
from blueprints.support.forms import SafeForm, VersionField

WEEKDAY_WORDS = (
    _l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"),
)  # fmt: skip


class _DaysForm(SafeForm):
    PARTS: tuple[str, ...] = ()

    def rows(self) -> list[tuple[Any, list[Any]]]:
        """Weekday in words and its fields, for the page."""
        return [
            (word, [self._fields[f"{part}_{day}"] for part in self.PARTS])
            for day, word in enumerate(WEEKDAY_WORDS)
        ]

    def _times(self, day: int) -> list[time | None]:
        return [self._fields[f"{part}_{day}"].data for part in self.PARTS]

    def _refuse(self, part: str, day: int, sentence: str) -> bool:
        field = self._fields[f"{part}_{day}"]
        field.errors = [*field.errors, sentence]
        return False

    def _check_pair(self, day: int, first: str, second: str) -> bool:
        start, end = self._fields[f"{first}_{day}"].data, self._fields[f"{second}_{day}"].data
        if (start is None) != (end is None):
            return self._refuse(
                first if start is None else second, day, _("Please give both times, or none.")
            )
        if start is not None and start >= end:
            return self._refuse(second, day, _("The end must be after the beginning."))
        return True


def _clock(label: Any) -> TimeField:
    return TimeField(label, format=CLOCK, validators=[Optional()])


class WeekForm(_DaysForm):
    """Opening hours; a day without times is closed."""

    PARTS = ("opens", "closes")
    version = VersionField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Both times of a day or none, in order."""
        good = super().validate(extra_validators)
        return all([self._check_pair(day, "opens", "closes") for day in range(7)]) and good  # noqa: C419 - all are said

    def week(self) -> dict[int, tuple[time, time]]:
        """Opening and closing time of the open weekdays."""
        week = {}
        for day in range(7):
            opens_at, closes_at = self._times(day)
            if opens_at is not None and closes_at is not None:
                week[day] = (opens_at, closes_at)
        return week


class HoursForm(_DaysForm):
    """A trainer's hours from a day on; a day without times is a day off."""

    PARTS = ("start", "end", "break_from", "break_to")
    valid_from = DateField(_l("From this day on"), validators=[InputRequired()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Times in pairs and in order, the break inside the hours."""
        good = super().validate(extra_validators)
        return all([self._check_day(day) for day in range(7)]) and good  # noqa: C419 - all are said

    def _check_day(self, day: int) -> bool:
        if not (self._check_pair(day, "start", "end") and self._check_pair(day, "break_from", "break_to")):
            return False
        start, end, break_from, break_to = self._times(day)
        if break_from is None or break_to is None:
            return True
        if start is None or end is None or break_from < start or break_to > end:
            return self._refuse("break_from", day, _("The break must lie within the hours."))
        return True

    def hours(self) -> list[Hours]:
        """The days with hours."""
        rows: list[Hours] = []
        for day in range(7):
            start, end, break_from, break_to = self._times(day)
            if start is not None and end is not None:
                rows.append((day, start, end, break_from, break_to))
        return rows


for _day, _word in enumerate(WEEKDAY_WORDS):
    for _part, _label in (("opens", _l("opens")), ("closes", _l("closes"))):
        setattr(WeekForm, f"{_part}_{_day}", _clock(_label))
    for _part, _label in (
        ("start", _l("from")), ("end", _l("until")), ("break_from", _l("break from")), ("break_to", _l("break until")),
    ):  # fmt: skip
        setattr(HoursForm, f"{_part}_{_day}", _clock(_label))
