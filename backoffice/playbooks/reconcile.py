"""Playbooks are reconciled, not triggered: what is wanted is compared with what exists, so a missed run heals itself.

Each sweep ends what is over, lets in whom an event brought, and takes the steps that are not yet taken.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.leads.models import Lead
from backoffice.messaging.models import Kind, Message
from backoffice.messaging.outbox import Draft, cancel_messages, queue_messages
from backoffice.messaging.policy import FOLLOW_UP_KINDS
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import newest_answer, reachable
from backoffice.playbooks.entries import ENTRIES
from backoffice.playbooks.models import Deed, Entry, Playbook, PlaybookRun, PlaybookStep
from backoffice.playbooks.queries import held_playbooks, steps_of
from backoffice.playbooks.stops import over, replied
from backoffice.playbooks.timing import OF_USE, ONCE_IN, due_at, earliest_event
from backoffice.staff.models import Trainer
from backoffice.studio.models import Studio
from backoffice.todos.actions import add_todo, drop_for_runs
from backoffice.todos.models import Todo, TodoKind


class Pending(NamedTuple):
    """A step of a live run that is not yet taken."""

    run_id: int
    step: PlaybookStep
    person_id: int
    lead_id: int | None
    entered_at: datetime
    language: str
    owner_staff_id: int | None


def reconcile_playbooks(now: datetime) -> int:
    """End, let in and take steps in every playbook that is on; how many messages and tasks were made or taken back.

    A playbook that is being switched off or edited is waited for, so nobody enters it behind the manager's back.
    """
    return sum(reconcile(playbook, now=now) for playbook in held_playbooks())


def reconcile(playbook: Playbook, *, now: datetime) -> int:
    """Bring one playbook, which the caller holds, up to date; how many messages and tasks were made or taken back."""
    steps = steps_of(playbook.id)
    changed = end_runs(over(playbook, now=now), now=now)
    _enter(playbook, steps, now=now)
    changed += _take_steps(playbook, now=now)
    _finish(playbook, steps, now=now)
    return changed


def end_runs(reasons: dict[int, str], *, now: datetime) -> int:
    """End these runs, each for its reason (N_); how many messages and tasks were taken back with them."""
    taken_back = 0
    for reason in sorted(set(reasons.values())):
        ids = sorted(run_id for run_id, why in reasons.items() if why == reason)
        db.session.execute(
            update(PlaybookRun)
            .where(PlaybookRun.id.in_(ids), PlaybookRun.ended_at.is_(None))
            .values(ended_at=now, ended_why=reason)
        )
        taken_back += cancel_messages(reason=reason, run_ids=ids, now=now)
        taken_back += drop_for_runs(ids, by=SYSTEM, now=now)
    return taken_back


def end_replied(person_id: int, *, now: datetime) -> int:
    """Somebody wrote: their runs that stop at a reply end at once, not only at the next sweep."""
    return end_runs(replied(person_id), now=now)


def entering(playbook: Playbook, steps: Sequence[PlaybookStep], *, now: datetime) -> Any:
    """A subquery (person_id, lead_id, entered_at) of those whom an event lets in and who are not in yet."""
    longest = max((step.days for step in steps), default=0)
    entrants = ENTRIES[Entry(playbook.entry)].entrants(playbook.studio_id, now).subquery()
    same_event = and_(
        PlaybookRun.person_id == entrants.c.person_id, PlaybookRun.entered_at == entrants.c.entered_at
    )
    lately = and_(PlaybookRun.person_id == entrants.c.person_id, PlaybookRun.started_at > now - ONCE_IN)
    was_in = exists().where(PlaybookRun.playbook_id == playbook.id, or_(same_event, lately))
    # One event of a person at a time: the newest.
    return (
        select(entrants)
        .where(entrants.c.entered_at.between(earliest_event(longest, now), now), ~was_in)
        .ext(distinct_on(entrants.c.person_id))
        .order_by(entrants.c.person_id, entrants.c.entered_at.desc())
        .subquery()
    )


def _enter(playbook: Playbook, steps: Sequence[PlaybookStep], *, now: datetime) -> None:
    who = entering(playbook, steps, now=now)
    rows = select(literal(playbook.id), who.c.person_id, who.c.lead_id, who.c.entered_at, literal(now))
    db.session.execute(
        insert(PlaybookRun)
        .from_select(["playbook_id", "person_id", "lead_id", "entered_at", "started_at"], rows)
        .on_conflict_do_nothing()
    )


def _take_steps(playbook: Playbook, *, now: datetime) -> int:
    studio = db.session.get_one(Studio, playbook.studio_id)
    due = [
        (one, at)
        for one in _pending(playbook)
        if (at := due_at(one.entered_at, one.step.days, one.step.at, studio.zone)) + OF_USE > now
    ]
    drafts = [_draft(one, at, now) for one, at in due if one.step.deed == Deed.MESSAGE]
    tasks = [(one, at) for one, at in due if one.step.deed == Deed.TASK and at <= now]
    for one, _at in tasks:
        _add_task(studio.id, one, now=now)
    return len(queue_messages(drafts, studio_id=studio.id, now=now)) + len(tasks)


def _pending(playbook: Playbook) -> list[Pending]:
    """Every step of every live run that has neither message nor task; messages only for who can and may get them."""
    sent = exists().where(Message.run_id == PlaybookRun.id, Message.step_id == PlaybookStep.id)
    asked = exists().where(Todo.run_id == PlaybookRun.id, Todo.step_id == PlaybookStep.id)
    query = (
        select(
            PlaybookRun.id, PlaybookStep, PlaybookRun.person_id, PlaybookRun.lead_id, PlaybookRun.entered_at,
            Person.language, func.coalesce(Trainer.staff_id, Lead.owner_staff_id),
        )
        .join(PlaybookStep, PlaybookStep.playbook_id == PlaybookRun.playbook_id)
        .join(Person, Person.id == PlaybookRun.person_id)
        .outerjoin(Client, Client.person_id == Person.id)
        .outerjoin(Trainer, Trainer.id == Client.main_trainer_id)
        .outerjoin(Lead, Lead.id == PlaybookRun.lead_id)
        .where(
            PlaybookRun.playbook_id == playbook.id, PlaybookRun.ended_at.is_(None),
            PlaybookStep.archived_at.is_(None), ~sent, ~asked,
            or_(PlaybookStep.deed == Deed.TASK, may_get()),
        )
        .order_by(PlaybookRun.id, PlaybookStep.id)
    )  # fmt: skip
    return [Pending(*row) for row in db.session.execute(query)]


def may_get() -> ColumnElement[bool]:
    """Whether a person can be reached and, where the step is advertising, has agreed.

    The law on advertising mail (特定電子メール法) asks for a consent given beforehand. For statements that select from
    people and steps.
    """
    return and_(reachable(), agreed())


def agreed() -> ColumnElement[bool]:
    """Whether a person has agreed to a step, where it is advertising. For the same statements."""
    advertising = PlaybookStep.kind.in_([kind.value for kind in FOLLOW_UP_KINDS])
    return or_(~advertising, newest_answer(Person.id, Purpose.FOLLOW_UP).is_(True))


def _draft(one: Pending, at: datetime, now: datetime) -> Draft:
    return Draft(
        Kind(one.step.kind or ""), dedupe_key=f"playbook:{one.run_id}:{one.step.id}", send_at=max(at, now),
        expires_at=at + OF_USE, language=one.language, person_id=one.person_id, lead_id=one.lead_id,
        run_id=one.run_id, step_id=one.step.id,
    )  # fmt: skip


def _add_task(studio_id: int, one: Pending, *, now: datetime) -> None:
    add_todo(
        TodoKind.PLAYBOOK, one.step.task, studio_id=studio_id, due_at=now, person_id=one.person_id,
        lead_id=one.lead_id, owner_staff_id=one.owner_staff_id, run_id=one.run_id, step_id=one.step.id, by=SYSTEM,
        now=now,
    )  # fmt: skip


def _finish(playbook: Playbook, steps: Sequence[PlaybookStep], *, now: datetime) -> None:
    """End the runs whose last step is behind them."""
    longest = max((step.days for step in steps), default=0)
    db.session.execute(
        update(PlaybookRun)
        .where(
            PlaybookRun.playbook_id == playbook.id,
            PlaybookRun.ended_at.is_(None),
            PlaybookRun.entered_at < earliest_event(longest, now),
        )
        .values(ended_at=now)
    )
