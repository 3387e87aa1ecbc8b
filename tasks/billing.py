"""Money: months that have begun, fees of single visits, and of visits that nobody came to."""

from datetime import datetime

from backoffice.billing.charging import charge_months, uncharged
from backoffice.billing.fees import follow_cancellations, unsettled
from backoffice.billing.visit_fees import follow_fees, guests_with_fees
from backoffice.core.audit import SYSTEM
from backoffice.core.batches import in_batches
from backoffice.core.celery_app import celery
from backoffice.core.db import transaction
from backoffice.core.heartbeat import beat
from backoffice.health import CHARGED
from backoffice.studio.queries import the_studio
from tasks.context import run_sweep


@celery.task(name="tasks.billing.charge")  # type: ignore[untyped-decorator]
def charge_what_is_due() -> None:
    """Charge what has become due."""
    run_sweep("charge_what_is_due", charge)


def charge(now: datetime) -> str:
    """How many months were charged and how many fees written or taken back; what could not be is for `doctor`.

    In small pieces: whoever takes the next number of an invoice at the desk waits for one of them at most.
    """
    months = in_batches(
        "months",
        uncharged(the_studio(), now=now),
        lambda ids: charge_months(the_studio(), only=ids, by=SYSTEM, now=now),
    )
    missed = in_batches(
        "cancellation_fees",
        unsettled(the_studio(), now=now),
        lambda ids: follow_cancellations(the_studio(), only=ids, by=SYSTEM, now=now),
    )
    visits = in_batches(
        "visit_fees",
        guests_with_fees(the_studio(), now=now),
        lambda ids: follow_fees(the_studio(), only=ids, by=SYSTEM, now=now),
    )
    failed = {"months of memberships": months.failed, "fees of visits": missed.failed + visits.failed}
    with transaction():
        beat(
            CHARGED, now=now, detail=", ".join(f"{what}: {count}" for what, count in failed.items() if count)
        )
    return f"{months.written} months, {missed.written + visits.written} fees"
