"""What a manager does with playbooks: add, edit, switch on and off; and stopping one for somebody."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy import select, update

from backoffice.core.audit import Actor, record
from backoffice.core.clock import at_local, local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.outbox import cancel_messages, quiet_hours_of
from backoffice.people.models import Person
from backoffice.playbooks.entries import ENTRIES, kinds_for
from backoffice.playbooks.models import Deed, Entry, Playbook, PlaybookRun, PlaybookStep, Stop
from backoffice.playbooks.queries import playbook, steps_of
from backoffice.playbooks.reconcile import end_runs, reconcile
from backoffice.playbooks.timing import OF_USE, due_at
from backoffice.studio import editing
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio
from backoffice.todos.actions import LONGEST_TITLE

LONGEST_NAME = 80
MOST_STEPS = 20

SWITCHED_OFF = N_("The playbook was switched off.")
STOPPED = N_("Stopped for this person by hand.")
STEP_REMOVED = N_("The step was taken out of the playbook.")
NO_NAME = N_("Please enter a name.")
NO_STEPS = N_("Please add a step first.")
IS_ON = N_("Please switch the playbook off first.")
BAD_DAYS = N_("Please enter a number of days from 0 to 365.")
IN_QUIET_HOURS = N_("This lies in the quiet hours, in which nothing goes out.")
BAD_KIND = N_("This message does not go with this playbook.")
NO_TASK = N_("Please say what is to be done.")
TOO_MANY = N_("A playbook has at most 20 steps.")


@dataclass(frozen=True)
class StepDraft:
    """A step as it is typed: days after the event, the time, and a message kind or the words of a task."""

    days: int
    at: time
    kind: Kind | None = None
    task: str = ""


class Moved(NamedTuple):
    """A message that waits and goes out at another time now."""

    message_id: int
    name: str
    before: datetime
    after: datetime


def add_playbook(
    studio_id: int, entry: Entry, name_ja: str, name_en: str, *, by: Actor, now: datetime
) -> Playbook:
    """A new playbook, off and without steps, with the stops that make sense with its entry rule."""
    row = Playbook(
        studio_id=studio_id, entry=Entry(entry).value, stops=[stop.value for stop in ENTRIES[Entry(entry)].stops],
        created_at=now, **_names(name_ja, name_en),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record("playbook.added", "playbook", row.id, by=by, now=now, after={"entry": row.entry})
    return row


def change_playbook(
    studio_id: int,
    playbook_id: int,
    name_ja: str,
    name_en: str,
    stops: list[Stop],
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Name and stop rules; runs that a new rule stops end at the next sweep, at the latest when a message is due."""
    row = of_studio(Playbook, studio_id, playbook_id, lock=True)
    chosen = [stop.value for stop in Stop if stop in stops]
    editing.change(
        row, {**_names(name_ja, name_en), "stops": chosen}, "playbook", version=version, by=by, now=now
    )


def switch_on(studio_id: int, playbook_id: int, *, by: Actor, now: datetime) -> None:
    """Let people in from now on, beginning with those whom the dry run shows. Twice changes nothing."""
    row = of_studio(Playbook, studio_id, playbook_id, lock=True)
    if not steps_of(row.id):
        raise Invalid(NO_STEPS)
    if row.is_on or row.archived_at is not None:
        return
    row.is_on = True
    row.version += 1
    record("playbook.switched_on", "playbook", row.id, by=by, now=now)
    reconcile(row, now=now)


def switch_off(studio_id: int, playbook_id: int, *, by: Actor, now: datetime) -> None:
    """Let nobody in any more, and take back what waits. Twice changes nothing."""
    row = of_studio(Playbook, studio_id, playbook_id, lock=True)
    if not row.is_on:
        return
    row.is_on = False
    row.version += 1
    record("playbook.switched_off", "playbook", row.id, by=by, now=now)
    live = select(PlaybookRun.id).where(PlaybookRun.playbook_id == row.id, PlaybookRun.ended_at.is_(None))
    end_runs(dict.fromkeys(db.session.scalars(live), SWITCHED_OFF), now=now)


def archive_playbook(studio_id: int, playbook_id: int, *, by: Actor, now: datetime) -> None:
    """Put a playbook away that is off; its messages stay readable."""
    row = of_studio(Playbook, studio_id, playbook_id, lock=True)
    if row.is_on:
        raise Invalid(IS_ON)
    editing.archive(row, "playbook", by=by, now=now)


def add_step(studio_id: int, playbook_id: int, draft: StepDraft, *, by: Actor, now: datetime) -> PlaybookStep:
    """One more step; who is in the playbook gets it too, unless its time is over for them."""
    row = of_studio(Playbook, studio_id, playbook_id, lock=True)
    if len(steps_of(row.id)) >= MOST_STEPS:
        raise Invalid(TOO_MANY)
    step = PlaybookStep(playbook_id=row.id, **_checked(row, draft))
    db.session.add(step)
    db.session.flush()
    record("playbook_step.added", "playbook_step", step.id, by=by, now=now, after=_told(step))
    if row.is_on:
        reconcile(row, now=now)
    return step


def change_step(
    studio_id: int, step_id: int, days: int, at: time, *, version: int | None, by: Actor, now: datetime
) -> list[Moved]:
    """Give a step another distance or time of day. Messages that wait move with it; returns which."""
    row, step = _locked(studio_id, step_id)
    _check_time(row, days, at)
    editing.change(step, {"days": days, "at": at}, "playbook_step", version=version, by=by, now=now)
    return _move_messages(row, step, now=now)


def remove_step(studio_id: int, step_id: int, *, by: Actor, now: datetime) -> Playbook:
    """Take a step out; its messages that wait are taken back. The last step of a playbook that is on stays."""
    row, step = _locked(studio_id, step_id)
    if row.is_on and len(steps_of(row.id)) == 1 and step.archived_at is None:
        raise Invalid(IS_ON)
    editing.archive(step, "playbook_step", by=by, now=now)
    cancel_messages(reason=STEP_REMOVED, step_id=step.id, now=now)
    return row


def stop_run(studio_id: int, run_id: int, *, by: Actor, now: datetime) -> PlaybookRun:
    """End a playbook for somebody and take back what waits. Twice changes nothing."""
    run = db.session.get(PlaybookRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound
    playbook(studio_id, run.playbook_id)
    if run.ended_at is None:
        end_runs({run.id: STOPPED}, now=now)
        record("playbook_run.stopped", "playbook_run", run.id, by=by, now=now, person_id=run.person_id)
    return run


def _names(name_ja: str, name_en: str) -> dict[str, str]:
    names = {"name_ja": plain_text(name_ja, LONGEST_NAME), "name_en": plain_text(name_en, LONGEST_NAME)}
    if not names["name_ja"]:
        raise Invalid(NO_NAME, field="name_ja")
    return {"name_ja": names["name_ja"], "name_en": names["name_en"] or names["name_ja"]}


def _checked(row: Playbook, draft: StepDraft) -> dict[str, Any]:
    """The columns of a step. Refuses (Invalid) what cannot be one."""
    _check_time(row, draft.days, draft.at)
    if draft.kind is not None:
        if draft.kind not in kinds_for(Entry(row.entry)):
            raise Invalid(BAD_KIND, field="kind")
        return {
            "days": draft.days, "at": draft.at, "deed": Deed.MESSAGE.value, "kind": draft.kind.value, "task": ""
        }  # fmt: skip
    task = plain_text(draft.task, LONGEST_TITLE)
    if not task:
        raise Invalid(NO_TASK, field="task")
    return {"days": draft.days, "at": draft.at, "deed": Deed.TASK.value, "kind": None, "task": task}


def _check_time(row: Playbook, days: int, at: time) -> None:
    if not 0 <= days <= 365:
        raise Invalid(BAD_DAYS, field="days")
    hours = quiet_hours_of(row.studio_id)
    if hours.holds(at_local(local_date(row.created_at, hours.zone), at, hours.zone)):
        raise Invalid(IN_QUIET_HOURS, field="at")


def _locked(studio_id: int, step_id: int) -> tuple[Playbook, PlaybookStep]:
    """The step with its playbook, the playbook held first: in the order of the sweep."""
    found = db.session.get(PlaybookStep, step_id)
    if found is None:
        raise NotFound
    row = of_studio(Playbook, studio_id, found.playbook_id, lock=True)
    return row, editing.locked(PlaybookStep, step_id)


def _told(step: PlaybookStep) -> dict[str, Any]:
    return {"days": step.days, "at": step.at, "deed": step.deed, "kind": step.kind, "task": step.task}


def _move_messages(row: Playbook, step: PlaybookStep, *, now: datetime) -> list[Moved]:
    """Give every message of the step that waits its new time, unless somebody chose it; those that moved."""
    zone = db.session.get_one(Studio, row.studio_id).zone
    waiting = db.session.execute(
        select(Message, PlaybookRun.entered_at, Person)
        .join(PlaybookRun, PlaybookRun.id == Message.run_id)
        .join(Person, Person.id == Message.person_id)
        .where(
            Message.step_id == step.id, Message.state == MessageState.PLANNED, Message.is_own_time.is_(False)
        )
        .order_by(Message.id)
        .with_for_update(of=Message)
    ).all()
    moved, rows = [], []
    for message, entered_at, person in waiting:
        at = due_at(entered_at, step.days, step.at, zone)
        send_at = max(at, now)
        if send_at == message.send_at:
            continue
        moved.append(Moved(message.id, person.shown_name, message.send_at, send_at))
        rows.append(
            {"id": message.id, "send_at": send_at, "next_try_at": send_at, "expires_at": send_at + OF_USE,
             "version": message.version + 1}
        )  # fmt: skip
    if rows:
        db.session.execute(update(Message), rows)
    return moved
