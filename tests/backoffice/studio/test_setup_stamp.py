"""The stamp of the set-up: renewed by every change that pages keep lists of, and by nothing else."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backoffice.studio.models import Studio
from backoffice.studio.queries import setup_stamp

BY_ID = (
    "studios", "services", "rooms", "opening_hours", "special_days", "trainers", "shifts", "plans", "saved_views",
    "shift_days",
)  # fmt: skip
CHANGES = [f"update {table} set id = id" for table in BY_ID] + [
    f"update {table} set name_ja = name_ja" for table in ("lead_sources", "lost_reasons")
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_set_up_renews_it(gym: Studio, session: Session, change: str) -> None:
    before = setup_stamp()
    session.execute(text(change))
    assert setup_stamp() != before


@pytest.mark.parametrize("change", ["name = 'x'", "roles = '{OWNER}'", "state = 'SUSPENDED'"])
def test_so_does_what_lists_show_of_staff(gym: Studio, session: Session, change: str) -> None:
    before = setup_stamp()
    session.execute(text(f"update staff set {change}"))
    assert setup_stamp() != before


@pytest.mark.parametrize(
    "change",
    ["update staff set epoch = 2", "update people set name = name", "update bookings set version = 2"],
)
def test_the_days_work_leaves_it_alone(gym: Studio, session: Session, change: str) -> None:
    before = setup_stamp()
    session.execute(text(change))
    assert setup_stamp() == before
