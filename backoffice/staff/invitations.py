"""Mails that let somebody choose a password: planned here, their secret links are made when they are handed over."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.core.audit import SYSTEM, record
from backoffice.core.contact import parse_mail
from backoffice.core.db import after_commit, db
from backoffice.messaging import outbox
from backoffice.messaging.models import Kind
from backoffice.staff import passwords, sessions, tokens
from backoffice.staff.models import Staff, StaffState
from backoffice.staff.sign_in import actor_of
from backoffice.staff.tokens import Purpose

RESET_EVERY = timedelta(minutes=5)


def send_invitation(staff: Staff, *, now: datetime) -> None:
    """Plan the mail with the link; a second click in the same minute plans no second mail."""
    _send(
        Kind.STAFF_INVITE, staff, f"{int(now.timestamp()) // 60}", expires_at=now + timedelta(days=2), now=now
    )


def request_reset(mail: str, *, now: datetime) -> None:
    """Plan a reset mail if an active account has this address; the caller cannot tell whether there is one.

    At most one mail in five minutes, whoever asks.
    """
    address = parse_mail(mail)
    staff = db.session.scalar(select(Staff).where(Staff.mail == address)) if address else None
    if staff is None or not tokens.is_wanted(staff, Purpose.RESET):
        after_commit(outbox.call_worker)  # as long as for an account that exists
        return
    stretch = int(now.timestamp()) // int(RESET_EVERY.total_seconds())
    _send(Kind.PASSWORD_RESET, staff, str(stretch), expires_at=now + timedelta(hours=1), now=now)
    record("staff.reset_requested", "staff", staff.id, by=SYSTEM, now=now)


def _send(kind: Kind, staff: Staff, turn: str, *, expires_at: datetime, now: datetime) -> None:
    outbox.queue_message(
        kind,
        studio_id=staff.studio_id,
        staff_id=staff.id,
        language=staff.language,
        dedupe_key=f"{kind}:staff:{staff.id}:{turn}",
        send_at=now,
        expires_at=expires_at,
        now=now,
    )


def accept(token: str, purpose: Purpose, password: str, *, now: datetime) -> Staff:
    """Choose a password by an invitation's or a reset's link. Every link and every session of the account ends.

    Raises `LinkUsedUp`, or `Invalid` for a password that is too weak (the link then stays good).
    """
    staff = tokens.holder_of(token, purpose, now=now, lock=True)
    passwords.check_password(password, mail=staff.mail)
    staff.password_hash = passwords.hash_secret(password)
    before = staff.state
    staff.state = StaffState.ACTIVE
    staff.version += 1
    sessions.end_all(staff)
    tokens.use_up(staff.id, now=now)
    action = "staff.joined" if purpose is Purpose.INVITE else "staff.password_reset"
    after = {"state": staff.state, "password": "…"}
    record(action, "staff", staff.id, by=actor_of(staff), now=now, before={"state": before}, after=after)
    return staff
