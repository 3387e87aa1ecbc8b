"""What a session card shows, put together from a dozen statements however long somebody has trained here."""

from dataclasses import dataclass
from datetime import date

from backoffice.core.clock import local_date
from backoffice.programs.plan import PlannedItem, PlannedWorkout, nearest
from backoffice.programs.queries import workouts_of
from backoffice.session_logs import queries
from backoffice.session_logs.models import SessionLog
from backoffice.session_logs.queries import LastSession, LastTime, Named, Visit
from backoffice.session_logs.shorthand import DoneSet, written
from backoffice.session_logs.suggestion import Suggestion, suggest
from backoffice.studio.models import Studio
from blueprints.session_logs.typed import Typed, TypedRow


@dataclass(frozen=True)
class CardRow:
    """An exercise of the card: the plan, last time, what is typed; `sets` are the buttons, each a set in shorthand."""

    typed: TypedRow
    name: Named
    item: PlannedItem | None
    last: LastTime | None
    sets: list[str]
    suggestion: Suggestion | None


@dataclass(frozen=True)
class Card:
    """The card of a visit."""

    visit: Visit
    day: date
    log: SessionLog | None
    typed: Typed
    rows: list[CardRow]
    workouts: list[PlannedWorkout]
    last: LastSession | None

    @property
    def is_saved(self) -> bool:
        """Whether the session is written up."""
        return self.log is not None and self.log.saved_at is not None


def card_of(
    studio: Studio, visit: Visit, *, typed: Typed | None = None, workout_id: int | None = None
) -> Card:
    """The card: as typed, else the draft, else what was saved, else the plan of the day, else last time's exercises."""
    day = local_date(visit.starts_at, studio.zone)
    log = queries.log_of(visit.participant_id)
    last = queries.last_session(visit.person_id, day, but=None if log is None else log.id)
    workouts = workouts_of(visit.person_id, day)
    typed = typed or _typed(log, workouts, last, day, workout_id)
    items = _items(workouts, typed)
    ids = {row.exercise_id for row in typed.rows}
    times = queries.last_times(visit.person_id, ids, day, but=None if log is None else log.id) if ids else {}
    names = _names(studio, ids, items)
    rows = [
        _row(row, names[row.exercise_id], items.get(row.exercise_id), times.get(row.exercise_id))
        for row in typed.rows
        if row.exercise_id in names
    ]
    return Card(visit, day, log, typed, rows, workouts, last)


def _typed(
    log: SessionLog | None, workouts: list[PlannedWorkout], last: LastSession | None, day: date, workout_id: int | None
) -> Typed:  # fmt: skip
    if log is not None and (draft := queries.draft_of(log)) is not None:
        return Typed.kept(draft)
    if log is not None and log.saved_at is not None:
        return Typed.saved(queries.content_of(log), log.workout_id)
    chosen = next((one for one in workouts if one.workout_id == workout_id), None) or nearest(workouts, day)
    if chosen is not None:
        return Typed.planned(chosen)
    return Typed([TypedRow(one, "reps") for one in dict.fromkeys(last.exercise_ids if last else [])])


def _items(workouts: list[PlannedWorkout], typed: Typed) -> dict[int, PlannedItem]:
    chosen = next((one for one in workouts if one.workout_id == typed.workout_id), None)
    return {item.exercise_id: item for item in chosen.items} if chosen else {}


def _names(studio: Studio, ids: set[int], items: dict[int, PlannedItem]) -> dict[int, Named]:
    names = {
        key: Named(key, item.name_ja, item.name_en, item.unit, item.limits) for key, item in items.items()
    }
    missing = ids - set(names)
    return {**names, **queries.named(studio.id, missing)} if missing else names


def _row(typed: TypedRow, name: Named, item: PlannedItem | None, last: LastTime | None) -> CardRow:
    if item is not None:
        planned = [DoneSet(item.load_kg, item.amount, item.unit)] * item.sets
        advice = suggest(
            last.sets if last else [],
            sets=item.sets,
            amount=item.amount,
            amount_to=item.amount_to,
            rpe=item.rpe,
        )
    else:
        planned = [DoneSet(one.load_kg, one.amount, one.unit) for one in last.sets] if last else []
        advice = None
    return CardRow(typed, name, item, last, [written([one], unit=typed.unit) for one in planned], advice)
