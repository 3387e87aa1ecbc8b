"""Late cancels and no-shows cost when no ticket was used, from the day after, by the rules of their time."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import pytest

from backoffice.billing import actions
from backoffice.billing.fees import follow_cancellations
from backoffice.billing.house import House, change_settings
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
from backoffice.studio.actions import update_studio
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import Given, grant
from backoffice.tickets.queries import standings


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


def give_one(house: Studio, guest: Person, by: Actor, now: datetime) -> None:
    with transaction():
        grant(
            guest.id,
            Given(1, "回数券", "Pack", 9_900, date(2026, 11, 24)),
            studio_id=house.id,
            by=by,
            now=now,
        )


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


@pytest.mark.parametrize("why", [CreditWhy.WAIVED, CreditWhy.MISTAKE, CreditWhy.CHANGED, CreditWhy.LEFT])
def test_what_staff_took_back_is_not_charged_again(
    house: Studio, guest: Person, visit, by: Actor, now: datetime, why: CreditWhy
) -> None:
    late(visit(), by, now)
    sweep(house, by, now)
    invoice = db.session.query(Invoice).one()
    with transaction():
        actions.credit(invoice.id, why=why, reason="体調不良", by=by, now=now)
    assert sweep(house, by, now) == 0
    assert items([invoice.id])[0].open_yen == 0


def set_fee(house: Studio, late_cancel_yen: int, by: Actor, at: datetime) -> None:
    own = settings_of(house.id)
    present = House(**{one.name: getattr(own, one.name) for one in fields(House)})
    with transaction():
        change_settings(
            house.id, replace(present, late_cancel_yen=late_cancel_yen), version=None, by=by, now=at
        )


def test_a_fee_is_for_what_happens_after_it_was_set(
    house: Studio, guest: Person, visit, by: Actor, now: datetime
) -> None:
    set_fee(house, 0, by, now - timedelta(hours=1))
    late(visit(5), by, now)
    set_fee(house, 3_300, by, now + timedelta(minutes=10))
    assert sweep(house, by, now) == 0, "the fee was set after they cancelled"
    late(visit(6.5), by, now + timedelta(minutes=20))
    assert sweep(house, by, now) == 1
    assert open_yen(guest.id, house.id) == 3_300


@pytest.mark.parametrize("yen", [0, 5_000])
def test_other_fees_leave_what_was_charged(
    house: Studio, guest: Person, visit, by: Actor, now: datetime, yen: int
) -> None:
    late(visit(), by, now)
    sweep(house, by, now)
    set_fee(house, yen, by, now + timedelta(days=1))
    assert sweep(house, by, now, days=2) == 0
    assert open_yen(guest.id, house.id) == 3_300


@pytest.mark.parametrize(("forgives", "yen"), [(True, 0), (False, 3_300)])
def test_forgiving_or_not_from_now_on_leaves_what_was(
    house: Studio, guest: Person, visit, by: Actor, now: datetime, *, forgives: bool, yen: int
) -> None:
    with transaction():
        house.forgives_first_late_cancel = forgives
    late(visit(), by, now)
    sweep(house, by, now)
    with transaction():
        update_studio(
            house.id,
            {"forgives_first_late_cancel": not forgives},
            version=None,
            by=by,
            now=now + timedelta(days=1),
        )
    assert sweep(house, by, now, days=2) == 0
    assert open_yen(guest.id, house.id) == yen


@pytest.mark.parametrize("why", ["gym", "ticket", "in time", "trial", "forgiven"])
def test_what_costs_nothing(house: Studio, guest: Person, visit, by: Actor, now: datetime, why: str) -> None:
    if why == "ticket":
        give_one(house, guest, by, now)
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


def test_tickets_and_fees_forgive_the_same_one(
    house: Studio, guest: Person, visit, by: Actor, now: datetime
) -> None:
    with transaction():
        house.forgives_first_late_cancel = True
    late(visit(5), by, now)
    give_one(house, guest, by, now)
    with_ticket = visit(6.5)
    late(with_ticket, by, now + timedelta(minutes=5))
    seats = [guests_of(with_ticket.id)[0].id]
    assert standings(seats)[seats[0]].is_used, "the first of the month was the one without a ticket"
    assert sweep(house, by, now) == 0


def test_what_the_ledger_forgave_stays_forgiven(
    house: Studio, guest: Person, visit, by: Actor, now: datetime
) -> None:
    with transaction():
        house.forgives_first_late_cancel = True
    give_one(house, guest, by, now)
    late(visit(), by, now)
    with transaction():
        house.forgives_first_late_cancel = False
    assert sweep(house, by, now) == 0


def test_what_is_free_does_not_use_up_the_forgiven_one(
    house: Studio, guest: Person, visit, by: Actor, now: datetime
) -> None:
    with transaction():
        house.forgives_first_late_cancel = True
    late(visit(7, service="trial"), by, now)
    late(visit(5), by, now + timedelta(minutes=5))
    assert sweep(house, by, now) == 0
