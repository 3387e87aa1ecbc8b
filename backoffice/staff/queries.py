"""Questions about the people who sign in."""

from dataclasses import dataclass

from sqlalchemy import select

from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.staff.models import Staff, StaffState
from backoffice.staff.passwords import DEMO_PASSWORD, matches
from backoffice.studio.scope import of_studio


@dataclass(frozen=True)
class Colleague:
    """Somebody who may take over a shared screen by PIN."""

    id: int
    name: str


def staff_member(studio_id: int, staff_id: int) -> Staff:
    """A staff member of this studio. Raises `NotFound`."""
    return of_studio(Staff, studio_id, staff_id)


def acting(staff_id: int) -> Staff:
    """The row of the one who is signed in. Raises `NotFound` when it has gone meanwhile."""
    staff = db.session.get(Staff, staff_id)
    if staff is None:
        raise NotFound
    return staff


def team(studio_id: int) -> list[Staff]:
    """Everybody who signs in or did, the active first."""
    query = select(Staff).where(Staff.studio_id == studio_id)
    return list(db.session.scalars(query.order_by(Staff.state == StaffState.SUSPENDED, Staff.id)))


def may_take_over(studio_id: int) -> list[Colleague]:
    """Who can be chosen on the lock screen of a shared browser: active, with a PIN."""
    query = select(Staff.id, Staff.name).where(
        Staff.studio_id == studio_id, Staff.state == StaffState.ACTIVE, Staff.pin_hash.is_not(None)
    )
    return [Colleague(row.id, row.name) for row in db.session.execute(query.order_by(Staff.id))]


def anybody_uses_the_demo_password() -> bool:
    """Whether an account can be entered with the password that is printed in the manual."""
    query = select(Staff.password_hash).where(
        Staff.state == StaffState.ACTIVE,
        Staff.mail.endswith("@demo.example"),
        Staff.password_hash.is_not(None),
    )
    return any(matches(kept, DEMO_PASSWORD) for kept in db.session.scalars(query))
