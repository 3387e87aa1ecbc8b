"""Proving who one is: password at sign-in and when it is asked again, PIN on a shared screen.

A wrong secret is an answer, not an exception: the failure it leaves must be committed. Callers commit, then raise
`result.refusal` if there is one. Answers are the same, and take as long, whether or not the account exists.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import parse_mail
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.staff import failures, passwords, sessions
from backoffice.staff.models import Staff, StaffState


class WrongSecret(DomainError):
    """The secret given is not right. Says nothing about which part was wrong."""

    message = N_("The mail address or the password is not right.")


class TooManyTries(DomainError):
    """Too many failures with this key; `minutes` to wait. Said for unknown accounts in the same way."""

    status = 429
    message = N_("Too many tries. Please wait %(minutes)s min and try again.")


class PinUsedUp(DomainError):
    """Three wrong PINs: in this browser the person must give the password once."""

    status = 429
    message = N_("Three wrong PINs. Please use the password.")


class NoPin(DomainError):
    """The person chosen has no PIN, or may not be chosen in this browser."""

    message = N_("Please choose somebody who has a PIN, or use the password.")


@dataclass(frozen=True)
class Proof:
    """What came of a try: somebody, or a refusal to raise after the commit."""

    staff: Staff | None = None
    refusal: DomainError | None = None
    token: str = ""


def sign_in(mail: str, password: str, *, is_shared: bool, now: datetime) -> Proof:
    """Check a password and open a session of this browser; `token` belongs in its cookie and nowhere else."""
    proof = _check_password(mail, password, now=now)
    if proof.staff is None:
        return proof
    token = sessions.open_session(proof.staff, is_shared=is_shared, now=now)
    after = {"shared": is_shared}
    record("staff.signed_in", "staff", proof.staff.id, by=actor_of(proof.staff), now=now, after=after)
    return Proof(proof.staff, token=token)


def confirm_password(staff: Staff, session_id: int, password: str, *, now: datetime) -> Proof:
    """Check the password of the one who is working again: unlocks the screen and makes the session fresh."""
    proof = _check_password(staff.mail, password, now=now)
    if isinstance(proof.refusal, WrongSecret):
        return Proof(refusal=WrongSecret(N_("The password is not right."), field="password"))
    if proof.staff is not None:
        failures.forgive(failures.pin_key(session_id, staff.id))
        sessions.make_fresh(session_id, now=now)
    return proof


def enter_pin(session_id: int, staff: Staff, pin: str, *, by: Actor, now: datetime) -> Proof:
    """Check a PIN and hand this browser to its owner. After three wrong ones only the password helps."""
    key = failures.pin_key(session_id, staff.id)
    counter = failures.take_turn(key, now=now)
    if counter.failures >= failures.PIN_TRIES:
        return Proof(refusal=PinUsedUp(field="pin"))
    if staff.state != StaffState.ACTIVE or not passwords.matches(staff.pin_hash, pin):
        counter.failures += 1
        counter.last_at = now
        used_up = counter.failures >= failures.PIN_TRIES
        wrong = PinUsedUp(field="pin") if used_up else WrongSecret(N_("That PIN is not right."), field="pin")
        return Proof(refusal=wrong)
    failures.forgive(key)
    sessions.hand_over(session_id, staff, now=now)
    if by.id != staff.id:
        record("staff.took_over", "staff", staff.id, by=actor_of(staff), now=now, before={"staff_id": by.id})
    return Proof(staff)


def actor_of(staff: Staff) -> Actor:
    """A staff member as the audit knows them."""
    return Actor("staff", staff.id, staff.name)


def _check_password(mail: str, password: str, *, now: datetime) -> Proof:
    address = parse_mail(mail) or mail.strip().lower()[:254]
    key = failures.mail_key(address)
    counter = failures.take_turn(key, now=now)
    if wait := failures.wait_of(counter, now=now):
        return Proof(refusal=TooManyTries(minutes=_minutes(wait)))
    staff = db.session.scalar(select(Staff).where(Staff.mail == address))
    usable = staff is not None and staff.state == StaffState.ACTIVE
    if not passwords.matches(staff.password_hash if staff and usable else None, password) or staff is None:
        failures.count_failure(counter, now=now)
        return Proof(refusal=WrongSecret())
    failures.forgive(key)
    if staff.password_hash and passwords.is_outdated(staff.password_hash):
        staff.password_hash = passwords.hash_secret(password)
    return Proof(staff)


def _minutes(wait: timedelta) -> int:
    return -(-int(wait.total_seconds()) // 60) or 1
