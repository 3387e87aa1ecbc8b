"""Two desks book a series over the same weeks at once: every date has one winner, and nothing is left half way."""

from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.bookings.models import Booking, Claim, Participant
from backoffice.bookings.series import book_series, dates_of, plan
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, in_transaction
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from tests.races.test_people_and_leads import at_once

from .conftest import NOW

pytestmark = pytest.mark.races

WRITERS, ROUNDS = 6, 4
DAYS = 8


def test_every_date_has_one_winner(arena: Flask) -> None:
    with arena.app_context():
        for number in range(WRITERS):
            in_transaction(lambda: create_person(name=f"客{number}", by=SYSTEM, now=NOW))  # noqa: B023

    def write(writer: int, number: int) -> None:
        studio = the_studio()
        service = service_by_slug(studio.id, "session")
        days = dates_of(date(2026, 11, 26), 1, DAYS)
        who = db.session.scalars(select(Person).order_by(Person.id)).all()[writer]
        planned = plan(
            studio, service, days, time(10 + 2 * number), trainer_id=trainers(studio.id)[0].id, now=NOW
        )
        chosen = {one.day: one.slot for one in planned if one.slot is not None}
        if chosen:
            book_series(
                studio,
                service,
                chosen,
                persons=[who],
                days=days,
                every_weeks=1,
                channel="PHONE",
                by=SYSTEM,
                now=NOW,
            )

    at_once(arena, WRITERS, ROUNDS, write)
    with arena.app_context():
        starts = db.session.execute(select(Booking.starts_at, func.count()).group_by(Booking.starts_at)).all()
        assert {number for _at, number in starts} == {1}
        made = db.session.scalar(select(func.count()).select_from(Booking)) or 0
        assert made >= DAYS
        assert db.session.scalar(select(func.count()).select_from(Participant)) == made
        assert db.session.scalar(select(func.count()).select_from(Claim)) == made * 3
