"""A file of exercises: read entry by entry, added once, everything left out with its reason."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.config import ROOT
from backoffice.core.errors import Invalid
from backoffice.exercises.actions import archive_exercise, create_exercise, update_exercise
from backoffice.exercises.draft import ExerciseDraft
from backoffice.exercises.exercise_file import MOST_BYTES, MOST_ROWS, read_exercises
from backoffice.exercises.exercise_import import TOLD, plan, run, told
from backoffice.exercises.models import Exercise, Source
from backoffice.exercises.queries import ExerciseFilters, Show, exercise_page, find_for_picker, number_unnamed
from backoffice.studio.models import Studio
from tests.statements import statements

SMALL = (Path(__file__).parents[2] / "data" / "exercises-small.json").read_bytes()
COUNTS = {"rows": 17, "new": 7, "known": 0, "namesake": 1, "skipped": 9}
WHOLE = next((one / "shared" / "data" / "free-exercise-db.json" for one in ROOT.parents
              if (one / "shared" / "data" / "free-exercise-db.json").exists()), Path("nowhere"))  # fmt: skip

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "name",
    "id",
    "force",
    "equipment",
    "category",
    "primaryMuscles",
    "secondaryMuscles",
    "instructions",
)


def entry(**changes: Any) -> bytes:
    """A file of one good entry with changes."""
    return json.dumps([{**json.loads(SMALL)[0], **changes}]).encode()


def imported(session: Session) -> dict[str, Exercise]:
    rows = session.scalars(select(Exercise).where(Exercise.source == Source.FREE_EXERCISE_DB))
    return {row.name_en: row for row in rows}


def test_added_once_and_reasons_told(gym: Studio, by: Actor, now: datetime, session: Session) -> None:
    rows = read_exercises(SMALL)
    assert plan(rows, gym.id).counts == COUNTS
    assert imported(session) == {}
    with statements() as sent:
        done = run(rows, gym.id, by=by, now=now)
    assert done.counts == COUNTS
    assert len(sent) <= 4, "\n".join(sent)
    assert [(one["number"], one["text"]) for one in told(done)] == [
        (8, ""), (9, ""), (10, "wing"), (11, "anvil"), (12, "category"), (13, "instructions"), (14, ""), (15, ""),
        (16, "120"), (17, ""),
    ]  # fmt: skip
    assert len({one["message"] for one in told(done)}) == 8
    again = run(read_exercises(SMALL), gym.id, by=by, now=now)
    assert again.counts == {**COUNTS, "new": 0, "known": 7}
    assert len(imported(session)) == 7
    of_imports = select(AuditLine).where(AuditLine.action == "exercises.imported")
    line = session.scalars(of_imports.order_by(AuditLine.id)).first()
    assert line is not None
    assert line.after == COUNTS


def test_the_database_keeps_an_entry_of_the_project_once(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    run(read_exercises(SMALL), gym.id, by=by, now=now)
    first, second, *_rest = imported(session).values()
    second.source_key = first.source_key
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_what_an_entry_becomes(gym: Studio, by: Actor, now: datetime, session: Session) -> None:
    run(read_exercises(SMALL), gym.id, by=by, now=now)
    rows = imported(session)
    hold, row, heavy = rows["Push-Up Hold"], rows["One-Arm Band Row"], rows["Heavy Pull"]
    assert (hold.unit, hold.settings, hold.supporting) == ("hold", ["home", "gym"], ["deltoids", "triceps"])
    assert hold.cues_en == "Take your place.\nMove slowly."
    assert (row.counted, row.equipment) == ("side", ["band"])
    assert row.muscles == ["middle_lower_trapezius", "rhomboids"]
    assert (heavy.limits, heavy.settings) == (["low_back", "breath_holding"], ["gym"])
    assert rows["Box Leap"].limits == ["jumping"]
    assert rows["Ball Toss"].limits == []
    assert (rows["Calf Stretch"].section, rows["Easy Row Machine"].unit) == ("cool_down", "minutes")


def test_programs_offer_them_once_they_have_a_japanese_name(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    run(read_exercises(SMALL), gym.id, by=by, now=now)
    assert find_for_picker(gym.id, "calf stretch", language="ja") == []
    assert number_unnamed(gym.id) == 7
    unnamed = exercise_page(ExerciseFilters(gym.id, show=Show.UNNAMED), language="ja")
    assert len(unnamed) == 7
    stretch = imported(session)["Calf Stretch"]
    named = ExerciseDraft(name_ja="ふくらはぎのストレッチ", name_en="Calf Stretch", muscles=["calves"])
    update_exercise(gym.id, stretch.id, named, version=1, by=by, now=now)
    assert [one.id for one in find_for_picker(gym.id, "calf stretch", language="ja")] == [stretch.id]
    assert number_unnamed(gym.id) == 6


def test_what_was_edited_or_taken_out_of_use_stays_so(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    run(read_exercises(SMALL), gym.id, by=by, now=now)
    rows = imported(session)
    update_exercise(
        gym.id,
        rows["Box Leap"].id,
        ExerciseDraft(name_ja="箱跳び", kana="はことび"),
        version=1,
        by=by,
        now=now,
    )
    archive_exercise(gym.id, rows["Heavy Pull"].id, by=by, now=now)
    assert run(read_exercises(SMALL), gym.id, by=by, now=now).counts["new"] == 0
    assert (rows["Box Leap"].name_ja, rows["Box Leap"].name_en) == ("箱跳び", "")
    assert rows["Heavy Pull"].archived_at == now


def test_an_exercise_of_our_own_with_the_same_name_is_not_doubled(
    gym: Studio, by: Actor, now: datetime
) -> None:
    create_exercise(gym.id, ExerciseDraft(name_en="HEAVY-PULL"), by=by, now=now)
    assert run(read_exercises(SMALL), gym.id, by=by, now=now).counts == {**COUNTS, "new": 6, "namesake": 2}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not json", b"{", b"[", b"\xff\xfe\x00", b"name,force\nx,y\n", b"[" * 100_000, b'{"a":' * 50_000,
        b"[" + b"1" * 5_000 + b"]", b"null", b"{}", b"[]", b'"text"', b"3", b"\x80abc", b"PK\x03\x04",
        SMALL + b" " * MOST_BYTES, b"[" + b"1," * MOST_ROWS + b"1]",
    ],
    ids=range(18),
)  # fmt: skip
def test_a_file_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_exercises(content)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + entry(), entry().decode().encode("utf-16")])
def test_marks_and_other_encodings_of_json_are_read(content: bytes) -> None:
    assert read_exercises(content)[0].draft is not None


@given(
    st.lists(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)), min_size=1, max_size=4)
)
def test_any_entries_are_read_or_told(entries: list[Any]) -> None:
    rows = read_exercises(json.dumps(entries).encode())
    assert [row.number for row in rows] == list(range(1, len(entries) + 1))
    for row in rows:
        assert (row.draft is None) != (row.skipped is None)
        if row.draft is not None:
            row.draft.columns()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 3}, {"name": None}, {"name": "\u0000\ud800"}, {"name": "…"}, {"id": ["x"]}, {"id": "x" * 121},
        {"primaryMuscles": "chest"}, {"primaryMuscles": [["chest"]]}, {"primaryMuscles": {"chest": 1}},
        {"equipment": ["barbell"]}, {"category": {}}, {"force": 1}, {"instructions": [1]}, {"category": "dance"},
    ],
)  # fmt: skip
def test_wrong_types_leave_the_entry_out(changes: dict[str, Any]) -> None:
    row = read_exercises(entry(**changes))[0]
    assert row.draft is None
    assert row.skipped is not None


def test_texts_are_bounded_and_storable(gym: Studio, by: Actor, now: datetime, session: Session) -> None:
    odd = entry(name="A\nb\u0000c\ud800", instructions=["x" * 9_000, "\u0000"], images=[{"deep": [[[]]]}])
    run(read_exercises(odd), gym.id, by=by, now=now)
    row = imported(session)["A bc"]
    assert len(row.cues_en) == 4_000


def test_of_very_many_bad_entries_the_first_are_told(gym: Studio, by: Actor, now: datetime) -> None:
    done = run(read_exercises(json.dumps(list(range(MOST_ROWS))).encode()), gym.id, by=by, now=now)
    assert done.counts["skipped"] == MOST_ROWS
    assert len(told(done)) == TOLD


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole file is not at hand")
def test_the_whole_file(gym: Studio, by: Actor, now: datetime, session: Session) -> None:
    rows = read_exercises(WHOLE.read_bytes())
    done = run(rows, gym.id, by=by, now=now)
    assert done.counts == {"rows": 873, "new": 873, "known": 0, "namesake": 0, "skipped": 0}
    assert run(rows, gym.id, by=by, now=now).counts["known"] == 873
    assert session.scalar(select(func.count()).select_from(Exercise)) == 873 + 11
    sections = Counter(session.scalars(select(Exercise.section).where(Exercise.source_key.is_not(None))))
    assert sections["cool_down"] > 100
    assert len(exercise_page(ExerciseFilters(gym.id, query="squat", show=Show.UNNAMED), language="en")) == 25
