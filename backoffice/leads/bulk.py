"""One change for many chosen leads: what it would do to each, and doing it, each for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select

from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, Stale
from backoffice.core.language import N_
from backoffice.leads import actions
from backoffice.leads.lead_list import LeadRow
from backoffice.leads.models import Lead
from backoffice.leads.stages import CLOSED

MOST = 200

CHANGED = N_("Somebody changed this lead in the meantime.")


class BulkKind(StrEnum):
    """What can be done to many leads at once."""

    OWNER = "owner"
    NEXT_ACTION = "next"
    LOST = "lost"


@dataclass(frozen=True)
class BulkChange:
    """The change: an owner (or nobody), a next action with its date, or the reason why they are lost."""

    kind: BulkKind
    owner_staff_id: int | None = None
    title: str = ""
    due_at: datetime | None = None
    reason: str = ""


class Outcome(NamedTuple):
    """A lead, and why it stays as it is (None: the change is possible, or made)."""

    row: LeadRow
    refusal: DomainError | None


def foresee(rows: Sequence[LeadRow], change: BulkChange) -> list[Outcome]:
    """What would come of it, lead by lead; nothing is written."""
    return [Outcome(row, _obstacle(row, change)) for row in rows]


def run(
    rows: Sequence[LeadRow], seen: Mapping[int, int], change: BulkChange, *, by: Actor, now: datetime
) -> list[Outcome]:
    """Make the change for each lead that allows it. A refusal leaves its own lead alone and stops no other.

    `seen` is the version of each lead in the preview: what changed since is refused.
    """
    if len(rows) > MOST:
        raise Invalid(N_("At most %(most)s leads at a time."), most=MOST)
    ids = [row.id for row in rows]
    leads = {lead.id: lead for lead in db.session.scalars(select(Lead).where(Lead.id.in_(ids)))}
    # Everybody takes the locks in one order, so two people changing many leads cannot wait for each other.
    refusals = {
        lead_id: _try(leads[lead_id], seen.get(lead_id, 0), change, by, now) for lead_id in sorted(ids)
    }
    db.session.flush()
    return [
        Outcome(row, refusal if (refusal := refusals[row.id]) is None else _short(refusal)) for row in rows
    ]


def _try(lead: Lead, version: int, change: BulkChange, by: Actor, now: datetime) -> DomainError | None:
    obstacle = _obstacle(lead, change)
    if obstacle is not None:
        return obstacle
    try:
        with db.session.begin_nested():
            _make(lead, version, change, by, now)
    except DomainError as error:
        return error
    return None


def _make(lead: Lead, version: int, change: BulkChange, by: Actor, now: datetime) -> None:
    match change.kind:
        case BulkKind.OWNER:
            actions.assign(lead, change.owner_staff_id, version=version, by=by, now=now)
        case BulkKind.NEXT_ACTION:
            actions.set_next_action(lead, change.title, change.due_at or now, version=version, by=by, now=now)
        case BulkKind.LOST:
            actions.lose(lead, change.reason, version=version, by=by, now=now)


def _obstacle(lead: Lead | LeadRow, change: BulkChange) -> DomainError | None:
    """Why this change is nothing for a lead as it stands."""
    if change.kind is BulkKind.OWNER:
        same = lead.owner_staff_id == change.owner_staff_id
        return Invalid(N_("Nothing to change: in charge already.")) if same else None
    return Invalid(CLOSED) if lead.closed_at is not None else None


def _short(refusal: DomainError) -> DomainError:
    """A stale row has no typed text to compare here."""
    return Invalid(CHANGED) if isinstance(refusal, Stale) else refusal
