"""Which live runs are over, and why: the event no longer true, a stop rule, or all steps behind them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, tuple_

from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.models import Leaving
from backoffice.messaging.entries import ConversationEntry, Direction
from backoffice.people.models import Purpose
from backoffice.people.queries import newest_answer
from backoffice.playbooks.entries import ENTRIES
from backoffice.playbooks.events import comes
from backoffice.playbooks.models import Entry, Playbook, PlaybookRun, Stop
from backoffice.screening.queries import standings
from backoffice.studio.models import Studio

MOVED_ON = N_("What it was about is over.")
REASONS = {
    Stop.JOINED: N_("They joined."),
    Stop.LOST: N_("The lead was closed."),
    Stop.BOOKED: N_("They booked a visit."),
    Stop.OPTED_OUT: N_("The consent was taken back."),
    Stop.GATE_OPEN: N_("A trainer has to decide on the health check first."),
    Stop.REPLIED: N_("They wrote to the gym: a colleague answers."),
}


def over(playbook: Playbook, *, run_id: int | None = None, now: datetime) -> dict[int, str]:
    """The live runs of a playbook (or the one run) that have to stop, each with its reason (N_).

    One statement for each stop rule, whatever the number of runs.
    """
    runs = select(PlaybookRun.id).where(
        PlaybookRun.playbook_id == playbook.id, PlaybookRun.ended_at.is_(None)
    )
    if run_id is not None:
        runs = runs.where(PlaybookRun.id == run_id)
    found: dict[int, str] = dict.fromkeys(db.session.scalars(runs.where(_moved_on(playbook, now))), MOVED_ON)
    for stop in Stop:
        if stop in playbook.stops and stop is not Stop.GATE_OPEN:
            found |= dict.fromkeys(db.session.scalars(runs.where(_holds(stop, now))), REASONS[stop])
    if Stop.GATE_OPEN in playbook.stops:
        found |= dict.fromkeys(_gated(playbook, runs, now), REASONS[Stop.GATE_OPEN])
    return found


def _moved_on(playbook: Playbook, now: datetime) -> ColumnElement[bool]:
    entrants = ENTRIES[Entry(playbook.entry)].entrants(playbook.studio_id, now).subquery()
    still = select(entrants.c.person_id, entrants.c.entered_at)
    return tuple_(PlaybookRun.person_id, PlaybookRun.entered_at).not_in(still)


def _holds(stop: Stop, now: datetime) -> ColumnElement[bool]:
    if stop is Stop.JOINED:
        theirs = Client.person_id == PlaybookRun.person_id
        again = exists().where(
            theirs, Leaving.client_id == Client.id, Leaving.rejoined_at >= PlaybookRun.entered_at
        )
        return or_(exists().where(theirs, Client.created_at >= PlaybookRun.entered_at), again)
    if stop is Stop.LOST:
        return exists().where(Lead.id == PlaybookRun.lead_id, Lead.stage == Stage.LOST)
    if stop is Stop.BOOKED:
        return comes(PlaybookRun.person_id, now)
    if stop is Stop.REPLIED:
        return _has_replied()
    return newest_answer(PlaybookRun.person_id, Purpose.FOLLOW_UP).is_(False)


def replied(person_id: int) -> dict[int, str]:
    """The live runs of somebody that end because they wrote since the event, each with its reason (N_)."""
    runs = (
        select(PlaybookRun.id)
        .join(Playbook, Playbook.id == PlaybookRun.playbook_id)
        .where(
            PlaybookRun.person_id == person_id, PlaybookRun.ended_at.is_(None),
            Playbook.stops.contains([Stop.REPLIED.value]), _has_replied(),
        )
    )  # fmt: skip
    return dict.fromkeys(db.session.scalars(runs), REASONS[Stop.REPLIED])


def _has_replied() -> ColumnElement[bool]:
    """Whether they said anything since the event, on any road, even if they took it back."""
    entry = ConversationEntry
    return exists().where(
        entry.person_id == PlaybookRun.person_id, entry.direction == Direction.IN,
        entry.said_at > PlaybookRun.entered_at,
    )  # fmt: skip


def _gated(playbook: Playbook, runs: Any, now: datetime) -> Sequence[int]:
    people = db.session.execute(runs.with_only_columns(PlaybookRun.id, PlaybookRun.person_id)).all()
    studio = db.session.get_one(Studio, playbook.studio_id)
    light = standings(studio, {person_id for _run, person_id in people}, now=now) if people else {}
    return [run for run, person_id in people if not light[person_id].may_start]
