"""What happens to an account: invited, entered, changed, suspended, restored. Nobody can lock the gym out of itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.audit import Actor, record
from backoffice.core.contact import parse_mail
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, check_version
from backoffice.core.language import N_, Language
from backoffice.staff import invitations, passwords, sessions, tokens
from backoffice.staff.models import Role, Staff, StaffState
from backoffice.studio import editing


class LastOwner(DomainError):
    """Somebody must stay who can let others in."""

    message = N_("This is the only active owner. Please make somebody else an owner first.")


class NotNow(DomainError):
    """The account is not in a state for this."""

    status = 409
    message = N_("This account has changed in the meantime. Please look at it again.")


def invite(
    mail: str,
    name: str,
    roles: Iterable[str],
    *,
    studio_id: int,
    language: str = Language.JA,
    name_en: str = "",
    by_mail: bool = True,
    by: Actor,
    now: datetime,
) -> Staff:
    """Create an account without a password and mail its owner a link to choose one.

    Not `by_mail`: the link is to be handed over (`invitation_link`).

    Refuses an address that is unreadable or taken, a missing name, and no or unknown roles.
    """
    staff = _add(mail, name, roles, studio_id=studio_id, language=language, name_en=name_en, now=now)
    record(
        "staff.invited", "staff", staff.id, by=by, now=now, after={"mail": staff.mail, "roles": staff.roles}
    )
    if by_mail:
        invitations.send_invitation(staff, now=now)
    return staff


def add_with_password(
    mail: str,
    name: str,
    roles: Iterable[str],
    password: str,
    *,
    studio_id: int,
    name_en: str = "",
    language: Language = Language.JA,
    by: Actor,
    now: datetime,
) -> Staff:
    """Create an active account at once; for the first owner at the machine itself. Refuses what `invite` refuses."""
    staff = _add(mail, name, roles, studio_id=studio_id, language=language, name_en=name_en, now=now)
    passwords.check_password(password, mail=staff.mail)
    staff.password_hash = passwords.hash_secret(password)
    staff.state = StaffState.ACTIVE
    db.session.flush()
    record("staff.added", "staff", staff.id, by=by, now=now, after={"mail": staff.mail, "roles": staff.roles})
    return staff


def _add(
    mail: str, name: str, roles: Iterable[str], *, studio_id: int, language: str, name_en: str, now: datetime
) -> Staff:
    values = {
        "mail": _address(mail),
        "name": _checked_name(name),
        "name_en": name_en.strip(),
        "language": Language(language).value,
        "roles": _checked_roles(roles),
        "studio_id": studio_id,
        "state": StaffState.INVITED.value,
        "created_at": now,
        "epoch": 1,
        "version": 1,
    }
    added: Staff | None = db.session.scalar(
        insert(Staff).values(**values).on_conflict_do_nothing().returning(Staff)
    )
    if added is None:
        raise Invalid(N_("Somebody already uses this mail address."), field="mail")
    return added


def invite_again(staff_id: int, *, by: Actor, now: datetime) -> None:
    """Mail a new link to somebody who has not chosen a password yet."""
    staff = editing.locked(Staff, staff_id)
    if staff.state != StaffState.INVITED:
        raise NotNow
    invitations.send_invitation(staff, now=now)
    record("staff.invited_again", "staff", staff.id, by=by, now=now)


def invitation_link(staff_id: int, *, by: Actor, now: datetime) -> str:
    """A link to choose the first password, to be handed over by whoever asked: where no mail is set up.

    It is told this once, the database keeps its hash; older links of the account end. Refuses (`NotNow`) an account
    that has a password. That it was shown is recorded.
    """
    staff = editing.locked(Staff, staff_id)
    if staff.state != StaffState.INVITED:
        raise NotNow
    tokens.use_up(staff.id, now=now)
    record("staff.link_shown", "staff", staff.id, by=by, now=now)
    return tokens.mint_link(staff.id, tokens.Purpose.INVITE, now=now)


def change_member(
    staff_id: int, changes: Mapping[str, Any], *, version: int | None, by: Actor, now: datetime
) -> bool:
    """Change name, address, language or roles. Refuses to take the owner's role from the last active owner."""
    owners = _lock_owners()
    staff = editing.locked(Staff, staff_id)
    wanted = dict(changes)
    if "roles" in wanted:
        wanted["roles"] = _checked_roles(wanted["roles"])
        if Role.OWNER not in wanted["roles"]:
            _keep_an_owner(staff, owners)
    if "name" in wanted:
        wanted["name"] = _checked_name(wanted["name"])
    if "mail" in wanted:
        wanted["mail"] = _free_address(wanted["mail"], staff)
    is_moved = "mail" in wanted and wanted["mail"] != staff.mail
    is_changed = editing.change(staff, wanted, "staff", version=version, by=by, now=now)
    if is_moved:
        tokens.use_up(staff.id, now=now)
    return is_changed


def suspend(staff_id: int, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """Close an account and end its sessions at once. Refuses the last active owner; twice changes nothing."""
    owners = _lock_owners()
    staff = editing.locked(Staff, staff_id)
    if staff.state == StaffState.SUSPENDED:
        return
    check_version(staff.version, version)
    _keep_an_owner(staff, owners)
    before = staff.state
    staff.state = StaffState.SUSPENDED
    staff.version += 1
    sessions.end_all(staff)
    tokens.use_up(staff.id, now=now)
    record(
        "staff.suspended",
        "staff",
        staff.id,
        by=by,
        now=now,
        before={"state": before},
        after={"state": staff.state},
    )


def restore(staff_id: int, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """Open a suspended account again, with the password it had; one that never had any is invited anew."""
    staff = editing.locked(Staff, staff_id)
    if staff.state != StaffState.SUSPENDED:
        return
    check_version(staff.version, version)
    staff.state = StaffState.ACTIVE if staff.password_hash else StaffState.INVITED
    staff.version += 1
    after = {"state": staff.state}
    record(
        "staff.restored",
        "staff",
        staff.id,
        by=by,
        now=now,
        before={"state": StaffState.SUSPENDED},
        after=after,
    )
    if staff.state == StaffState.INVITED:
        invitations.send_invitation(staff, now=now)


def sign_out_everywhere(staff_id: int, *, by: Actor, now: datetime) -> None:
    """End every session of somebody: a lost phone, a forgotten tablet."""
    staff = editing.locked(Staff, staff_id)
    sessions.end_all(staff)
    record("staff.signed_out_everywhere", "staff", staff.id, by=by, now=now)


def _lock_owners() -> set[int]:
    """The active owners, held until the transaction ends: two of them cannot remove each other at the same time."""
    query = select(Staff.id).where(Staff.state == StaffState.ACTIVE, Staff.roles.contains([Role.OWNER.value]))
    return set(db.session.scalars(query.order_by(Staff.id).with_for_update()))


def _keep_an_owner(staff: Staff, owners: set[int]) -> None:
    if owners == {staff.id}:
        raise LastOwner


def _address(mail: str) -> str:
    address = parse_mail(mail)
    if address is None:
        raise Invalid(N_("This does not look like a mail address."), field="mail")
    return address


def _free_address(mail: str, staff: Staff) -> str:
    address = _address(mail)
    other = db.session.scalar(select(Staff.id).where(Staff.mail == address, Staff.id != staff.id))
    if other is not None:
        raise Invalid(N_("Somebody already uses this mail address."), field="mail")
    return address


def _checked_name(name: str) -> str:
    if not name.strip():
        raise Invalid(N_("Please enter a name."), field="name")
    return name.strip()


def _checked_roles(roles: Iterable[str]) -> list[str]:
    wanted = set(roles)
    if not wanted or not wanted <= {role.value for role in Role}:
        raise Invalid(N_("Please choose at least one role."), field="roles")
    return [role.value for role in Role if role.value in wanted]
