"""Today: what the desk and the trainers look at all day."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from backoffice.billing.standing_fees import VisitFee, visit_fees
from backoffice.bookings.day_sheet import DayRow, day_rows
from backoffice.core import heartbeat
from backoffice.core.clock import day_span
from backoffice.handover.queries import number_open
from backoffice.incidents.queries import number_open as incidents_open
from backoffice.memberships.resting import Rest, rests
from backoffice.messaging.overdue import Trouble, trouble
from backoffice.messaging.queries import waiting_for_a_person
from backoffice.screening.queries import standings
from backoffice.screening.standing import TRAINING, Standing
from backoffice.staff.models import Trainer
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from backoffice.studio.models import ServiceKind
from backoffice.todos.queries import TodoRow, open_todos, overdue_next_actions
from blueprints.bookings.days import asked_day, holiday
from blueprints.bookings.reader import reading_trainer
from blueprints.bookings.words import ATTENDANCE_WORDS, LATE_CHOICES, METHOD_WORDS, STATE_WORDS, UNDO_OF
from blueprints.screening.words import LIGHT_TONES, LIGHT_WORDS
from blueprints.studio.forms import KIND_WORDS
from blueprints.support.access import may, permit
from blueprints.support.clock import now, today
from blueprints.support.language import language, spoken
from blueprints.support.studio import current_studio

today_page = Blueprint("today", __name__)

OLDEST_BACKUP = timedelta(hours=26)
SHOWN_TODOS = 3
"""More of them are folded: the first bookings of the day are to be seen without scrolling."""


@dataclass(frozen=True)
class Sheet:
    """One day as somebody asked to see it."""

    day: date
    rows: list[DayRow]
    todos: list[TodoRow]
    trainers: list[Trainer]
    shown: Trainer | None
    own: Trainer | None
    trains_as: int | None
    by_time: bool
    now: datetime
    standings: dict[int, Standing]
    resting: dict[int, Rest]
    fees: dict[int, VisitFee]

    @property
    def groups(self) -> list[tuple[Trainer | None, list[DayRow]]]:
        """The rows by trainer in the studio's order (those without bookings are left out), or all of them by time."""
        if self.by_time:
            return [(None, self.rows)] if self.rows else []
        by_trainer = {
            trainer_id: list(rows)
            for trainer_id, rows in groupby(sorted(self.rows, key=_trainer_id), key=_trainer_id)
        }
        known = [
            (trainer, by_trainer.pop(trainer.id)) for trainer in self.trainers if trainer.id in by_trainer
        ]
        gone = [row for rows in by_trainer.values() for row in rows]
        return [*known, (None, gone)] if gone else list(known)

    @property
    def is_today(self) -> bool:
        """Whether it is the day it is."""
        return self.day == today()

    @property
    def is_ahead(self) -> bool:
        """Whether the day has not come yet: nobody can have arrived."""
        return self.day > today()

    def opens(self, row: DayRow) -> bool:
        """Whether the reader may open this row's person and booking: the desk all, a trainer the own."""
        return may(Permission.BOOKINGS_EDIT) or (self.own is not None and self.own.id == row.trainer_id)

    def owes(self, row: DayRow) -> bool:
        """Whether a fee of this visit is open and can be marked as received."""
        fee = self.fees.get(row.participant_id)
        return fee is not None and fee.is_open and row.takes_fee

    def decides(self, row: DayRow) -> bool:
        """Whether the reader decides on this guest's health check: their trainer of the day, at the desk or not."""
        return may(Permission.SCREENING_DECIDE) and row.trainer_id == self.trains_as

    def writes(self, row: DayRow) -> bool:
        """Whether the reader writes this session up: its trainer, from the day of the visit on."""
        return (
            may(Permission.TRAINING_EDIT)
            and row.trainer_id == self.trains_as
            and row.kind != ServiceKind.COUNSELLING
            and self.day <= today()
        )

    @property
    def joins(self) -> bool:
        """Whether the reader makes members."""
        return may(Permission.JOINING_EDIT)

    def address(self, endpoint: str = "today.show", **changes: object) -> str:
        """The same sheet with something changed, as an address."""
        asked: dict[str, object] = {
            "day": None if self.is_today else self.day.isoformat(),
            "trainer": self._asked_trainer(),
            "by": "time" if self.by_time else None,
        }
        return url_for(endpoint, **{**asked, **changes})  # type: ignore[arg-type]

    def _asked_trainer(self) -> object:
        if self.shown is None:
            return "all" if self.own else None
        return None if self.shown is self.own else self.shown.id


def _trainer_id(row: DayRow) -> int:
    return row.trainer_id


@today_page.get("/today")
@permit(Permission.TODAY_VIEW)
def show() -> ResponseReturnValue:
    """The day, by trainer or by time, with what else needs somebody today."""
    sheet = _sheet()
    return render_template(
        "bookings/today.html", sheet=sheet, holiday=holiday(sheet.day), notices=_notices(), **_words()
    )


@today_page.get("/today/rows")
@permit(Permission.TODAY_VIEW)
def rows() -> ResponseReturnValue:
    """The same rows for a page that asks again; 304 as long as nothing changed."""
    sheet = _sheet()
    response = Response()
    response.set_etag(_fingerprint(sheet))
    if request.if_none_match.contains(response.get_etag()[0] or ""):
        response.status_code = 304
        return response
    page = make_response(render_template("bookings/_today_rows.html", sheet=sheet, **_words()))
    page.set_etag(_fingerprint(sheet))
    return page


def _sheet() -> Sheet:
    studio, day = current_studio(), asked_day()
    all_trainers = trainers(studio.id)
    own = next((trainer for trainer in all_trainers if trainer.staff_id == current_user.id), None)
    trains_as = None if own is None else own.id
    if may(Permission.BOOKINGS_EDIT):
        own = None
    shown = _asked(all_trainers, own)
    first, last = day_span(day, studio.zone)
    rows = day_rows(studio.id, first, last, trainer_id=shown.id if shown else None, reader=reading_trainer())
    due_before = max(last, day_span(today(), studio.zone)[1]) if day >= today() else last
    return Sheet(
        day=day,
        rows=rows,
        todos=[todo for todo in _todos(studio.id, due_before) if _is_asked(todo)],
        trainers=all_trainers,
        shown=shown,
        own=own,
        trains_as=trains_as,
        by_time=request.args.get("by") == "time",
        now=now(),
        standings=_standings(rows),
        resting=rests({row.person_id for row in rows if row.person_id}, today=today()),
        fees=visit_fees([row.participant_id for row in rows if row.fee_yen]),
    )


def _todos(studio_id: int, due_before: datetime) -> list[TodoRow]:
    only_own = not may(Permission.BOOKINGS_EDIT)
    return open_todos(studio_id, due_before=due_before, reader_id=current_user.id, only_own=only_own)


def _is_asked(todo: TodoRow) -> bool:
    """Whether a task is the reader's: a swap of shifts is answered by one trainer or by those who edit the table."""
    if todo.shift_swap_id is None or todo.owner_staff_id == current_user.id:
        return True
    return todo.owner_staff_id is None and may(Permission.SHIFTS_EDIT)


def _standings(rows: list[DayRow]) -> dict[int, Standing]:
    """Where the guests who come to train stand; one statement. A colleague's row carries no person."""
    training = {row.person_id for row in rows if row.person_id and row.kind in TRAINING}
    return standings(current_studio(), training, now=now()) if training else {}


def _asked(all_trainers: Iterable[Trainer], own: Trainer | None) -> Trainer | None:
    """`?trainer=ID` or `all`; a trainer's own day when nothing is asked."""
    asked = request.args.get("trainer", "")
    if not asked:
        return own
    return next((trainer for trainer in all_trainers if str(trainer.id) == asked), None)


def _notices() -> dict[str, object]:
    """What the desk should know besides the bookings. One statement each."""
    studio_id = current_studio().id
    backup = heartbeat.last_beat("backup")
    owner = None if may(Permission.LEADS_EDIT) else current_user.id
    trays = waiting_for_a_person(studio_id) if may(Permission.MESSAGES_VIEW) else {}
    return {
        "backup_at": backup,
        "backup_is_old": backup is None or now() - backup > OLDEST_BACKUP,
        "waiting": sum(trays.values()),
        "tray": next((tray.value for tray, count in trays.items() if count), ""),
        "now": now(),
        "delivery": trouble(studio_id, now=now()) if may(Permission.MESSAGES_VIEW) else Trouble(0, ()),
        "handover": number_open(studio_id, today(), trainer_id=reading_trainer()),
        "incidents": incidents_open(studio_id) if may(Permission.INCIDENTS_VIEW) else 0,
        "overdue": overdue_next_actions(studio_id, now=now(), owner_staff_id=owner),
    }


def _words() -> dict[str, object]:
    return {
        "states": STATE_WORDS,
        "attendances": ATTENDANCE_WORDS,
        "kinds": KIND_WORDS,
        "methods": METHOD_WORDS,
        "late_choices": LATE_CHOICES,
        "undo_of": UNDO_OF,
        "lights": spoken(LIGHT_WORDS),
        "light_tones": LIGHT_TONES,
        "SHOWN_TODOS": SHOWN_TODOS,
    }


def _fingerprint(sheet: Sheet) -> str:
    """Changes when anything that is shown changes, the passing of a booking's start and end included."""
    passed = [(row.starts_at <= sheet.now, row.ends_at <= sheet.now) for row in sheet.rows]
    guests = [(one, sheet.standings[one].light) for one in sheet.standings], sheet.resting
    shown = repr(
        (
            sheet.rows, guests, sheet.fees, passed, sheet.todos, sheet.by_time, sheet.day, language(), current_user.id
        )
    )  # fmt: skip
    return hashlib.blake2b(shown.encode(errors="replace"), digest_size=12).hexdigest()
