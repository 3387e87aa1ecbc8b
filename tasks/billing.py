"""Money: months that have begun, fees of single visits, and of visits that nobody came to."""

from datetime import datetime

from backoffice.billing.charging import charge_months
from backoffice.billing.fees import follow_cancellations
from backoffice.billing.visit_fees import follow_fees
from backoffice.core.audit import SYSTEM
from backoffice.core.celery_app import celery
from backoffice.studio.queries import the_studio
from tasks.context import in_one_transaction, run_sweep


@celery.task(name="tasks.billing.charge")  # type: ignore[untyped-decorator]
def charge_what_is_due() -> None:
    """Charge what has become due."""
    run_sweep("charge_what_is_due", in_one_transaction(charge))


def charge(now: datetime) -> str:
    """How many months were charged and how many fees written or taken back."""
    studio = the_studio()
    months = charge_months(studio, by=SYSTEM, now=now)
    fees = follow_cancellations(studio, by=SYSTEM, now=now) + follow_fees(studio, by=SYSTEM, now=now)
    return f"{months} months, {fees} fees"
