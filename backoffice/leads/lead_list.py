"""The list of leads: filters as written in an address, keyset pages, only the columns a list shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, literal_column, select, tuple_

from backoffice.core.clock import day_span, local_date, month_span
from backoffice.core.db import fetch, stream
from backoffice.core.errors import NotFound
from backoffice.leads.models import Call, Lead, Stage
from backoffice.people.models import Person
from backoffice.people.queries import first_phone
from backoffice.people.search import matching_ids
from backoffice.todos.models import Todo, TodoKind

PAGE = 25

OPEN, CLOSED, ALL = "open", "closed", "all"
NOBODY = 0


@dataclass(frozen=True)
class LeadFilters:
    """Which leads. `state` is open, closed or all; `owner_staff_id` NOBODY means without an owner.

    `month` is any day of the month of the enquiry; `overdue` asks for next actions due before now, `parked`
    for leads left alone until a later day; `only` narrows to people somebody may see (a condition on `Person.id`).
    """

    studio_id: int
    zone: str
    state: str = OPEN
    stage: Stage | None = None
    owner_staff_id: int | None = None
    source: str = ""
    article: str = ""
    month: date | None = None
    overdue: bool = False
    parked: bool = False
    query: str = ""
    only: ColumnElement[bool] | None = None


class LeadRow(NamedTuple):
    """A lead in a list, with its person and its next action."""

    id: int
    person_id: int
    name: str
    kana: str
    phone: str | None
    stage: str
    source: str
    article: str
    interest: str
    owner_staff_id: int | None
    opened_at: datetime
    first_reply_at: datetime | None
    closed_at: datetime | None
    lost_reason: str | None
    version: int
    todo_title: str | None
    due_at: datetime | None
    rests: bool | None
    last_call: str | None

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana

    def is_parked(self, tomorrow: datetime) -> bool:
        """Whether it is left alone today: on the day it was parked for it is awake from the morning on."""
        return bool(self.rests) and self.due_at is not None and self.due_at >= tomorrow


class Cursor(NamedTuple):
    """Where a page ended: the instant it is ordered by, and the lead."""

    at: datetime
    lead_id: int


_LAST_CALL = (
    select(Call.outcome)
    .where(Call.lead_id == Lead.id, Call.taken_back_at.is_(None))
    .order_by(Call.id.desc())
    .limit(literal_column("1"))
    .scalar_subquery()
)
NEXT_ACTION = and_(
    Todo.lead_id == Lead.id, Todo.kind == literal_column(f"'{TodoKind.NEXT_ACTION}'"), Todo.done_at.is_(None)
)
_LEADS = select(
    Lead.id, Lead.person_id, Person.name, Person.kana, first_phone(), Lead.stage, Lead.source, Lead.article,
    Lead.interest, Lead.owner_staff_id, Lead.opened_at, Lead.first_reply_at, Lead.closed_at, Lead.lost_reason,
    Lead.version, Todo.title, Todo.due_at, Todo.is_parked,
    _LAST_CALL.label("last_call"),
).join(Person, Person.id == Lead.person_id)  # fmt: skip
_BY_DUE = _LEADS.join(Todo, NEXT_ACTION).order_by(Todo.due_at, Lead.id)
_BY_ENQUIRY = _LEADS.outerjoin(Todo, NEXT_ACTION).order_by(Lead.opened_at.desc(), Lead.id.desc())


def lead_page(
    filters: LeadFilters, *, now: datetime, after: Cursor | None = None, limit: int = PAGE
) -> list[LeadRow]:
    """One page of leads, in one statement.

    Open leads come by the date of their next action, the longest overdue first; other lists by the time of
    the enquiry, the newest first.
    """
    query = _filtered(filters, now=now)
    if after is not None:
        query = query.where(_is_behind(after, filters.state))
    # The limit stands in the statement as a number: with a parameter the database would plan it anew every time.
    return [LeadRow._make(row) for row in fetch(query.limit(literal_column(str(limit))))]


def every_lead(filters: LeadFilters, *, now: datetime) -> Iterator[LeadRow]:
    """All the leads that `lead_page` would show page by page, from one statement. Inside `transaction()`."""
    return map(LeadRow._make, stream(_filtered(filters, now=now)))


def lead_row(studio_id: int, lead_id: int) -> LeadRow:
    """One lead as the list shows it. Raises `NotFound`."""
    row = fetch(
        _LEADS.outerjoin(Todo, NEXT_ACTION).where(Lead.studio_id == studio_id, Lead.id == lead_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return LeadRow._make(row)


def lead_rows(
    studio_id: int, lead_ids: Sequence[int], *, only: ColumnElement[bool] | None = None
) -> list[LeadRow]:
    """These leads as the list shows them, by the date of their next action, in one statement."""
    wanted = [Lead.studio_id == studio_id, Lead.id.in_(lead_ids)] + ([] if only is None else [only])
    query = _LEADS.outerjoin(Todo, NEXT_ACTION).where(*wanted)
    return [LeadRow._make(row) for row in fetch(query.order_by(Todo.due_at.nulls_last(), Lead.id))]


def cursor_of(filters: LeadFilters, row: LeadRow) -> Cursor:
    """Where a page that ends with this row goes on."""
    return Cursor(row.due_at if filters.state == OPEN and row.due_at else row.opened_at, row.id)


def _filtered(filters: LeadFilters, *, now: datetime) -> Select[Any]:
    query = _BY_DUE if filters.state == OPEN else _BY_ENQUIRY
    return query.where(*conditions(filters, now=now))


def _is_behind(after: Cursor, state: str) -> ColumnElement[bool]:
    if state == OPEN:
        return tuple_(Todo.due_at, Lead.id) > tuple_(after.at, after.lead_id)
    return tuple_(Lead.opened_at, Lead.id) < tuple_(after.at, after.lead_id)


def conditions(filters: LeadFilters, *, now: datetime) -> list[ColumnElement[bool]]:
    """What the filters ask, as conditions on leads joined to their person and next action."""
    wanted: list[ColumnElement[bool] | None] = [
        Lead.studio_id == filters.studio_id,
        _by_state(filters.state),
        Lead.stage == filters.stage if filters.stage else None,
        _by_owner(filters.owner_staff_id),
        Lead.source == filters.source if filters.source else None,
        Lead.article == filters.article if filters.article else None,
        Todo.due_at < now if filters.overdue else None,
        _parked(filters.zone, now=now) if filters.parked else None,
        matching_ids(filters.query),
        filters.only,
    ]
    if filters.month is not None:
        first, following = month_span(filters.month, filters.zone)
        wanted += [Lead.opened_at >= first, Lead.opened_at < following]
    return [condition for condition in wanted if condition is not None]


def _parked(zone: str, *, now: datetime) -> ColumnElement[bool]:
    return and_(Todo.is_parked, Todo.due_at >= day_span(local_date(now, zone), zone)[1])


def _by_state(state: str) -> ColumnElement[bool] | None:
    return {OPEN: Lead.closed_at.is_(None), CLOSED: Lead.closed_at.is_not(None)}.get(state)


def _by_owner(staff_id: int | None) -> ColumnElement[bool] | None:
    if staff_id is None:
        return None
    return Lead.owner_staff_id.is_(None) if staff_id == NOBODY else Lead.owner_staff_id == staff_id
