"""Two answers to one offer at the same moment, while the sweep passes the time on: one of them counts."""

from collections import Counter
from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from backoffice.bookings.models import Booking, BookingState, Claim
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction
from backoffice.core.errors import DomainError
from backoffice.people.actions import create_person
from backoffice.studio.queries import service_by_slug, the_studio
from backoffice.waiting import actions, offering
from backoffice.waiting.models import Offer, OfferState, Wait, WaitState
from tests.races.test_people_and_leads import at_once

from .conftest import NOW

pytestmark = pytest.mark.races

ROUNDS = 12
DAY = date(2026, 11, 26)


def prepare(app: Flask) -> list[int]:
    """One offer for each round, each to somebody else at an hour of its own."""
    with app.app_context():
        studio = the_studio()
        service = service_by_slug(studio.id, "session")
        for number in range(ROUNDS):

            def add(number: int = number) -> None:
                who = create_person(
                    name=f"客{number}", phones=[], mails=[f"w{number}@x.example"], by=SYSTEM, now=NOW
                )
                hour = time(10 + number % 8)
                actions.add_wait(
                    studio, who, service.id, first_day=DAY + timedelta(days=number // 8),
                    last_day=DAY + timedelta(days=number // 8), from_clock=hour, until_clock=hour, by=SYSTEM, now=NOW,
                )  # fmt: skip

            in_transaction(add)
        in_transaction(lambda: offering.sweep(studio, now=NOW))
        return list(db.session.scalars(select(Offer.id).order_by(Offer.id)))


def test_of_many_answers_one_counts_and_nothing_is_left_half_way(arena: Flask) -> None:
    offers = prepare(arena)
    assert len(offers) >= 8
    over = NOW + offering.ANSWER_WITHIN
    seen: list[Counter[str]] = [Counter() for _ in offers]

    def answer(writer: int, number: int) -> None:
        try:
            if writer == 0:
                offering.sweep(the_studio(), now=over)
            elif writer % 2:
                actions.accept(db.session.get_one(Offer, offers[number]), by=SYSTEM, now=NOW)
                seen[number]["yes"] += 1
            else:
                actions.decline(db.session.get_one(Offer, offers[number]), leave=True, by=SYSTEM, now=NOW)
                seen[number]["no"] += 1
        except DomainError:
            db.session.rollback()

    at_once(arena, 5, len(offers), answer)
    with arena.app_context():
        for number, offer_id in enumerate(offers):
            offer = db.session.get_one(Offer, offer_id)
            booking, wait = (
                db.session.get_one(Booking, offer.booking_id),
                db.session.get_one(Wait, offer.wait_id),
            )
            claimed = db.session.scalars(select(Claim.id).where(Claim.booking_id == booking.id)).all()
            if offer.state == OfferState.ACCEPTED:
                assert (booking.state, wait.state, bool(claimed)) == (
                    BookingState.BOOKED,
                    WaitState.BOOKED,
                    True,
                )
                assert seen[number]["no"] == 0
            else:
                assert offer.state in (OfferState.DECLINED, OfferState.LAPSED)
                assert (booking.state, bool(claimed)) == (BookingState.CANCELLED, False)
                assert seen[number]["yes"] == 0
