"""Swaps with the waiting list: a hint when somebody who waits for another time holds one that would suit."""

from datetime import time, timedelta

import pytest

from backoffice.bookings.models import Booking
from backoffice.people.models import Person
from backoffice.replanning import actions
from backoffice.replanning.queries import hits_of
from backoffice.replanning.swaps import Swap
from backoffice.waiting import offering
from backoffice.waiting.actions import add_wait
from backoffice.waiting.models import Wait
from tests.backoffice.bookings.conftest import WEDNESDAY, Desk, desk_book  # noqa: F401 - a fixture

THURSDAY = WEDNESDAY + timedelta(days=1)


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    """The desk, by a shorter name."""
    return desk_book


def waits_for_friday(desk: Desk, person: Person, service: str = "session") -> Wait:
    friday = WEDNESDAY + timedelta(days=2)
    return add_wait(
        desk.studio, person, desk.service(service).id, first_day=friday, last_day=friday,
        from_clock=time(16), until_clock=time(16), by=desk.by, now=desk.now,
    )  # fmt: skip


def swap_for(desk: Desk, hit: Booking) -> Swap | None:
    """Mori is ill all Wednesday."""
    away = actions.report_absence(desk.trainer(), desk.at(0), desk.at(23, 59), by=desk.by, now=desk.now)
    found = {one.booking.id: one.swap for one in hits_of(desk.studio, away, now=desk.now)}
    return found[hit.id]


def test_somebody_who_waits_for_another_time_could_give_theirs(desk: Desk) -> None:
    hit, waiting = desk.book(desk.at(11)), desk.meet("待 つよ")
    theirs = desk.book(desk.at(12, day=THURSDAY), waiting, trainer="okada")
    waits_for_friday(desk, waiting)
    swap = swap_for(desk, hit)
    assert swap is not None
    assert (swap.name, swap.booking.id) == ("待 つよ", theirs.id)
    assert swap.wished.starts_at == desk.at(16, day=WEDNESDAY + timedelta(days=2))
    assert theirs.starts_at == desk.at(12, day=THURSDAY), "nothing moves by itself"


def test_what_is_offered_to_them_already_counts(desk: Desk) -> None:
    hit, waiting = desk.book(desk.at(11)), desk.meet()
    desk.book(desk.at(12, day=THURSDAY), waiting, trainer="okada")
    waits_for_friday(desk, waiting)
    assert offering.sweep(desk.studio, now=desk.now) == 1
    swap = swap_for(desk, hit)
    assert swap is not None
    assert swap.wished.starts_at == desk.at(16, day=WEDNESDAY + timedelta(days=2))


def test_no_swap_with_a_time_that_does_not_help(desk: Desk) -> None:
    guest = desk.meet()
    hit = desk.book(desk.at(11), guest)
    ill, two, busy, other, far = (desk.meet() for _ in range(5))
    desk.book(desk.at(16), ill)  # Mori's as well
    desk.book(desk.at(12, day=THURSDAY), two, desk.meet(), trainer="okada")  # not theirs alone
    desk.book(desk.at(16, day=THURSDAY), busy, trainer="okada")
    desk.book(desk.at(16, day=THURSDAY), guest)  # the guest who is hit has something then
    desk.book(desk.at(18, day=THURSDAY), other, service="counselling", trainer="okada")
    desk.book(desk.at(18, day=WEDNESDAY + timedelta(days=8)), far, trainer="okada")
    for one in (ill, two, busy, other, far):
        waits_for_friday(desk, one)
    waits_for_friday(desk, other, "counselling")
    assert swap_for(desk, hit) is None
