"""One day of a program in the editor: found, added, moved and taken out by buttons of one form, then saved."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Invalid, NotFound, Stale
from backoffice.exercises.queries import ExerciseRow, exercise_rows, find_for_picker
from backoffice.exercises.vocabulary import COUNTED_WORDS, UNIT_WORDS
from backoffice.programs import actions, queries
from backoffice.programs.draft import MOST_WEEKS, DayDraft, day_draft_of
from backoffice.programs.models import Program
from backoffice.programs.plan import PlannedVersion
from backoffice.programs.preview import with_day
from backoffice.programs.warnings import PlanWarning, warnings_of
from blueprints.exercises.words import prescription
from blueprints.programs.typed import TypedDay, read_day, typed_of
from blueprints.programs.words import PROGRAM_WORDS
from blueprints.support.access import actor
from blueprints.support.clock import now, today
from blueprints.support.language import language, say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done


@dataclass(frozen=True)
class Editing:
    """Which day of which program is edited, where it leads back to, and what its page looks like."""

    program: Program
    week: int
    weekday: int
    back: str
    layout: str
    limits: tuple[str, ...] = ()
    frame: dict[str, object] = field(default_factory=dict)

    @property
    def earliest(self) -> date:
        """The first day from which the program can be changed."""
        return max(today(), self.program.starts_on or today())


def edit_day(editing: Editing) -> ResponseReturnValue:
    """The form; a POST does what its button says and keeps all that was typed. Only "save" writes."""
    if not (1 <= editing.week <= MOST_WEEKS and 0 <= editing.weekday <= 6):
        raise NotFound
    if request.method == "GET":
        return _page(editing, _as_it_is(editing)), 200
    typed = read_day(request.form)
    do = request.form.get("do") or ("find" if typed.q else "save")
    if do != "save":
        typed.change(do, exercise_rows(current_studio().id, _named(do)))
        return _page(editing, typed), 200
    try:
        in_transaction(lambda: _save(editing, typed))
    except NotFound:
        raise
    except DomainError as error:
        return _page(editing, typed, error), error.status
    flash_done(_("The day is saved."))
    return redirect(editing.back, 303)


def _named(do: str) -> list[int]:
    verb, _colon, number = do.partition(":")
    return (
        [int(number)]
        if verb == "add" and number.isascii() and number.isdecimal() and len(number) < 12
        else []
    )


def _save(editing: Editing, typed: TypedDay) -> None:
    actions.save_day(
        current_studio(), editing.program.person_id, editing.program.id, editing.week, editing.weekday, typed.draft(),
        valid_from=typed.day(), every_week=typed.every_week, version=request.form.get("version", type=int) or 0,
        by=actor(), now=now(),
    )  # fmt: skip


def _as_it_is(editing: Editing) -> TypedDay:
    """The day as the program has it from the asked date on."""
    start = editing.earliest
    with suppress(ValueError):
        start = max(start, date.fromisoformat(request.args.get("from", "")[:10]))
    held = _version(editing, start)
    workout = held.at(editing.week, editing.weekday) if held else None
    return typed_of(day_draft_of(workout) if workout else DayDraft(()), start)


def _version(editing: Editing, day: date) -> PlannedVersion | None:
    if editing.program.person_id is None:
        return queries.newest_version(editing.program.id)
    return queries.version_on(editing.program.id, day)


def _page(editing: Editing, typed: TypedDay, error: DomainError | None = None) -> str:
    known = exercise_rows(current_studio().id, typed.exercise_ids())
    is_stale = isinstance(error, Stale)
    version = (
        error.params["current"]
        if error and is_stale
        else request.form.get("version", editing.program.version)
    )
    version_there = _version(editing, _day_of(editing, typed))
    return render_template(
        "programs/day.html",
        editing=editing,
        program=editing.program,
        typed=typed,
        known=known,
        found=_found(typed),
        units=UNIT_WORDS,
        counts=COUNTED_WORDS,
        prescription=prescription,
        error=say(error) if error else "",
        error_field=error.field if error else None,
        version=version,
        weeks=version_there.weeks if version_there else 1,
        there=version_there.at(editing.week, editing.weekday) if is_stale and version_there else None,
        is_stale=is_stale,
        warnings=_warnings(editing, typed, version_there, known),
        **PROGRAM_WORDS,
        **editing.frame,
    )


def _day_of(editing: Editing, typed: TypedDay) -> date:
    with suppress(Invalid):
        return max(typed.day(), editing.earliest)
    return editing.earliest


def _found(typed: TypedDay) -> list[ExerciseRow]:
    """What the search finds; with nothing typed the library from its beginning."""
    return (
        find_for_picker(current_studio().id, typed.q, language=language(), limit=12)
        if typed.q.strip()
        else []
    )


def _warnings(
    editing: Editing, typed: TypedDay, version: PlannedVersion | None, known: dict[int, ExerciseRow]
) -> list[PlanWarning]:
    """Warnings of the week with what is typed, as far as it can be read."""
    if version is None:
        return []
    with suppress(Invalid):
        ahead = with_day(version, editing.week, editing.weekday, typed.draft(), known)
        found = warnings_of(ahead, limits=editing.limits, before=version)
        return [one for one in found if one.week == editing.week and one.weekday in (None, editing.weekday)]
    return []
