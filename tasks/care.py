"""CARE: who has been silent."""

from datetime import datetime

from backoffice.care.silence import notice_silence
from backoffice.core.celery_app import celery
from backoffice.studio.queries import the_studio
from tasks.context import in_one_transaction, run_sweep


@celery.task(name="tasks.care.notice_silence")  # type: ignore[untyped-decorator]
def notice_silent_clients() -> None:
    """Ask trainers about members who have told nothing for two weeks."""
    run_sweep("notice_silence", in_one_transaction(_sweep))


def _sweep(now: datetime) -> int:
    return notice_silence(the_studio(), now=now)
