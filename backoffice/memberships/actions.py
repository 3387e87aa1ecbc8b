"""Joining: the same person, one more row. Nothing is copied."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backoffice.clients.actions import register
from backoffice.clients.models import Client
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.leads.actions import advance
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plan as find_plan
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import cancel_messages, queue_message
from backoffice.people.models import Person
from backoffice.people.queries import is_reachable

WELCOME_LATEST = timedelta(days=3)
JOINED = N_("They have joined.")
FOLLOW_UPS = (Kind.AFTER_COUNSELLING, Kind.AFTER_TRIAL, Kind.AFTER_NO_SHOW)


@dataclass(frozen=True)
class Joining:
    """What was agreed: a plan, its first day, and who trains them."""

    plan_id: int
    starts_on: date
    main_trainer_id: int | None


def join(
    person: Person, terms: Joining, *, studio_id: int, lead: Lead | None, by: Actor, now: datetime
) -> Client:
    """Make a person a member: number, membership with today's price, lead JOINED, welcome message.

    Raises `AlreadyMember` when they are one, `NotFound` for a plan that is not on sale. Follow-ups that were
    planned for the lead are cancelled in the same transaction.
    """
    plan = find_plan(studio_id, terms.plan_id)
    client = register(
        person.id, joined_on=terms.starts_on, main_trainer_id=terms.main_trainer_id, by=by, now=now
    )
    membership = Membership(
        client_id=client.id,
        plan_id=plan.id,
        lead_id=None if lead is None else lead.id,
        starts_on=terms.starts_on,
        price_yen=plan.price_yen,
        sessions=plan.sessions,
        created_at=now,
        created_by=by.label,
    )
    db.session.add(membership)
    db.session.flush()
    after = {"plan_id": plan.id, "starts_on": terms.starts_on, "price_yen": plan.price_yen}
    record("membership.begun", "membership", membership.id, person_id=person.id, by=by, now=now, after=after)
    if lead is not None:
        advance(lead, Stage.JOINED, by=by, now=now)
        cancel_messages(reason=JOINED, lead_id=lead.id, kinds=FOLLOW_UPS, now=now)
    _welcome(person, client, studio_id=studio_id, lead=lead, now=now)
    return client


def _welcome(person: Person, client: Client, *, studio_id: int, lead: Lead | None, now: datetime) -> None:
    """Queue the welcome for somebody whom a message can reach."""
    if not is_reachable(person.id):
        return
    queue_message(
        Kind.WELCOME,
        studio_id=studio_id,
        dedupe_key=f"{Kind.WELCOME}:client:{client.id}",
        send_at=now,
        expires_at=now + WELCOME_LATEST,
        now=now,
        person_id=person.id,
        language=person.language,
        lead_id=None if lead is None else lead.id,
    )
