"""The account behind an event: found or begun, and whether it can be written to."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.db import db, send
from backoffice.line.models import LineAccount
from backoffice.people.queries import locked_people
from backoffice.studio.scope import of_studio

_TABLE = cast(Table, LineAccount.__table__)
_BEGIN = insert(_TABLE).on_conflict_do_nothing(index_elements=["user_id"])


def held_account(studio_id: int, user_id: str, *, now: datetime) -> LineAccount:
    """The account with this id, begun if it is new, held until the end of the transaction.

    A new one asks for its profile at the next sweep.
    """
    row = {
        "studio_id": studio_id, "user_id": user_id, "language": "ja", "first_seen_at": now, "last_seen_at": now,
        "profile_try_at": now, "profile_tries": 0, "wrong_codes": 0,
    }  # fmt: skip
    send(_BEGIN, row)
    query = select(LineAccount).where(LineAccount.user_id == user_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def set_followed(account: LineAccount, is_followed: bool, *, at: datetime) -> bool:
    """Write down that somebody follows or blocks the gym, by LINE's own time `at`.

    False, and nothing changes, when something later is known already: events may come in any order.
    """
    if account.followed_changed_at is not None and at <= account.followed_changed_at:
        return False
    account.followed_changed_at = at
    account.blocked_at = None if is_followed else at
    if account.person_id is not None:
        for person in locked_people([account.person_id]):
            if person.line_user_id == account.user_id:
                person.line_blocked_at = account.blocked_at
    return True


def set_aside(studio_id: int, account_id: int, *, aside: bool, now: datetime) -> LineAccount:
    """Take an account nobody needs to know off the list, or put it back. Raises `NotFound`."""
    account = of_studio(LineAccount, studio_id, account_id, lock=True)
    account.set_aside_at = now if aside else None
    return account
