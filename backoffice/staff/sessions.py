"""Sessions of signed-in browsers: opened, seen, locked, handed over by PIN, ended. Rows, so that they can end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from backoffice.core.db import db, fetch
from backoffice.core.links import secret_token, token_hash
from backoffice.staff.models import Staff, StaffSession, StaffState
from backoffice.staff.permissions import Permission, permissions_of
from backoffice.studio.models import Studio

IDLE_LOCK = timedelta(minutes=5)
FRESH = timedelta(minutes=10)
LONGEST = timedelta(days=30)
SEEN_EVERY = timedelta(seconds=60)


_SIGNED_IN = (
    select(
        Staff.id, Staff.name, Staff.language, Staff.roles, Staff.state, Staff.epoch,
        Staff.pin_hash.is_not(None).label("has_pin"),
        StaffSession.id.label("session_id"), StaffSession.epoch.label("session_epoch"),
        StaffSession.is_shared, StaffSession.is_locked, StaffSession.seen_at, StaffSession.fresh_at,
        StaffSession.signed_in_at, Studio.setup_stamp,
    )
    .join(StaffSession, StaffSession.staff_id == Staff.id)
    .join(Studio, Studio.id == Staff.studio_id)
    .where(StaffSession.token_hash == bindparam("token_hash"), StaffSession.ended_at.is_(None))
)  # fmt: skip
"""Put together once: every request asks it."""


@dataclass(frozen=True)
class SignedIn:
    """The acting staff member of a request, with the state of the browser's session."""

    id: int
    session_id: int
    name: str
    language: str
    roles: list[str]
    permissions: frozenset[Permission]
    is_shared: bool
    is_locked: bool
    is_fresh: bool
    has_pin: bool
    is_quiet: bool
    setup_stamp: UUID
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False


def open_session(staff: Staff, *, is_shared: bool, now: datetime) -> str:
    """Begin a session and return its token, which only the browser's cookie knows."""
    token = secret_token()
    db.session.add(
        StaffSession(
            token_hash=token_hash(token),
            staff_id=staff.id,
            epoch=staff.epoch,
            is_shared=is_shared,
            signed_in_at=now,
            seen_at=now,
            fresh_at=now,
        )
    )
    db.session.flush()
    return token


def signed_in(token: str, *, now: datetime) -> SignedIn | None:
    """Who this browser's token stands for at `now`; None when the session or the account has ended.

    One statement. `setup_stamp` is the studio's: pages see by it whether the lists they keep still hold. `is_quiet`
    says that nothing was heard of the session for a minute: time to call `note_seen`.
    """
    row = fetch(_SIGNED_IN, {"token_hash": token_hash(token)}).one_or_none()
    if row is None or row.state != StaffState.ACTIVE or row.epoch != row.session_epoch:
        return None
    if now - row.signed_in_at > LONGEST:
        return None
    idle = now - row.seen_at
    is_locked = row.is_locked or (row.is_shared and idle >= IDLE_LOCK)
    return SignedIn(
        id=row.id,
        session_id=row.session_id,
        name=row.name,
        language=row.language,
        roles=row.roles,
        permissions=permissions_of(row.roles),
        is_shared=row.is_shared,
        is_locked=is_locked,
        is_fresh=now - row.fresh_at < FRESH,
        has_pin=row.has_pin,
        is_quiet=not is_locked and idle >= SEEN_EVERY,
        setup_stamp=row.setup_stamp,
    )


def note_seen(session_id: int, *, now: datetime) -> None:
    """Somebody is working in this browser. Requests at the same moment write once."""
    quiet = (StaffSession.id == session_id, StaffSession.seen_at <= now - SEEN_EVERY)
    db.session.execute(update(StaffSession).where(*quiet).values(seen_at=now))


def lock(session_id: int) -> None:
    """Cover the screen of this browser until a PIN or a password opens it."""
    db.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(is_locked=True))


def hand_over(session_id: int, staff: Staff, *, now: datetime) -> None:
    """Let another staff member (or the same one) work in this browser; their PIN was checked by the caller."""
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id)
        .values(staff_id=staff.id, epoch=staff.epoch, is_locked=False, seen_at=now, fresh_at=now - FRESH)
    )


def make_fresh(session_id: int, *, now: datetime) -> None:
    """The password was just given again: the screen is open and staff changes and exports are allowed for a while."""
    values = {"fresh_at": now, "seen_at": now, "is_locked": False}
    db.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(**values))


def end(session_id: int, *, now: datetime) -> None:
    """Sign this browser out; its token never works again."""
    db.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(ended_at=now))


def end_all(staff: Staff) -> None:
    """Sign somebody out everywhere at once (suspended, password changed)."""
    staff.epoch += 1


def forget_old(*, now: datetime) -> None:
    """Drop sessions that ended or could not be used any more a month ago; the audit keeps who signed in when."""
    past = now - LONGEST - timedelta(days=30)
    db.session.execute(delete(StaffSession).where(StaffSession.signed_in_at < past))
