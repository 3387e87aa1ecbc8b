"""The board (進み具合): open leads by stage, and moving one to another stage by hand."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from backoffice.core.audit import Actor
from backoffice.core.db import fetch
from backoffice.core.errors import Invalid, check_version
from backoffice.leads import actions
from backoffice.leads.lead_list import NEXT_ACTION, LeadFilters, conditions
from backoffice.leads.models import CLOSED_STAGES, Lead, Stage
from backoffice.leads.stages import is_further, refusal_by_hand
from backoffice.people.models import Person
from backoffice.studio.scope import of_studio
from backoffice.todos.models import Todo

MOST_CARDS = 30
"""In one column; the list shows the others."""

COLUMNS = tuple(stage for stage in Stage if stage not in CLOSED_STAGES)

BY_HAND = "undone"
"""The reason kept with a step back by hand: it is put right."""


class Card(NamedTuple):
    """A lead on the board."""

    id: int
    name: str
    kana: str
    stage: str
    owner_staff_id: int | None
    version: int
    todo_title: str
    due_at: datetime

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


@dataclass
class Column:
    """A stage: how many open leads stand in it, and the first of them."""

    stage: Stage
    number: int = 0
    cards: list[Card] = field(default_factory=list)


_FACTS = (
    Lead.id, Person.name, Person.kana, Lead.stage, Lead.owner_staff_id, Lead.version, Todo.title, Todo.due_at,
)  # fmt: skip


def _open_leads(*columns: Any) -> Select[Any]:
    query = select(*columns).join(Person, Person.id == Lead.person_id).join(Todo, NEXT_ACTION)
    return query.where(Lead.closed_at.is_(None))


_CARDS = _open_leads(
    *_FACTS,
    func.count().over(partition_by=Lead.stage).label("number"),
    func.row_number().over(partition_by=Lead.stage, order_by=(Todo.due_at, Lead.id)).label("place"),
)


def board(filters: LeadFilters, *, now: datetime) -> list[Column]:
    """All columns in the order of the stages, in one statement; the longest overdue first."""
    found = _CARDS.where(*conditions(filters, now=now)).subquery()
    columns = {stage: Column(stage) for stage in COLUMNS}
    for row in fetch(select(found).where(found.c.place <= MOST_CARDS).order_by(found.c.place)):
        card = Card._make(row[: len(Card._fields)])
        column = columns[Stage(card.stage)]
        column.number = row.number
        column.cards.append(card)
    return list(columns.values())


def card_of(lead: Lead) -> Card | None:
    """An open lead as a card; None when it is closed."""
    row = fetch(_open_leads(*_FACTS).where(Lead.id == lead.id)).one_or_none()
    return None if row is None else Card._make(row)


def move_by_hand(
    lead: Lead, to: Stage, *, reason: str = "", version: int | None = None, by: Actor, now: datetime
) -> None:
    """Take a lead to another stage by hand; to LOST with a `reason` of the list.

    Refuses what only a booking, its attendance or joining may say, and a lead that was changed since it was shown.
    """
    of_studio(Lead, lead.studio_id, lead.id, lock=True)
    check_version(lead.version, version)
    refusal = refusal_by_hand(Stage(lead.stage), to)
    if refusal is not None:
        raise Invalid(refusal)
    if to is Stage.LOST:
        actions.lose(lead, reason, by=by, now=now)
    elif is_further(to, Stage(lead.stage)):
        actions.advance(lead, to, by=by, now=now)
    else:
        actions.step_back(lead, to, reason=BY_HAND, by=by, now=now)
