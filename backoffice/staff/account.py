"""One's own account: language, password, PIN."""

from datetime import datetime

from backoffice.core.audit import record
from backoffice.core.language import Language
from backoffice.staff import passwords, sessions, tokens
from backoffice.staff.models import Staff
from backoffice.staff.sign_in import actor_of
from backoffice.studio import editing


def change_language(staff_id: int, language: str, *, now: datetime) -> None:
    """Choose Japanese or English for one's own screens and mails."""
    staff = editing.locked(Staff, staff_id)
    editing.change(
        staff, {"language": Language(language).value}, "staff", version=None, by=actor_of(staff), now=now
    )


def change_password(staff_id: int, password: str, *, now: datetime) -> Staff:
    """Choose a new password; every session of the account ends, so the caller opens a new one for this browser.

    The caller has checked the old password. Raises `Invalid` for a weak one.
    """
    staff = editing.locked(Staff, staff_id)
    passwords.check_password(password, mail=staff.mail)
    staff.password_hash = passwords.hash_secret(password)
    staff.version += 1
    sessions.end_all(staff)
    tokens.use_up(staff.id, now=now)
    record("staff.password_changed", "staff", staff.id, by=actor_of(staff), now=now, after={"password": "…"})
    return staff


def set_pin(staff_id: int, pin: str, *, now: datetime) -> None:
    """Choose the PIN for shared screens. Raises `Invalid` for one that is easy to guess."""
    staff = editing.locked(Staff, staff_id)
    passwords.check_pin(pin)
    staff.pin_hash = passwords.hash_secret(pin)
    staff.version += 1
    record("staff.pin_set", "staff", staff.id, by=actor_of(staff), now=now, after={"pin": "…"})


def remove_pin(staff_id: int, *, now: datetime) -> None:
    """Without a PIN one can no longer be chosen on the lock screen of a shared computer."""
    staff = editing.locked(Staff, staff_id)
    if staff.pin_hash is not None:
        staff.pin_hash = None
        staff.version += 1
        record("staff.pin_removed", "staff", staff.id, by=actor_of(staff), now=now)


def saw_home(staff_id: int, until: datetime, *, now: datetime) -> None:
    """Everything up to `until` was looked through. Never goes back, nor past now."""
    staff = editing.locked(Staff, staff_id)
    until = min(until, now)
    if staff.home_seen_at is None or until > staff.home_seen_at:
        staff.home_seen_at = until


def choose_summary(staff_id: int, wanted: bool, *, now: datetime) -> None:
    """Get the summary of the week by mail, or not any more. The same choice twice changes nothing."""
    staff = editing.locked(Staff, staff_id)
    editing.change(staff, {"gets_summary": wanted}, "staff", version=None, by=actor_of(staff), now=now)
