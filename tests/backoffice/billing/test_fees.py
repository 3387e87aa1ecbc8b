"""Late cancels and no-shows cost when no ticket was used, from the day after; waived stays waived."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from backoffice.billing import actions
from backoffice.billing.fees import follow_cancellations
from backoffice.billing.models import CreditWhy, Invoice
from backoffice.billing.queries import items, open_yen, settings_of
from backoffice.bookings import attendance
from backoffice.bookings.actions import book, cancel
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import Given, grant


@pytest.fixture
def house(gym: Studio) -> Studio:
    """A gym that asks 3,300 yen for a late cancel and 5,500 for a no-show, and forgives nothing."""
    with transaction():
        own = settings_of(gym.id)
        own.late_cancel_yen, own.no_show_yen = 3_300, 5_500
        gym.forgives_first_late_cancel = False
    return gym


@pytest.fixture
def visit(house: Studio, guest: Person, by: Actor, now: datetime) -> Callable[..., Booking]:
    """A visit this evening."""

    def visit(hour: float = 5, service: str = "session") -> Booking:
        starts_at = now.replace(hour=1) + timedelta(hours=hour)
        with transaction():
            return book(
                studio=house, service=service_by_slug(house.id, service), trainer_id=trainers(house.id)[0].id,
                starts_at=starts_at, participants=[Guest(guest)], channel=BookingChannel.DESK, by=by, now=now,
            )  # fmt: skip

    return visit


def late(booking: Booking, by: Actor, now: datetime, *, by_gym: bool = False) -> None:
    with transaction():
        cancel(booking, by_gym=by_gym, by=by, now=now)


def sweep(gym: Studio, by: Actor, now: datetime, *, days: int = 1) -> int:
    with transaction():
        return follow_cancellations(gym, by=by, now=now + timedelta(days=days))


def test_a_late_cancel_costs_once_from_the_day_after(
    house: Studio, guest: Person, visit, by: Actor, now: datetime
) -> None:
    late(visit(), by, now)
    assert sweep(house, by, now, days=0) == 0
    assert [sweep(house, by, now) for _ in range(2)] == [1, 0]
    assert open_yen(guest.id, house.id) == 3_300


def test_a_no_show_costs_until_it_was_none(
    house: Studio, guest: Person, visit, by: Actor, now: datetime
) -> None:
    (seat,) = guests_of(visit(7).id)
    with transaction():
        attendance.no_show(seat, by=by, now=now + timedelta(hours=8))
    assert sweep(house, by, now) == 1
    assert open_yen(guest.id, house.id) == 5_500
    with transaction():
        attendance.undo_no_show(seat, by=by, now=now + timedelta(hours=9))
    assert [sweep(house, by, now) for _ in range(2)] == [1, 0]
    assert open_yen(guest.id, house.id) == 0
    with transaction():
        attendance.no_show(seat, by=by, now=now + timedelta(hours=8))
    assert sweep(house, by, now) == 1, "what was taken back because it changed may change again"


def test_waived_stays_waived(house: Studio, guest: Person, visit, by: Actor, now: datetime) -> None:
    late(visit(), by, now)
    sweep(house, by, now)
    invoice = db.session.query(Invoice).one()
    with transaction():
        actions.credit(invoice.id, why=CreditWhy.WAIVED, reason="体調不良", by=by, now=now)
    assert sweep(house, by, now) == 0
    assert items([invoice.id])[0].open_yen == 0


@pytest.mark.parametrize("why", ["gym", "ticket", "in time", "trial", "forgiven"])
def test_what_costs_nothing(house: Studio, guest: Person, visit, by: Actor, now: datetime, why: str) -> None:
    if why == "ticket":
        with transaction():
            grant(
                guest.id,
                Given(1, "回数券", "Pack", 9_900, date(2026, 11, 24)),
                studio_id=house.id,
                by=by,
                now=now,
            )
    if why == "forgiven":
        with transaction():
            house.forgives_first_late_cancel = True
    booking = visit(7, service="trial" if why == "trial" else "session")
    late(booking, by, now - timedelta(days=3) if why == "in time" else now, by_gym=why == "gym")
    assert sweep(house, by, now) == 0


def test_only_the_first_of_a_month_is_forgiven(
    house: Studio, guest: Person, visit, by: Actor, now: datetime
) -> None:
    with transaction():
        house.forgives_first_late_cancel = True
    for hour in (5, 6.5):
        late(visit(hour), by, now + timedelta(minutes=hour))
    assert sweep(house, by, now) == 1
    assert open_yen(guest.id, house.id) == 3_300
