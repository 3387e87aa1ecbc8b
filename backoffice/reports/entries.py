"""Who entered a cohort and what became of them: the one definition that every figure, list and CSV is made from.

A cohort is a month of the studio's calendar. By enquiry, people enter with the month in which a lead was opened; by
counselling or trial, with the month in which they attended one. Somebody with several leads (or visits) in one month
counts once: the joined one stands for them, else one still open, else the newest. A reopened lead is open.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import distinct_on

from backoffice.bookings.models import Attendance
from backoffice.clients.models import Client
from backoffice.core.clock import local_date
from backoffice.leads.models import Lead, Stage
from backoffice.reports import kept
from backoffice.reports.periods import Period
from backoffice.studio.models import Service, ServiceKind


class Basis(StrEnum):
    """What lets a person enter a cohort."""

    TRIAL = "trial"
    ENQUIRY = "enquiry"
    COUNSELLING = "counselling"


class Grouping(StrEnum):
    """What a row of the table stands for."""

    MONTH = "month"
    SOURCE = "source"
    ARTICLE = "article"
    TRAINER = "trainer"
    SERVICE = "service"


@dataclass(frozen=True)
class Filters:
    """Which people are asked about.

    None asks for any source, article, trainer or service; the empty text (or trainer 0) for those who have none.
    `is_kept`: visits as they were kept (`reports/kept.py`).
    """

    studio_id: int
    zone: str
    period: Period
    basis: Basis = Basis.TRIAL
    source: str | None = None
    article: str | None = None
    trainer_id: int | None = None
    service: str | None = None
    is_kept: bool = False

    def only(self, **changes: object) -> "Filters":
        """The same question about fewer people."""
        return replace(self, **changes)  # type: ignore[arg-type]


JOINED, LOST, OPEN = "joined", "lost", "open"


def entries(filters: Filters, *, now: datetime) -> Subquery:
    """One row per person and month: who, through which lead, from where, what became of them and when.

    `days` counts from entering to joining, or until today for who has not joined; `days_after_trial` from the trial
    held to joining. Both are days of the studio's calendar: joining at 21:00 on the day of the trial is day 0.
    """
    by_visit = {Basis.COUNSELLING: ServiceKind.COUNSELLING, Basis.TRIAL: ServiceKind.TRIAL}
    kind = by_visit.get(filters.basis)
    rows = (_by_enquiry(filters) if kind is None else _by_visit(filters, kind)).subquery()
    rank = case({JOINED: 0, OPEN: 1}, value=rows.c.outcome, else_=2)
    once = (
        select(rows, *_days(rows, filters.zone, now))
        .ext(distinct_on(rows.c.month, rows.c.person_id))
        .order_by(rows.c.month, rows.c.person_id, rank, rows.c.entered_at.desc(), rows.c.lead_id.desc())
        .subquery()
    )
    wanted = select(once)
    if filters.source is not None:
        wanted = wanted.where(once.c.source == filters.source)
    if filters.article is not None:
        wanted = wanted.where(once.c.article == filters.article)
    if filters.trainer_id is not None:
        wanted = wanted.where(once.c.trainer_id == filters.trainer_id)
    if filters.service is not None:
        wanted = wanted.where(once.c.service == filters.service)
    return wanted.subquery("entries")


def _days(rows: Subquery, zone: str, now: datetime) -> list[ColumnElement[Any]]:
    """Whole days between dates of the studio's calendar. Who was a member before entering joined on day 0."""
    joined = _day(rows.c.joined_at, zone)
    until = case((rows.c.outcome == JOINED, joined), else_=local_date(now, zone))
    return [
        func.greatest(until - _day(rows.c.entered_at, zone), 0).label("days"),
        (joined - _day(rows.c.trial_at, zone)).label("days_after_trial"),
    ]


def _visits(filters: Filters, kind: ServiceKind) -> Select[*tuple[Any, ...]]:
    """Visits of a kind that were held: attended by the person, credited to the trainer of the booking."""
    visits = kept.visits(is_kept=filters.is_kept).c
    return (
        select(
            visits.person_id,
            visits.lead_id,
            visits.trainer_id,
            visits.starts_at,
            Service.slug.label("service"),
        )
        .join(Service, Service.id == visits.service_id)
        .where(
            Service.kind == kind,
            visits.attendance == Attendance.ATTENDED,
            visits.studio_id == filters.studio_id,
        )
    )


def _in(span: tuple[datetime, datetime], visits: Select[*tuple[Any, ...]]) -> Subquery:
    """Those of some visits that began in a span."""
    starts_at = visits.selected_columns.starts_at
    return visits.where(starts_at >= span[0], starts_at < span[1]).subquery()


def _last_trial(filters: Filters, leads: Select[*tuple[Any, ...]]) -> Subquery:
    """The newest trial held of each of these leads."""
    trials = _visits(filters, ServiceKind.TRIAL)
    of_leads = trials.where(trials.selected_columns.lead_id.in_(leads)).subquery()
    newest = (of_leads.c.lead_id, of_leads.c.starts_at.desc())
    return select(of_leads).ext(distinct_on(of_leads.c.lead_id)).order_by(*newest).subquery()


def _by_enquiry(filters: Filters) -> Select[*tuple[Any, ...]]:
    since, until = filters.period.span(filters.zone)
    asked = (Lead.studio_id == filters.studio_id, Lead.opened_at >= since, Lead.opened_at < until)
    last_trial = _last_trial(filters, select(Lead.id).where(*asked))
    outcome = case({Stage.JOINED: JOINED, Stage.LOST: LOST}, value=Lead.stage, else_=OPEN)
    return (
        select(
            _month(Lead.opened_at, filters.zone).label("month"),
            Lead.person_id,
            Lead.id.label("lead_id"),
            Lead.source,
            Lead.article,
            func.coalesce(last_trial.c.trainer_id, 0).label("trainer_id"),
            Lead.interest.label("service"),
            outcome.label("outcome"),
            Lead.opened_at.label("entered_at"),
            last_trial.c.starts_at.label("trial_at"),
            case((Lead.stage == Stage.JOINED, Lead.closed_at)).label("joined_at"),
        )
        .outerjoin(last_trial, last_trial.c.lead_id == Lead.id)
        .where(*asked)
    )


def _by_visit(filters: Filters, kind: ServiceKind) -> Select[*tuple[Any, ...]]:
    visits = _in(filters.period.span(filters.zone), _visits(filters, kind))
    outcome = case(
        (Lead.stage == Stage.JOINED, JOINED),
        (Lead.stage == Stage.LOST, LOST),
        (and_(Lead.id.is_(None), Client.id.is_not(None)), JOINED),
        else_=OPEN,
    )
    found = (
        select(
            _month(visits.c.starts_at, filters.zone).label("month"),
            visits.c.person_id,
            visits.c.lead_id,
            func.coalesce(Lead.source, literal("")).label("source"),
            func.coalesce(Lead.article, literal("")).label("article"),
            visits.c.trainer_id,
            visits.c.service,
            outcome.label("outcome"),
            visits.c.starts_at.label("entered_at"),
            case((Lead.stage == Stage.JOINED, Lead.closed_at), (Lead.id.is_(None), Client.created_at)).label(
                "joined_at"
            ),
        )
        .select_from(visits)
        .outerjoin(Lead, Lead.id == visits.c.lead_id)
        .outerjoin(Client, Client.person_id == visits.c.person_id)
    )
    if kind == ServiceKind.TRIAL:
        return found.add_columns(visits.c.starts_at.label("trial_at"))
    last_trial = _last_trial(filters, select(visits.c.lead_id))
    return found.add_columns(last_trial.c.starts_at.label("trial_at")).outerjoin(
        last_trial, last_trial.c.lead_id == visits.c.lead_id
    )


def _month(at: Any, zone: str) -> ColumnElement[Any]:
    return cast(func.date_trunc("month", func.timezone(zone, at)), Date)


def _day(at: Any, zone: str) -> ColumnElement[Any]:
    return cast(func.timezone(zone, at), Date)
