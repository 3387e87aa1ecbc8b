"""A change of plan: one agreement ends, the other begins on the next month day, as the plan is today."""

from datetime import date, datetime, timedelta

from backoffice.clients.models import Client
from backoffice.clients.queries import held_client
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.memberships.actions import agree
from backoffice.memberships.freezes import freezes_of
from backoffice.memberships.freezing import held_membership
from backoffice.memberships.models import Membership
from backoffice.memberships.periods import begun, months_after
from backoffice.memberships.queries import plan as find_plan
from backoffice.studio.models import Studio

ONLY_MONTHS = N_("Only monthly plans are changed. After a pack another one is simply sold.")
TO_MONTHS = N_("Only another monthly plan can follow. A pack is simply sold.")
NOT_BEGUN = N_("This membership has not begun yet. Its plan can be changed from its first day on.")
ENDS_ALREADY = N_("This membership ends already.")
SAME = N_("This is the plan they have.")
IS_FROZEN = N_("The new plan would begin in a freeze. Please end the freeze before.")
BEGUN = N_("The new plan has begun.")


def next_month_day(membership: Membership, today: date) -> date:
    """The first day of the next month of an agreement. Pure."""
    return months_after(membership.starts_on, begun(membership.starts_on, today))


def change_plan(membership_id: int, plan_id: int, *, studio: Studio, by: Actor, now: datetime) -> Membership:
    """End a monthly agreement with the month that runs, and begin another plan after it; returns the new one.

    Tickets of the new one are given on its first day. The deposit stays as it was paid: none is charged for a change.
    Refuses (Invalid) packs on either side, the same plan, what ends already or has not begun, and a first day inside a
    freeze. Raises `NotFound`.
    """
    client = _client_of(membership_id)
    old, _person_id = held_membership(studio.id, membership_id)
    plan = find_plan(studio.id, plan_id)
    if not old.is_monthly:
        raise Invalid(ONLY_MONTHS)
    if not plan.is_monthly:
        raise Invalid(TO_MONTHS, field="plan_id")
    if old.ends_on is not None:
        raise Invalid(ENDS_ALREADY)
    if plan.id == old.plan_id:
        raise Invalid(SAME, field="plan_id")
    today = local_date(now, studio.zone)
    if old.starts_on > today:
        raise Invalid(NOT_BEGUN)
    starts_on = next_month_day(old, today)
    for freeze in freezes_of([old.id])[old.id]:
        if freeze.ends_on is None or freeze.ends_on >= starts_on:
            raise Invalid(IS_FROZEN)
    old.ends_on = starts_on - timedelta(days=1)
    old.version += 1
    new = agree(client, plan, starts_on, replaces_id=old.id, by=by, now=now)
    new.deposit_yen = old.deposit_yen
    return new


def take_change_back(membership_id: int, *, studio: Studio, by: Actor, now: datetime) -> None:
    """Before its first day a change of plan can be taken back: the agreement that it would have ended goes on.

    Until the last day of who leaves, if one is set.

    `membership_id` is the new one; nothing was given for it, so its row goes, and the audit says what it was. Refuses
    (Invalid) one that has begun. Raises `NotFound`.
    """
    _client_of(membership_id)
    new, person_id = held_membership(studio.id, membership_id)
    if new.replaces_id is None:
        raise NotFound
    if new.starts_on <= local_date(now, studio.zone):
        raise Invalid(BEGUN)
    old, _same_person = held_membership(studio.id, new.replaces_id)
    old.ends_on = new.ends_on
    old.version += 1
    before = {"plan_id": new.plan_id, "starts_on": new.starts_on, "price_yen": new.price_yen}
    record("membership.withdrawn", "membership", new.id, person_id=person_id, by=by, now=now, before=before)
    db.session.delete(new)
    db.session.flush()


def _client_of(membership_id: int) -> Client:
    """Whose agreement it is, held before it: in the order in which `leave` holds them. Raises `NotFound`."""
    membership = db.session.get(Membership, membership_id)
    if membership is None:
        raise NotFound
    return held_client(membership.client_id)
