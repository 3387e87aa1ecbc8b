"""Tickets: those of a month that has begun, and the end of those nobody used."""

from datetime import datetime

from backoffice.core.audit import SYSTEM
from backoffice.core.celery_app import celery
from backoffice.memberships.tickets import give_months
from backoffice.studio.queries import the_studio
from backoffice.tickets.actions import expire
from tasks.context import in_one_transaction, run_sweep


@celery.task(name="tasks.tickets.settle")  # type: ignore[untyped-decorator]
def settle_tickets() -> None:
    """Give what has begun and end what is over."""
    run_sweep("settle_tickets", in_one_transaction(settle))


def settle(now: datetime) -> str:
    """How many months were given and how many grants ended."""
    ended = expire(by=SYSTEM, now=now)
    return f"{give_months(the_studio(), by=SYSTEM, now=now)} given, {ended} ended"
