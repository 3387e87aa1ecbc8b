"""Progress: reviews that come up."""

from datetime import datetime

from backoffice.core.celery_app import celery
from backoffice.progress.reviews import plan_reviews
from backoffice.studio.queries import the_studio
from tasks.context import in_one_transaction, run_sweep


@celery.task(name="tasks.progress.plan_reviews")  # type: ignore[untyped-decorator]
def plan_coming_reviews() -> None:
    """Ask trainers for the reviews of weeks three and eight."""
    run_sweep("plan_reviews", in_one_transaction(_sweep))


def _sweep(now: datetime) -> int:
    return plan_reviews(the_studio(), now=now)
