"""The library: what it holds from the start, and what may be changed in it."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backoffice.clients.limits import LIMIT_WORDS, Limit
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.config import ROOT
from backoffice.core.db import transaction
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.exercises import vocabulary
from backoffice.exercises.actions import (
    archive_exercise,
    create_exercise,
    restore_exercise,
    update_exercise,
)
from backoffice.exercises.draft import ExerciseDraft
from backoffice.exercises.models import Exercise, Source
from backoffice.studio.models import Studio

FACTS = next((one / "shared" / "data" / "exercises.json" for one in ROOT.parents
              if (one / "shared" / "data" / "exercises.json").exists()), Path("nowhere"))  # fmt: skip


def started(session: Session) -> dict[str | None, Exercise]:
    rows = session.scalars(select(Exercise).where(Exercise.source == Source.START))
    return {row.source_key: row for row in rows}


def test_a_new_gym_has_entries_in_both_languages_with_cues(gym: Studio, session: Session) -> None:
    rows = started(session).values()
    assert len(rows) == 11
    for row in rows:
        assert row.name_ja
        assert row.name_en
        assert len(row.cues_ja.splitlines()) == len(row.cues_en.splitlines()) == 3
        assert row.kana_key
    assert {row.section for row in rows} == {section.value for section in vocabulary.Section}


@pytest.mark.skipif(not FACTS.exists(), reason="the file of facts is not at hand")
def test_they_keep_to_the_facts(gym: Studio, session: Session) -> None:
    rows = started(session)
    for fact in json.loads(FACTS.read_text())["exercises"]:
        row, said = rows[fact["key"]], fact["prescription"]
        assert (row.name_ja, row.name_en, row.section) == (fact["ja"], fact["en"], fact["section"])
        assert fact["setting"] in row.settings
        assert row.equipment == fact["equipment"]
        assert sorted(row.muscles) == sorted(fact["muscles"])
        assert set(fact["contraindications"]) <= set(row.limits)
        assert row.sets == said.get("sets")
        count = said.get("reps") or said.get("breaths_min") or said.get("minutes_min") or said.get("hold_s")
        assert row.amount == count
        assert row.amount_to == (said.get("breaths_max") or said.get("minutes_max"))
        assert row.hold_seconds == (said.get("hold_s") if "reps" in said else None)
        per = "side" if "per_side" in said else "direction" if "per_direction" in said else "total"
        assert row.counted == per


def test_every_key_of_a_closed_list_has_words() -> None:
    for kind, words in (
        (vocabulary.Section, vocabulary.SECTION_WORDS), (vocabulary.Setting, vocabulary.SETTING_WORDS),
        (vocabulary.Unit, vocabulary.UNIT_WORDS), (vocabulary.Counted, vocabulary.COUNTED_WORDS),
        (vocabulary.Muscle, vocabulary.MUSCLE_WORDS), (vocabulary.Equipment, vocabulary.EQUIPMENT_WORDS),
        (Limit, LIMIT_WORDS),
    ):  # fmt: skip
        assert set(words) == set(kind)


def test_added_changed_and_audited(gym: Studio, by: Actor, now: datetime, session: Session) -> None:
    draft = ExerciseDraft(
        name_ja="  ゴブレット\tスクワット ", name_en="Goblet squat", muscles=["quadriceps", "glutes"],
        supporting=["core", "glutes"], limits=["knee", "low_back"], equipment=["dumbbell"],
    )  # fmt: skip
    with transaction():
        row = create_exercise(gym.id, draft, by=by, now=now)
    assert row.name_ja == "ゴブレット スクワット"
    assert row.muscles == ["glutes", "quadriceps"]
    assert row.supporting == ["core"]
    with transaction():
        update_exercise(
            gym.id, row.id, ExerciseDraft(name_ja="片手スクワット", kana="かたてすくわっと"),
            version=1, by=by, now=now,
        )  # fmt: skip
    assert (row.version, row.kana_key, row.en_key) == (2, "かたてすくわっと", "")
    assert "ごぶれっと" not in row.search
    lines = session.scalars(
        select(AuditLine).where(AuditLine.subject_kind == "exercise").order_by(AuditLine.id)
    ).all()
    assert [line.action for line in lines] == ["exercise.added", "exercise.changed"]
    assert lines[1].before["name_en"] == "Goblet squat"
    with pytest.raises(Stale), transaction():
        update_exercise(gym.id, row.id, ExerciseDraft(name_ja="別"), version=1, by=by, now=now)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "name_ja"),
        ({"name_ja": "・・"}, "name_ja"),
        ({"name_ja": "・", "name_en": "Dots"}, "name_ja"),
        ({"name_ja": "腕", "kana": "腕"}, "kana"),
        ({"name_ja": "腕", "settings": ()}, "settings"),
        ({"name_ja": "腕", "amount": 5, "amount_to": 5}, "amount_to"),
        ({"name_ja": "腕", "amount_to": 5}, "amount_to"),
        ({"name_ja": "腕", "sets": 0}, "sets"),
        ({"name_ja": "腕", "hold_seconds": 1000}, "hold_seconds"),
    ],
)
def test_what_makes_no_exercise_is_refused(
    wrong: dict[str, object], field: str, gym: Studio, by: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        create_exercise(gym.id, ExerciseDraft(**wrong), by=by, now=now)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    "change", [{"name_ja": "", "name_en": ""}, {"sets": 0}, {"amount": 9, "amount_to": 9}]
)
def test_the_database_refuses_it_too(
    change: dict[str, object], gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    row = create_exercise(gym.id, ExerciseDraft(name_ja="腕"), by=by, now=now)
    for name, value in change.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_one_name_is_one_exercise_in_use(gym: Studio, by: Actor, now: datetime) -> None:
    with pytest.raises(Invalid):
        create_exercise(gym.id, ExerciseDraft(name_ja="ﾊﾞｰﾄﾞ・ﾄﾞｯｸﾞ"), by=by, now=now)
    first = create_exercise(gym.id, ExerciseDraft(name_ja="腕回し"), by=by, now=now)
    archive_exercise(gym.id, first.id, by=by, now=now)
    archive_exercise(gym.id, first.id, by=by, now=now)
    assert first.version == 2
    second = create_exercise(gym.id, ExerciseDraft(name_ja="腕 回し"), by=by, now=now)
    with pytest.raises(Invalid):
        restore_exercise(gym.id, first.id, by=by, now=now)
    with pytest.raises(Invalid):
        update_exercise(
            gym.id, second.id, ExerciseDraft(name_ja="バードドッグ"), version=None, by=by, now=now
        )
    update_exercise(gym.id, second.id, ExerciseDraft(name_ja="腕まわし"), version=None, by=by, now=now)
    restore_exercise(gym.id, first.id, by=by, now=now)
    assert first.archived_at is None


def test_another_studios_exercise_does_not_exist(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    row = session.scalars(select(Exercise)).first()
    assert row is not None
    for act in (archive_exercise, restore_exercise):
        with pytest.raises(NotFound):
            act(gym.id + 1, row.id, by=by, now=now)
    with pytest.raises(NotFound):
        update_exercise(gym.id + 1, row.id, ExerciseDraft(name_ja="別"), version=None, by=by, now=now)
