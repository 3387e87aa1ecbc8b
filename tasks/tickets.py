"""Tickets: those of a month that has begun, those that a freeze makes last longer, the end of those nobody used."""

from datetime import datetime

from backoffice.core.audit import SYSTEM
from backoffice.core.celery_app import celery
from backoffice.memberships.freezing import follow_freezes
from backoffice.memberships.tickets import begin_changed, give_months
from backoffice.memberships.undecided import ask_about_all
from backoffice.studio.queries import the_studio
from backoffice.tickets.actions import expire
from tasks.context import in_one_transaction, run_sweep


@celery.task(name="tasks.tickets.settle")  # type: ignore[untyped-decorator]
def settle_tickets() -> None:
    """Give what has begun and end what is over."""
    run_sweep("settle_tickets", in_one_transaction(settle))


def settle(now: datetime) -> str:
    """How many months were given, how many grants ended, and how many people have bookings to decide about."""
    studio = the_studio()
    follow_freezes(studio, by=SYSTEM, now=now)
    ended = expire(by=SYSTEM, now=now)
    given = begin_changed(studio, by=SYSTEM, now=now) + give_months(studio, by=SYSTEM, now=now)
    return f"{given} given, {ended} ended, {ask_about_all(studio, by=SYSTEM, now=now)} to decide"
