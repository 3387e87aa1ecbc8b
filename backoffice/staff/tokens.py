"""One-time secrets sent by mail: an invitation and a password reset. The database keeps their hashes only."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update

from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.core.links import absolute, secret_token, token_hash
from backoffice.staff.models import Staff, StaffState, StaffToken


class Purpose(StrEnum):
    """What a token may do; it is good for nothing else."""

    INVITE = "INVITE"
    RESET = "RESET"


LIFETIME = {Purpose.INVITE: timedelta(days=7), Purpose.RESET: timedelta(hours=2)}
PATHS = {Purpose.INVITE: "/invite", Purpose.RESET: "/reset"}
STATES = {Purpose.INVITE: StaffState.INVITED, Purpose.RESET: StaffState.ACTIVE}


class LinkUsedUp(DomainError):
    """The link is unknown, used, too old, or its account is no longer in the state it was made for."""

    status = 404
    message = N_("This link has been used or is too old. Please ask for a new one.")


def is_wanted(staff: Staff | None, purpose: Purpose) -> bool:
    """Whether a mail with such a link still makes sense: invitations for the invited, resets for the active."""
    return staff is not None and staff.state == STATES[purpose]


def mint_link(staff_id: int, purpose: Purpose, *, now: datetime) -> str:
    """Make a token and return the full address to be mailed. Called inside the claim: the address is never kept."""
    token = secret_token()
    db.session.add(
        StaffToken(
            staff_id=staff_id,
            purpose=purpose,
            token_hash=token_hash(token),
            expires_at=now + LIFETIME[purpose],
            created_at=now,
        )
    )
    db.session.flush()
    return absolute(f"{PATHS[purpose]}/{token}")


def holder_of(token: str, purpose: Purpose, *, now: datetime, lock: bool = False) -> Staff:
    """Whose token this is. `lock` holds account and token until the transaction ends, so that it is used once.

    Raises `LinkUsedUp`.
    """
    usable = select(StaffToken.staff_id).where(
        StaffToken.token_hash == token_hash(token),
        StaffToken.purpose == purpose,
        StaffToken.used_at.is_(None),
        StaffToken.expires_at > now,
    )
    staff_id = db.session.scalar(usable)
    if staff_id is None:
        raise LinkUsedUp
    # The account is locked before the token everywhere; afterwards the token is looked at again.
    staff = db.session.get(Staff, staff_id, with_for_update=lock, populate_existing=True)
    if staff is None or not is_wanted(staff, purpose):
        raise LinkUsedUp
    if lock and db.session.scalar(usable.with_for_update()) is None:
        raise LinkUsedUp
    return staff


def use_up(staff_id: int, *, now: datetime) -> None:
    """None of somebody's links works any more: one was used, or the account was suspended or changed its address."""
    unused = (StaffToken.staff_id == staff_id, StaffToken.used_at.is_(None))
    db.session.execute(update(StaffToken).where(*unused).values(used_at=now))


def forget_old(*, now: datetime) -> None:
    """Drop tokens that stopped working a month ago."""
    db.session.execute(delete(StaffToken).where(StaffToken.expires_at < now - timedelta(days=30)))
