"""What changes programs: starting one (empty or from a template), saying how it is from a date on, ending it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select

from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db, send
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Setting
from backoffice.people.queries import held_person
from backoffice.programs.draft import (
    DayDraft,
    VersionDraft,
    check_version_draft,
    day_columns,
    draft_of,
    item_columns,
    line,
)
from backoffice.programs.models import Program, ProgramItem, ProgramVersion, Workout
from backoffice.programs.queries import newest_version, program_of, version_on
from backoffice.studio import editing
from backoffice.studio.models import Studio

USUAL_WEEKLY = 2
MOST_AHEAD = timedelta(days=366)
IN_THE_PAST = N_("Please choose today or a later day: what was planned before stays as it was.")
TOO_FAR = N_("Please choose a day within a year.")
ENDED = N_("This program has ended. Please start a new one.")


def start_program(
    studio: Studio,
    person_id: int,
    name_ja: str,
    name_en: str = "",
    *,
    starts_on: date,
    place: Setting = Setting.GYM,
    template_id: int | None = None,
    weeks: int = 1,
    weekly: int = USUAL_WEEKLY,
    by: Actor,
    now: datetime,
) -> Program:
    """Start a program of a person: empty, or the days of a template (and its name, unless one is given), apart from it.

    Refuses (Invalid) no name, and a start before today.
    """
    held_person(person_id)
    if starts_on < local_date(now, studio.zone):
        raise Invalid(IN_THE_PAST, field="starts_on")
    if starts_on > local_date(now, studio.zone) + MOST_AHEAD:
        raise Invalid(TOO_FAR, field="starts_on")
    draft = VersionDraft(weeks, weekly, {})
    if template_id is not None:
        template = program_of(studio.id, None, template_id)
        if not line(name_ja) and not line(name_en):
            name_ja, name_en = template.name_ja, template.name_en
        draft = replace(draft_of(newest_version(template_id)), weekly=weekly)
    made = _make(studio, name_ja, name_en, place, by=by, now=now, person_id=person_id, starts_on=starts_on)
    _append(studio.id, made, draft, starts_on, by=by, now=now)
    return made


def add_template(
    studio: Studio,
    name_ja: str,
    name_en: str = "",
    *,
    place: Setting = Setting.GYM,
    weeks: int = 1,
    weekly: int = USUAL_WEEKLY,
    source: Program | None = None,
    by: Actor,
    now: datetime,
) -> Program:
    """Make a template, empty or from a program as it is planned last; its notes stay with its person."""
    draft = VersionDraft(weeks, weekly, {})
    if source is not None:
        draft = _without_notes(draft_of(newest_version(source.id)))
    made = _make(studio, name_ja, name_en, place, by=by, now=now)
    _append(studio.id, made, draft, local_date(now, studio.zone), by=by, now=now)
    return made


def save_day(
    studio: Studio,
    person_id: int | None,
    program_id: int,
    week: int,
    weekday: int,
    day: DayDraft,
    *,
    valid_from: date,
    every_week: bool = False,
    version: int | None,
    by: Actor,
    now: datetime,
) -> ProgramVersion:
    """Say what a day of a program (or, without a person, of a template) is from a date on.

    A new version is written; rows of earlier ones are never touched. Refuses (Invalid) a date before today or the
    program's start, `Stale` when somebody saved meanwhile.
    """
    program = _held(studio.id, person_id, program_id, version)
    base = _base(studio, program, valid_from, now)
    return _append(
        studio.id,
        program,
        base.with_day(week, weekday, day, every_week=every_week),
        valid_from,
        by=by,
        now=now,
    )


def reshape(
    studio: Studio,
    person_id: int | None,
    program_id: int,
    *,
    weeks: int,
    weekly: int,
    valid_from: date,
    version: int | None,
    by: Actor,
    now: datetime,
) -> ProgramVersion:
    """Say of how many weeks a round is and how many sessions are agreed, from a date on; days of weeks cut off go.

    A week that is new begins like the first. Refuses as `save_day`.
    """
    program = _held(studio.id, person_id, program_id, version)
    base = _base(studio, program, valid_from, now)
    days = {place: day for place, day in base.days.items() if place[0] <= weeks}
    added = {
        (week, weekday): day
        for (first, weekday), day in base.days.items()
        for week in range(base.weeks + 1, min(weeks, 12) + 1)
        if first == 1
    }
    return _append(studio.id, program, VersionDraft(weeks, weekly, days | added), valid_from, by=by, now=now)


def change_program(
    studio: Studio,
    person_id: int | None,
    program_id: int,
    name_ja: str,
    name_en: str,
    *,
    weeks: int,
    weekly: int,
    valid_from: date,
    ends_on: date | None = None,
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Names, shape and end in one: only what differs is written. Refuses as `rename`, `reshape` and `end_program`."""
    program = _held(studio.id, person_id, program_id, version)
    if _names(name_ja, name_en) != (program.name_ja, program.name_en):
        rename(studio.id, person_id, program_id, name_ja, name_en, version=None, by=by, now=now)
    held = newest_version(program_id)
    if (weeks, weekly) != (held.weeks, held.weekly):
        reshape(
            studio, person_id, program_id, weeks=weeks, weekly=weekly, valid_from=valid_from, version=None, by=by,
            now=now,
        )  # fmt: skip
    if person_id is not None and ends_on != program.ends_on:
        end_program(studio, person_id, program_id, ends_on, version=None, by=by, now=now)


def rename(
    studio_id: int, person_id: int | None, program_id: int, name_ja: str, name_en: str, *,
    version: int | None, by: Actor, now: datetime,
) -> None:  # fmt: skip
    """Give a program other names. Refuses (Invalid) no name, `Stale` when somebody saved meanwhile."""
    program = _held(studio_id, person_id, program_id, version)
    program.name_ja, program.name_en = _names(name_ja, name_en)
    program.version += 1
    _record("renamed", program, by=by, now=now)


def end_program(
    studio: Studio, person_id: int, program_id: int, ends_on: date | None, *,
    version: int | None, by: Actor, now: datetime,
) -> None:  # fmt: skip
    """Say on which day a program is done for the last time; None lets it run on.

    Refuses (Invalid) a day before yesterday, and changing the end of one that has ended: its past stays as it was.
    """
    program = _held(studio.id, person_id, program_id, version)
    yesterday = local_date(now, studio.zone) - timedelta(days=1)
    if program.ends_on is not None and program.ends_on < yesterday:
        raise Invalid(ENDED)
    if ends_on is not None and ends_on < yesterday:
        raise Invalid(IN_THE_PAST, field="ends_on")
    program.ends_on = ends_on
    program.version += 1
    _record("ended", program, by=by, now=now, ends_on=ends_on)


def archive_template(studio_id: int, program_id: int, *, by: Actor, now: datetime) -> None:
    """Take a template out of use; programs made from it are apart from it. Twice changes nothing."""
    editing.archive(program_of(studio_id, None, program_id, lock=True), "program", by=by, now=now)


def restore_template(studio_id: int, program_id: int, *, by: Actor, now: datetime) -> None:
    """Use a template again."""
    editing.restore(program_of(studio_id, None, program_id, lock=True), "program", by=by, now=now)


def end_links(studio_id: int, person_id: int, program_id: int, *, by: Actor, now: datetime) -> None:
    """The links to a program that were handed out open nothing any more; the next one is new."""
    program = program_of(studio_id, person_id, program_id, lock=True)
    program.link_epoch += 1
    program.version += 1
    _record("links_ended", program, by=by, now=now)


def _held(studio_id: int, person_id: int | None, program_id: int, version: int | None) -> Program:
    program = program_of(studio_id, person_id, program_id, lock=True)
    check_version(program.version, version)
    return program


def _base(studio: Studio, program: Program, valid_from: date, now: datetime) -> VersionDraft:
    """The program as it is on the day from which it is to change."""
    if valid_from < max(local_date(now, studio.zone), program.starts_on or date.min):
        raise Invalid(IN_THE_PAST, field="valid_from")
    if valid_from > local_date(now, studio.zone) + MOST_AHEAD:
        raise Invalid(TOO_FAR, field="valid_from")
    if program.ends_on is not None and valid_from > program.ends_on:
        raise Invalid(ENDED, field="valid_from")
    held = version_on(program.id, valid_from) if program.person_id else newest_version(program.id)
    return draft_of(held) if held else VersionDraft(1, USUAL_WEEKLY, {})


def _make(
    studio: Studio, name_ja: str, name_en: str, place: Setting, *,
    by: Actor, now: datetime, person_id: int | None = None, starts_on: date | None = None,
) -> Program:  # fmt: skip
    ja, en = _names(name_ja, name_en)
    made = Program(
        studio_id=studio.id, person_id=person_id, place=Setting(place).value, name_ja=ja, name_en=en,
        starts_on=starts_on, made_by=by.label, made_at=now, version=0, link_epoch=0,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _names(name_ja: str, name_en: str) -> tuple[str, str]:
    ja, en = line(name_ja), line(name_en)
    if not ja and not en:
        raise Invalid(N_("Please enter a name."), field="name_ja")
    return ja, en


def _append(
    studio_id: int, program: Program, draft: VersionDraft, valid_from: date, *, by: Actor, now: datetime
) -> ProgramVersion:
    """Write a version with its days and items: three statements, however many there are."""
    check_version_draft(draft)
    days = {place: day for place, day in sorted(draft.days.items()) if day.items}
    items = {place: item_columns(day.items) for place, day in days.items()}
    _check_exercises(studio_id, {row["exercise_id"] for rows in items.values() for row in rows})
    made = ProgramVersion(
        program_id=program.id, valid_from=valid_from, weeks=draft.weeks, weekly=draft.weekly, made_by=by.label,
        made_at=now,
    )  # fmt: skip
    db.session.add(made)
    workouts = {
        place: Workout(week=place[0], weekday=place[1], **day_columns(day)) for place, day in days.items()
    }
    program.version += 1
    db.session.flush()
    for one in workouts.values():
        one.version_id = made.id
    db.session.add_all(workouts.values())
    db.session.flush()
    if items:
        rows = [{"workout_id": workouts[place].id, **row} for place, some in items.items() for row in some]
        send(insert(ProgramItem.__table__), rows)  # type: ignore[arg-type]
    _record("planned", program, by=by, now=now, valid_from=valid_from)
    return made


def _check_exercises(studio_id: int, exercise_ids: set[int]) -> None:
    """Refuse (Invalid) exercises of another studio; one out of use stays in programs that have it."""
    known = set(
        db.session.scalars(
            select(Exercise.id).where(Exercise.studio_id == studio_id, Exercise.id.in_(exercise_ids))
        )
    )
    if known != exercise_ids:
        raise Invalid(N_("This exercise is not in the library."))


def _without_notes(draft: VersionDraft) -> VersionDraft:
    days = {
        place: replace(day, items=tuple(replace(item, note="") for item in day.items))
        for place, day in draft.days.items()
    }
    return replace(draft, days=days)


def _record(verb: str, program: Program, *, by: Actor, now: datetime, **after: object) -> None:
    """Leave a line in the audit: that it changed and from when, never what is planned."""
    record(f"program.{verb}", "program", program.id, by=by, now=now, person_id=program.person_id, after=after)
