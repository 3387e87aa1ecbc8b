"""Who a follow-up step is for, asked of the rows as they are. One statement per step, for all leads or for one."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.orm import aliased

from backoffice.bookings.models import Booking, BookingState
from backoffice.core.db import db
from backoffice.leads.models import Lead, Stage
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Consent, Person, PersonMail, Purpose
from backoffice.studio.models import Service, ServiceKind, Studio

KEPT_OR_MISSED = (BookingState.HELD, BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)


class Wanted(NamedTuple):
    """A lead that a step is for; the step counts from `event_at`."""

    lead_id: int
    person_id: int
    studio_id: int
    language: str
    zone: str
    event_at: datetime


def without_message(kind: Kind, *, since: datetime, once_since: datetime, now: datetime) -> list[Wanted]:
    """The leads that a step is for and that have no such message planned, sent or ended since `once_since`."""
    has_one = exists().where(
        Message.lead_id == Lead.id,
        Message.kind == kind,
        Message.created_at >= once_since,
        Message.state != MessageState.CANCELLED,
    )
    query = _wanted(kind, since=since, now=now).where(~has_one).order_by(Lead.id)
    return [Wanted._make(row) for row in db.session.execute(query)]


def planned_in_vain(kind: Kind, *, since: datetime, now: datetime) -> list[int]:
    """Leads that have such a message planned although the step is no longer for them."""
    still = _wanted(kind, since=since, now=now).with_only_columns(Lead.id)
    query = select(Message.lead_id).where(
        Message.kind == kind,
        Message.state.in_([MessageState.PLANNED, MessageState.HELD_FOR_REVIEW]),
        Message.lead_id.not_in(still),
    )
    return [lead_id for lead_id in db.session.scalars(query) if lead_id is not None]


def is_wanted(kind: Kind, lead_id: int, *, since: datetime, now: datetime) -> bool:
    """Whether a step is (still) for this lead."""
    one = _wanted(kind, since=since, now=now).where(Lead.id == lead_id)
    return db.session.scalar(one.with_only_columns(literal(1)).limit(1)) is not None


def _wanted(kind: Kind, *, since: datetime, now: datetime) -> Select[Any]:
    """Columns as in `Wanted`: open leads without a visit ahead whose event is not older than `since`.

    Only people with a mail address, and only with the consent to follow-ups: the law on advertising mail
    (特定電子メール法) asks for a consent given beforehand.
    """
    event_at: Any = Booking.starts_at if kind is Kind.AFTER_NO_SHOW else Lead.stage_since
    query = (
        select(
            Lead.id, Lead.person_id, Lead.studio_id, Person.language, Studio.zone, event_at.label("event_at")
        )
        .join(Person, Person.id == Lead.person_id)
        .join(Studio, Studio.id == Lead.studio_id)
        .where(
            Lead.closed_at.is_(None),
            Person.archived_at.is_(None),
            Person.caution == "",
            event_at >= since,
            exists().where(PersonMail.person_id == Lead.person_id),
            _agrees(),
            ~_has_visit_ahead(now),
        )
    )
    if kind is Kind.AFTER_COUNSELLING:
        return query.where(Lead.stage == Stage.COUNSELLED, ~_has_trial())
    if kind is Kind.AFTER_TRIAL:
        return query.where(Lead.stage == Stage.TRIALLED)
    missed = query.join(Booking, Booking.lead_id == Lead.id)
    return missed.where(Booking.state == BookingState.NO_SHOW, ~_came_later())


def _agrees() -> ColumnElement[bool]:
    newest = (
        select(Consent.granted)
        .where(Consent.person_id == Lead.person_id, Consent.purpose == Purpose.FOLLOW_UP)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    return newest.correlate(Lead).scalar_subquery().is_(True)


def _has_visit_ahead(now: datetime) -> ColumnElement[bool]:
    ahead = aliased(Booking)
    live = ahead.state.in_([BookingState.HELD, BookingState.BOOKED])
    return exists().where(ahead.lead_id == Lead.id, ahead.starts_at > now, live)


def _has_trial() -> ColumnElement[bool]:
    return exists().where(
        Booking.lead_id == Lead.id,
        Booking.service_id == Service.id,
        Service.kind == ServiceKind.TRIAL,
        Booking.state.in_(KEPT_OR_MISSED),
    )


def _came_later() -> ColumnElement[bool]:
    later = aliased(Booking)
    return exists().where(
        later.lead_id == Lead.id, later.starts_at > Booking.starts_at, later.state.in_(KEPT_OR_MISSED)
    )
