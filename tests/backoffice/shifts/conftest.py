"""Setting and reading the hours of a day as a manager would."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from backoffice.bookings.shift_table import shift_table
from backoffice.core.audit import Actor
from backoffice.shifts.days import own_days, set_day
from backoffice.shifts.hours_text import read_hours, write_hours
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import trainer

Put = Callable[..., bool]
Read = Callable[..., str]


@pytest.fixture
def put(gym: Studio, by: Actor, now: datetime) -> Put:
    """`put(day, "10-12")`: other hours of mori (or `who`) on a day; None gives it back to the weekly hours."""

    def write(day: date, hours: str | None, who: str = "mori", version: int | None = None) -> bool:
        spans = None if hours is None else read_hours(hours)
        return set_day(trainer(gym, who), day, spans, version=version, by=by, now=now)

    return write


@pytest.fixture
def hours_on(gym: Studio) -> Read:
    """The hours of a day in the table, as a line of text; a star where they are of this day only."""

    def read(day: date, who: str = "mori") -> str:
        planned = shift_table([trainer(gym, who).id], day, day).get((trainer(gym, who).id, day))
        if planned is None:
            return ""
        return write_hours(planned.spans) + ("" if planned.version is None else "*")

    return read


@pytest.fixture
def version_of(gym: Studio) -> Callable[[date], int]:
    """The version of a day of mori."""
    return lambda day: own_days([(trainer(gym).id, day)])[trainer(gym).id, day][1]
