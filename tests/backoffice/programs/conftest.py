"""A program of somebody, made by a trainer at the desk's noon, and days in one line."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.core.db import db
from backoffice.exercises.models import Exercise
from backoffice.people.models import Person
from backoffice.programs.actions import save_day, start_program
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.programs.models import Program, ProgramVersion
from tests.backoffice.bookings.conftest import Desk, desk_book  # noqa: F401 - a fixture

TODAY = date(2026, 11, 24)


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    """The desk, by a shorter name."""
    return desk_book


@pytest.fixture
def person(desk: Desk) -> Person:
    """Somebody without a program."""
    return desk.meet()


@pytest.fixture
def program(desk: Desk, person: Person) -> Program:
    """An empty program of that person, from today."""
    return start_program(
        desk.studio, person.id, "姿勢改善", starts_on=TODAY, weeks=2, by=desk.by, now=desk.now
    )


@pytest.fixture
def exercise() -> Callable[[str], int]:
    """The id of an exercise there from the start, by its key."""

    def find(key: str) -> int:
        return db.session.scalars(select(Exercise.id).where(Exercise.source_key == key)).one()

    return find


@pytest.fixture
def plan(desk: Desk, program: Program, exercise: Callable[[str], int]) -> Callable[..., ProgramVersion]:
    """Save a day of the program with one exercise of so many kg."""

    def save(
        kg: int = 20,
        *,
        week: int = 1,
        weekday: int = 1,
        valid_from: date = TODAY,
        key: str = "bird_dog",
        **more: Any,
    ) -> ProgramVersion:
        day = DayDraft((ItemDraft(exercise(key), load_kg=Decimal(kg)),), "全身")
        given = {"version": None, "by": desk.by, "now": desk.now, **more}
        return save_day(
            desk.studio, program.person_id, program.id, week, weekday, day, valid_from=valid_from, **given
        )

    return save
