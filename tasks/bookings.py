"""Bookings: holds that lapse, the waiting list, and times sent to choose from."""

from datetime import datetime

from backoffice.choices.actions import settle_choices
from backoffice.core.celery_app import celery
from backoffice.studio.queries import the_studio
from backoffice.waiting.offering import sweep
from tasks.context import in_one_transaction, run_sweep


@celery.task(name="tasks.bookings.offer_free_times")  # type: ignore[untyped-decorator]
def offer_free_times() -> None:
    """End what is over, and offer what is free to those who wait."""
    run_sweep("offer_free_times", in_one_transaction(_sweep))


def _sweep(now: datetime) -> None:
    sweep(the_studio(), now=now)
    settle_choices(now=now)
