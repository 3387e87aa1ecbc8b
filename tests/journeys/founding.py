"""A gym with its people, through the actions that found a real one: python -m tests.journeys.founding."""

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.db import transaction
from backoffice.staff.actions import add_with_password
from backoffice.staff.models import Role
from commands.surroundings import product
from tests.gym import PASSWORD, make_gym

STAFF = {"desk": "desk@gym.example", "manager": "manager@gym.example"}
ROLES = {"desk": Role.FRONT_DESK, "manager": Role.MANAGER}


def found() -> None:
    """The studio with two trainers, somebody at the desk, and a manager."""
    now = clock.utc_now()
    with product(), transaction():
        studio = make_gym(now=now)
        for who, mail in STAFF.items():
            add_with_password(
                mail, f"検査 {who}", [ROLES[who]], PASSWORD, studio_id=studio.id, by=SYSTEM, now=now
            )


if __name__ == "__main__":
    found()
