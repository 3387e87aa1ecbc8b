"""How often somebody failed to prove who they are, and how long they must wait. Unknown accounts count as well."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.db import db
from backoffice.staff.models import SignInFailure

FREE_TRIES = 5
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
FORGOTTEN = timedelta(hours=24)
PIN_TRIES = 3


def mail_key(mail: str) -> str:
    """The counter of one mail address. Hashed: people type passwords into the wrong field."""
    return "mail:" + hashlib.sha256(mail.encode("utf-8", "surrogatepass")).hexdigest()


def pin_key(session_id: int, staff_id: int) -> str:
    """The counter of one person's PIN in one browser."""
    return f"pin:{session_id}:{staff_id}"


def take_turn(key: str, *, now: datetime) -> SignInFailure:
    """The counter of a key, held until the transaction ends, so that guesses at the same time are counted one by one.

    A counter whose last failure is a day old starts anew.
    """
    db.session.execute(
        insert(SignInFailure).values(key=key, failures=0, last_at=now).on_conflict_do_nothing()
    )
    query = select(SignInFailure).where(SignInFailure.key == key).with_for_update()
    counter = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    if now - counter.last_at > FORGOTTEN:
        counter.failures, counter.locked_until = 0, None
    return counter


def wait_of(counter: SignInFailure, *, now: datetime) -> timedelta:
    """How long this key must still wait; zero when it may try."""
    return max(counter.locked_until - now, timedelta(0)) if counter.locked_until else timedelta(0)


def count_failure(counter: SignInFailure, *, now: datetime) -> None:
    """One more failure. From the fifth on each costs a longer wait: 1, 5, 15, then 60 minutes."""
    counter.failures += 1
    counter.last_at = now
    beyond = counter.failures - FREE_TRIES
    if beyond >= 0:
        counter.locked_until = now + WAITS[min(beyond, len(WAITS) - 1)]


def forgive(key: str) -> None:
    """Forget the failures of a key: the right secret was given."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.key == key))


def forget_old(*, now: datetime) -> None:
    """Drop counters that no longer count."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - FORGOTTEN))
