"""Reports: the summary of the week for managers, and the visits a large gym is counted from."""

from datetime import datetime

from backoffice.core.celery_app import celery
from backoffice.reports import kept
from backoffice.reports.summary import plan_summaries
from backoffice.studio.queries import the_studio
from tasks.context import in_one_transaction, run_sweep


@celery.task(name="tasks.reports.send_summaries")  # type: ignore[untyped-decorator]
def send_summaries() -> None:
    """Plan the mails of this Monday that are not planned yet."""
    run_sweep("send_summaries", in_one_transaction(_sweep))


@celery.task(name=kept.KEEP_TASK)  # type: ignore[untyped-decorator]
def keep_visits() -> None:
    """Bring the visits that reports count up to date, in a gym large enough to need it."""
    run_sweep("keep_visits", in_one_transaction(_keep))


def _keep(now: datetime) -> int | None:
    return kept.keep_visits(now=now)


def _sweep(now: datetime) -> int:
    return plan_summaries(the_studio(), now=now)
