"""The library with many hands at once: a file is imported once, a name is given once."""

from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.errors import Invalid, Stale
from backoffice.exercises import actions, exercise_import
from backoffice.exercises.draft import ExerciseDraft
from backoffice.exercises.exercise_file import read_exercises
from backoffice.exercises.models import Exercise
from backoffice.exercises.photos import MOST_PHOTOS, add_photo
from backoffice.studio.queries import the_studio

from .conftest import NOW
from .test_people_and_leads import at_once

pytestmark = pytest.mark.races

SMALL = (Path(__file__).parents[1] / "data" / "exercises-small.json").read_bytes()


def test_of_four_imports_of_one_file_one_adds(arena: Flask) -> None:
    rows = read_exercises(SMALL)
    with arena.app_context():
        studio_id = the_studio().id
    added = Counter[int]()

    def write(_writer: int, _number: int) -> None:
        added[exercise_import.run(rows, studio_id, by=SYSTEM, now=NOW).counts["new"]] += 1

    assert at_once(arena, 4, 1, write) == [Counter(done=4)]
    assert added == Counter({7: 1, 0: 3})
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(Exercise)) == 11 + 7


def test_of_six_who_add_one_name_one_wins_each_round(arena: Flask) -> None:
    with arena.app_context():
        studio_id = the_studio().id

    def write(writer: int, number: int) -> None:
        try:
            actions.create_exercise(studio_id, ExerciseDraft(name_ja=f"種目{number}"), by=SYSTEM, now=NOW)
        except Invalid as refused:
            raise Stale from refused

    assert at_once(arena, 6, 8, write) == [Counter(done=1, stale=5)] * 8


def test_of_ten_photos_at_once_six_are_kept(arena: Flask) -> None:
    with arena.app_context():
        studio_id = the_studio().id
        exercise_id = db.session.scalars(select(Exercise.id)).first() or 0

    def write(_writer: int, _number: int) -> None:
        try:
            add_photo(studio_id, exercise_id, b"jpeg", by=SYSTEM, now=NOW)
        except Invalid as refused:
            raise Stale from refused

    assert at_once(arena, 10, 1, write) == [Counter(done=MOST_PHOTOS, stale=10 - MOST_PHOTOS)]
