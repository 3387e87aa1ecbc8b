"""Joining: the same person, one more row. Nothing is copied."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backoffice.clients.actions import register
from backoffice.clients.models import Client
from backoffice.clients.queries import client_of, has_left, held_client
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.leads.actions import advance
from backoffice.leads.models import Lead, Stage
from backoffice.leads.queries import open_lead_of
from backoffice.memberships.models import Membership, Plan
from backoffice.memberships.periods import last_day
from backoffice.memberships.queries import plan as find_plan
from backoffice.memberships.rejoining import OldTickets, check_first_day, come_back
from backoffice.memberships.tickets import give_first
from backoffice.messaging.models import Kind
from backoffice.messaging.outbox import cancel_messages, queue_message
from backoffice.people.models import Person
from backoffice.people.queries import is_reachable
from backoffice.studio.models import Studio

WELCOME_LATEST = timedelta(days=3)
FARTHEST = timedelta(days=366)
TOO_FAR = N_("A first day more than a year ahead is not possible.")
LEAVES = N_(
    "Their last day is %(day)s, so nothing new is sold until then. If they stay, take the leaving back first;"
    " after that day it is sold as joining again."
)
OVER = N_("Its tickets would be over already. Please choose a later first day.")
JOINED = N_("They have joined.")
FOLLOW_UPS = (Kind.AFTER_COUNSELLING, Kind.AFTER_TRIAL, Kind.AFTER_NO_SHOW)


@dataclass(frozen=True)
class Joining:
    """What was agreed: a plan, its first day, who trains them, yen taken off the plan (of a month: the first one).

    `old_tickets` is said for who has left and joins again with tickets left from before.
    """

    plan_id: int
    starts_on: date
    main_trainer_id: int | None
    off_yen: int = 0
    old_tickets: OldTickets | None = None


def join(
    person: Person, terms: Joining, *, studio_id: int, lead: Lead | None, by: Actor, now: datetime
) -> Client:
    """Make a person a member: number, membership with today's price, lead JOINED, welcome message.

    Who has left joins again with the number they have. Raises `AlreadyMember` when they are one, `NotFound` for a plan
    that is not on sale, and what `come_back` refuses. Follow-ups that were planned for the lead are cancelled in the
    same transaction.
    """
    plan = find_plan(studio_id, terms.plan_id)
    client = client_of(person.id)
    if client is None:
        client = register(
            person.id, joined_on=terms.starts_on, main_trainer_id=terms.main_trainer_id, by=by, now=now
        )
    else:
        come_back(
            client, terms.starts_on, main_trainer_id=terms.main_trainer_id, old_tickets=terms.old_tickets,
            studio=db.session.get_one(Studio, studio_id), by=by, now=now,
        )  # fmt: skip
    lead_id = None if lead is None else lead.id
    begin(client, plan, terms.starts_on, lead_id=lead_id, off_yen=terms.off_yen, by=by, now=now)
    _credit_lead(lead, by=by, now=now)
    _welcome(person, client, studio_id=studio_id, lead=lead, now=now)
    return client


def sell(
    client: Client,
    plan_id: int,
    starts_on: date,
    *,
    studio_id: int,
    old_tickets: OldTickets | None = None,
    by: Actor,
    now: datetime,
) -> Membership:
    """Sell a member one more pack or month. Who has left joins again with it, through the lead that is open then.

    Raises `NotFound` for a plan that is not on sale; refuses (Invalid) a first day so early that its tickets are over,
    whoever has a last day that is still to come, and what `come_back` refuses.
    """
    client = held_client(client.id)
    plan, studio = find_plan(studio_id, plan_id), db.session.get_one(Studio, studio_id)
    today = local_date(now, studio.zone)
    check_start(plan, starts_on, today=today)
    check_buyer(client, starts_on, today=today)
    if not has_left(client, today):
        return begin(client, plan, starts_on, by=by, now=now)
    come_back(client, starts_on, main_trainer_id=None, old_tickets=old_tickets, studio=studio, by=by, now=now)
    lead = open_lead_of(client.person_id)
    sold = begin(client, plan, starts_on, lead_id=None if lead is None else lead.id, by=by, now=now)
    _credit_lead(lead, by=by, now=now)
    return sold


def check_buyer(client: Client, starts_on: date, *, today: date) -> None:
    """Refuses (Invalid) whoever has a last day that is still to come, and who has left a first day not after it."""
    if has_left(client, today):
        check_first_day(client, starts_on)
    elif client.left_on is not None:
        raise Invalid(LEAVES, day=client.left_on.isoformat())


def check_start(plan: Plan, starts_on: date, *, today: date) -> date | None:
    """The last day on which what is sold can be used at first (None: no end). Refuses (Invalid) a first day that
    is more than a year ahead, and one so early that the tickets are over.
    """
    if starts_on > today + FARTHEST:
        raise Invalid(TOO_FAR, field="starts_on")
    months = 1 + plan.carries_months if plan.is_monthly else plan.valid_months
    last = None if months is None else last_day(starts_on, months)
    if last is not None and last < today:
        raise Invalid(OVER, field="starts_on")
    return last


def begin(
    client: Client,
    plan: Plan,
    starts_on: date,
    *,
    lead_id: int | None = None,
    off_yen: int = 0,
    by: Actor,
    now: datetime,
) -> Membership:
    """Write an agreement down as the plan is today, and give the tickets it brings, cheaper by what was taken off."""
    membership = agree(client, plan, starts_on, lead_id=lead_id, by=by, now=now)
    studio = db.session.get_one(Studio, plan.studio_id)
    give_first(membership, client.person_id, studio, off_yen=off_yen, by=by, now=now)
    return membership


def agree(
    client: Client,
    plan: Plan,
    starts_on: date,
    *,
    lead_id: int | None = None,
    replaces_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Membership:
    """Write an agreement down as the plan is today."""
    membership = Membership(
        client_id=client.id,
        plan_id=plan.id,
        lead_id=lead_id,
        replaces_id=replaces_id,
        name_ja=plan.name_ja,
        name_en=plan.name_en,
        starts_on=starts_on,
        price_yen=plan.price_yen,
        tax_rate=plan.tax_rate,
        sessions=plan.sessions,
        is_monthly=plan.is_monthly,
        valid_months=plan.valid_months,
        carries_months=plan.carries_months,
        trial_credit_days=plan.trial_credit_days,
        deposit_yen=plan.deposit_yen,
        created_at=now,
        created_by=by.label,
    )
    db.session.add(membership)
    db.session.flush()
    after = {"plan_id": plan.id, "starts_on": starts_on, "price_yen": plan.price_yen}
    person_id = client.person_id
    record("membership.begun", "membership", membership.id, person_id=person_id, by=by, now=now, after=after)
    return membership


def _credit_lead(lead: Lead | None, *, by: Actor, now: datetime) -> None:
    """The lead has led to joining, and nobody is asked any more."""
    if lead is not None:
        advance(lead, Stage.JOINED, by=by, now=now)
        cancel_messages(reason=JOINED, lead_id=lead.id, kinds=FOLLOW_UPS, now=now)


def _welcome(person: Person, client: Client, *, studio_id: int, lead: Lead | None, now: datetime) -> None:
    """Queue the welcome for somebody whom a message can reach."""
    if not is_reachable(person.id):
        return
    queue_message(
        Kind.WELCOME,
        studio_id=studio_id,
        dedupe_key=f"{Kind.WELCOME}:client:{client.id}{f':{client.joined_on}' if client.version > 1 else ''}",
        send_at=now,
        expires_at=now + WELCOME_LATEST,
        now=now,
        person_id=person.id,
        language=person.language,
        lead_id=None if lead is None else lead.id,
    )
