"""Progress with many hands at once: a review is planned once, and of those who write it one wins."""

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.progress.models import Review
from backoffice.progress.reviews import plan_reviews, write_review
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import the_studio
from backoffice.todos.models import Todo, TodoKind
from tests.gym import make_staff

from .conftest import NOW
from .test_people_and_leads import at_once

pytestmark = pytest.mark.races
ROUNDS = 8
EVERY = timedelta(days=20)


def test_a_sweep_that_plans_reviews_keeps_no_booking_waiting(arena: Flask) -> None:
    with arena.app_context(), transaction():
        studio_id = the_studio().id
        plan_reviews(the_studio(), now=NOW)
        with db.engine.begin() as desk:
            desk.execute(text("set local lock_timeout = '1s'"))
            as_a_new_row_does = text("select id from studios where id = :id for key share")
            assert desk.scalar(as_a_new_row_does, {"id": studio_id}) == studio_id


def test_sweeps_at_once_plan_each_review_once_and_of_six_who_write_one_wins(arena: Flask) -> None:
    with arena.app_context():
        staff = make_staff("races-mori@test.example", [Role.TRAINER], now=NOW)
        with transaction():
            trainer = trainers(the_studio().id)[0]
            trainer.staff_id = staff.id
            for number in range(ROUNDS):
                person = create_person(name=f"山田 花子{number}", by=SYSTEM, now=NOW)
                joined = local_date(NOW, the_studio().zone) + number * EVERY - timedelta(weeks=3)
                register(person.id, joined_on=joined, main_trainer_id=trainer.id, by=SYSTEM, now=NOW)

    def plan(_writer: int, number: int) -> None:
        plan_reviews(the_studio(), now=NOW + number * EVERY)

    assert at_once(arena, 6, ROUNDS, plan) == [Counter(done=6)] * ROUNDS
    with arena.app_context():
        studio_id = the_studio().id
        planned = db.session.execute(select(Review.person_id, Review.week)).all()
        assert len(planned) == len(set(planned)) >= ROUNDS
        tasks = select(func.count()).select_from(Todo).where(Todo.kind == TodoKind.REVIEW)
        assert db.session.scalar(tasks) == len(planned)
        review = db.session.scalars(select(Review.id)).first() or 0

    def write(writer: int, _number: int) -> None:
        write_review(studio_id, review, f"言葉{writer}", version=1, by=SYSTEM, now=NOW)

    assert at_once(arena, 6, 1, write) == [Counter(done=1, stale=5)]
