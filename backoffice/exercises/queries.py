"""Questions about the library: one exercise, pages of it by filters, and the search of the program editor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal_column, or_, select, tuple_

from backoffice.core.db import db, fetch
from backoffice.core.language import Language
from backoffice.exercises.models import Exercise, Source
from backoffice.exercises.search import fold, keys_named, needles
from backoffice.exercises.vocabulary import Equipment, Muscle, Section, Setting
from backoffice.studio.scope import of_studio

PAGE = 25
OFFERED = 20
"""How many exercises a picker shows; more letters find fewer."""


class Show(StrEnum):
    """Which part of the library: what programs can use, what still lacks a Japanese name, what is out of use."""

    READY = "ready"
    UNNAMED = "unnamed"
    ARCHIVED = "archived"


@dataclass(frozen=True)
class ExerciseFilters:
    """Which exercises. `bodyweight` asks for those without equipment; words are looked for in both languages."""

    studio_id: int
    query: str = ""
    show: Show = Show.READY
    section: Section | None = None
    setting: Setting | None = None
    muscle: Muscle | None = None
    equipment: Equipment | None = None
    bodyweight: bool = False


class ExerciseRow(NamedTuple):
    """An exercise in a list or a picker, with its usual prescription."""

    id: int
    name_ja: str
    kana: str
    name_en: str
    source: str
    section: str
    settings: Sequence[str]
    equipment: Sequence[str]
    muscles: Sequence[str]
    limits: Sequence[str]
    unit: str
    counted: str
    sets: int | None
    amount: int | None
    amount_to: int | None
    hold_seconds: int | None


_ROWS = select(
    Exercise.id, Exercise.name_ja, Exercise.kana, Exercise.name_en, Exercise.source, Exercise.section,
    Exercise.settings, Exercise.equipment, Exercise.muscles, Exercise.limits, Exercise.unit, Exercise.counted,
    Exercise.sets, Exercise.amount, Exercise.amount_to, Exercise.hold_seconds,
)  # fmt: skip
_READY = (Exercise.archived_at.is_(None), Exercise.name_ja != "")
_PARTS: dict[Show, tuple[ColumnElement[bool], ...]] = {
    Show.READY: _READY,
    Show.UNNAMED: (Exercise.archived_at.is_(None), Exercise.name_ja == ""),
    Show.ARCHIVED: (Exercise.archived_at.is_not(None),),
}
_BY_NAME = {
    Language.JA: func.concat_ws("", Exercise.kana_key, Exercise.ja_key, Exercise.en_key),
    Language.EN: func.concat_ws("", Exercise.en_key, Exercise.kana_key, Exercise.ja_key),
}
"""Lists go by the reader's name for an exercise; one without it stands where its other name does."""


def exercise(studio_id: int, exercise_id: int) -> Exercise:
    """One exercise. Raises `NotFound`."""
    return of_studio(Exercise, studio_id, exercise_id)


def exercise_page(
    filters: ExerciseFilters, *, language: str, after: int | None = None, limit: int = PAGE
) -> list[ExerciseRow]:
    """A page of the library, by name; names that begin with what was typed come first. One statement.

    `after` is the id of the last row shown.
    """
    return _found(_ROWS.where(*_conditions(filters)), needles(filters.query), language, after, limit)


def find_for_picker(
    studio_id: int, query: str, *, language: str, section: Section | None = None, limit: int = OFFERED
) -> list[ExerciseRow]:
    """What a program can use, found while somebody types: never more than `limit`, one statement.

    Leaves out what has no Japanese name yet and what is out of use.
    """
    filters = ExerciseFilters(studio_id, query=query, section=section)
    return exercise_page(filters, language=language, limit=limit)


def exercise_rows(studio_id: int, exercise_ids: Iterable[int]) -> dict[int, ExerciseRow]:
    """These exercises by id, those out of use as well; an id of another studio is left out. One statement."""
    query = _ROWS.where(Exercise.studio_id == studio_id, Exercise.id.in_(set(exercise_ids)))
    return {row.id: ExerciseRow._make(row) for row in fetch(query)}


def number_unnamed(studio_id: int) -> int:
    """How many entries wait for a Japanese name."""
    query = select(func.count()).where(Exercise.studio_id == studio_id, *_PARTS[Show.UNNAMED])
    return db.session.scalar(query) or 0


class Known(NamedTuple):
    """What an import compares a file with: entries that came from its project, and every folded English name."""

    keys: set[str]
    names: set[str]


def known(studio_id: int, source: Source) -> Known:
    """What is here already, entries out of use included. One statement."""
    rows = fetch(
        select(Exercise.source, Exercise.source_key, Exercise.en_key).where(Exercise.studio_id == studio_id)
    ).all()
    return Known(
        {row.source_key for row in rows if row.source == source}, {row.en_key for row in rows if row.en_key}
    )


def namesake(studio_id: int, ja_key: str, *, other_than: int | None = None) -> bool:
    """Whether another exercise in use has this folded Japanese name."""
    same = select(Exercise.id).where(
        Exercise.studio_id == studio_id, Exercise.ja_key == ja_key, Exercise.archived_at.is_(None)
    )
    if other_than is not None:
        same = same.where(Exercise.id != other_than)
    return db.session.scalar(same.limit(1)) is not None


def named(studio_id: int, name: str) -> int | None:
    """The exercise in use whose name, in either language, is exactly this one (folded); None when there is none."""
    key = fold(name)
    if not key:
        return None
    same = or_(Exercise.ja_key == key, Exercise.en_key == key)
    query = select(Exercise.id).where(Exercise.studio_id == studio_id, same, Exercise.archived_at.is_(None))
    return db.session.scalar(query.order_by(Exercise.id).limit(1))


def _found(
    wanted: Select[*tuple[Any, ...]],
    words: list[tuple[str, ...]],
    language: str,
    after: int | None,
    limit: int,
) -> list[ExerciseRow]:
    order: tuple[ColumnElement[object], ...] = (_BY_NAME[Language(language)], Exercise.id)  # type: ignore[assignment]
    if words:
        order = (_rank(words[0]), *order)
    if after is not None:
        wanted = wanted.where(tuple_(*order) > select(*order).where(Exercise.id == after).scalar_subquery())
    limited = wanted.where(*map(_holds, words)).order_by(*order).limit(literal_column(str(limit)))
    return [ExerciseRow._make(row) for row in fetch(limited)]


def _conditions(filters: ExerciseFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool] | None] = [
        Exercise.studio_id == filters.studio_id,
        *_PARTS[filters.show],
        Exercise.section == filters.section.value if filters.section else None,
        Exercise.settings.contains([filters.setting.value]) if filters.setting else None,
        Exercise.muscles.contains([filters.muscle.value]) if filters.muscle else None,
        Exercise.equipment.contains([filters.equipment.value]) if filters.equipment else None,
        Exercise.equipment == [] if filters.bodyweight else None,
    ]
    return [condition for condition in wanted if condition is not None]


def _holds(forms: tuple[str, ...]) -> ColumnElement[bool]:
    """One word of a query is part of a name, or the name of a muscle or of equipment.

    A folded form holds no character that stands for others in LIKE.
    """
    keys = sorted({key for form in forms for key in keys_named(form)})
    found = [Exercise.search.contains(form) for form in forms]
    if keys:
        found += [Exercise.muscles.overlap(keys), Exercise.equipment.overlap(keys)]
    return or_(*found)


def _rank(forms: tuple[str, ...]) -> ColumnElement[object]:
    """0 for those of which a name begins with the first word typed, else 1."""
    starts = [
        condition
        for form in forms
        for condition in (
            Exercise.search.startswith(form),
            Exercise.search.contains(f" {form}"),
        )
    ]
    return case((or_(*starts), 0), else_=1)
