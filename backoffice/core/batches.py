"""Work on many rows in small transactions: nobody waits for all of it, and one bad row does not stop the others."""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from backoffice.core.db import db, in_transaction

log = logging.getLogger(__name__)

BATCH = 20


class Tally(NamedTuple):
    """What the batches of a sweep came to: how much was written, and how many rows could not be done."""

    written: int
    failed: int


def in_batches(name: str, ids: Sequence[int], work: Callable[[Sequence[int]], int]) -> Tally:
    """A sweep in small batches: `work` is given a few rows at a time and says how much it wrote, each time in a
    transaction of its own, so nobody waits longer than for one of them and what was done stays done.

    The rows of a batch that fails are tried one by one. One that fails alone is named in the log by its number, never
    with its values, and left for the next run. A lost database ends the sweep.
    """
    written = failed = 0
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        done = _attempt(name, some, work)
        if done is None and len(some) == 1:
            failed += 1  # it was alone already
        elif done is None:
            alone = [_attempt(name, [one], work) for one in some]
            failed += alone.count(None)
            written += sum(one or 0 for one in alone)
        written += done or 0
    return Tally(written, failed)


def _attempt(name: str, ids: Sequence[int], work: Callable[[Sequence[int]], int]) -> int | None:
    """What `work` wrote; None when it failed and nothing of it stands."""
    db.session.expunge_all()  # what was read before may have changed meanwhile
    try:
        return in_transaction(lambda: work(ids))
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        if len(ids) == 1:
            log.error("row not done", extra={"sweep": name, "row": ids[0], "kind": type(error).__name__})
        return None
