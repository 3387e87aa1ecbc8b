"""Reports: the summary of the week for managers."""

from datetime import datetime

from backoffice.core.celery_app import celery
from backoffice.reports.summary import plan_summaries
from backoffice.studio.queries import the_studio
from tasks.context import in_one_transaction, run_sweep


@celery.task(name="tasks.reports.send_summaries")  # type: ignore[untyped-decorator]
def send_summaries() -> None:
    """Plan the mails of this Monday that are not planned yet."""
    run_sweep("send_summaries", in_one_transaction(_sweep))


def _sweep(now: datetime) -> int:
    return plan_summaries(the_studio(), now=now)
