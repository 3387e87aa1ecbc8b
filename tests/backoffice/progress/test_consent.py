"""Progress goes with the consent to keep health data: nothing is read or written without it, all with a new one."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import HealthTakenBack
from backoffice.progress import actions, queries
from backoffice.progress.courses import courses_of
from backoffice.progress.models import Effect, MeasureKind, Review
from backoffice.progress.reviews import plan_reviews, reviews_of, said_in, write_review
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import TODAY, trainer
from tests.gym import make_staff
from tests.statements import statements


@pytest.fixture
def who(gym: Studio, now: datetime) -> Person:
    """Somebody with a value, a goal, a review and something noticed."""
    person = create_person(name="山田 花子", by=SYSTEM, now=now)
    kind = weight()
    actions.add_measurements(gym, person.id, TODAY, {kind: Decimal("63.7")}, by=SYSTEM, now=now)
    actions.set_goal(gym, person.id, kind, Decimal("58.2"), by=SYSTEM, now=now)
    actions.note_effect(gym, person.id, Effect.FELT, TODAY, "腰が軽い", by=SYSTEM, now=now)
    review = Review(
        studio_id=gym.id, person_id=person.id, begun_on=TODAY, week=3, due_on=TODAY, said="よく眠れる", done_by=""
    )  # fmt: skip
    db.session.add(review)
    db.session.flush()
    return person


def weight() -> int:
    return db.session.scalars(select(MeasureKind.id).where(MeasureKind.slug == "weight")).one()


def say(person: Person, granted: bool, now: datetime) -> None:
    record_consent(
        person.id, Purpose.HEALTH, granted, wording="1", language="ja", source="test", by=SYSTEM, now=now
    )
    db.session.flush()


READ: dict[str, Callable[[Studio, Person], object]] = {
    "values": lambda gym, who: queries.values_of(gym.id, who.id),
    "weights": lambda _gym, who: queries.weights(who.id, date.min),
    "goals": lambda gym, who: queries.goals_of(gym.id, who.id),
    "effects": lambda gym, who: queries.effects_of(gym.id, who.id),
    "courses": lambda gym, who: courses_of(gym.id, who.id),
    "review": lambda _gym, who: said_in(db.session.scalars(select(Review).filter_by(person_id=who.id)).one()),
}


@pytest.mark.parametrize("name", list(READ))
def test_what_is_found_goes_and_comes_back(gym: Studio, who: Person, now: datetime, name: str) -> None:
    before = READ[name](gym, who)
    assert before
    say(who, False, now)
    assert not READ[name](gym, who)
    say(who, True, now)
    assert READ[name](gym, who) == before


def test_asking_costs_no_statement_of_its_own(gym: Studio, who: Person) -> None:
    db.session.flush()
    for name in ("values", "weights", "goals", "effects"):
        with statements() as sent:
            READ[name](gym, who)
        assert len(sent) == 1, name


def test_nothing_is_written_taken_out_or_put_back(gym: Studio, who: Person, now: datetime) -> None:
    value = queries.values_of(gym.id, who.id)[weight()][0].id
    effect = queries.effects_of(gym.id, who.id)[0].id
    review = reviews_of(gym.id, who.id)[0].id
    say(who, False, now)
    writes: list[Callable[[], object]] = [
        lambda: actions.add_measurements(gym, who.id, TODAY, {weight(): Decimal(60)}, by=SYSTEM, now=now),
        lambda: actions.set_goal(gym, who.id, weight(), Decimal(50), by=SYSTEM, now=now),
        lambda: actions.note_effect(gym, who.id, Effect.SEEN, TODAY, by=SYSTEM, now=now),
        lambda: actions.remove_measurement(gym.id, value, by=SYSTEM, now=now),
        lambda: actions.restore_measurement(gym.id, value, by=SYSTEM, now=now),
        lambda: actions.remove_effect(gym.id, effect, by=SYSTEM, now=now),
        lambda: actions.restore_effect(gym.id, effect, by=SYSTEM, now=now),
        lambda: write_review(gym.id, review, "肩が軽い", version=1, by=SYSTEM, now=now),
    ]
    for write in writes:
        with pytest.raises(HealthTakenBack):
            write()
    say(who, True, now)
    assert said_in(write_review(gym.id, review, "肩が軽い", version=1, by=SYSTEM, now=now)) == "肩が軽い"


def test_no_review_is_planned_until_there_is_a_consent_again(gym: Studio, now: datetime) -> None:
    begun = now - timedelta(days=21)
    mori, person = trainer(gym), create_person(name="山田 花子", by=SYSTEM, now=begun)
    mori.staff_id = make_staff("mori@test.example", [Role.TRAINER], now=begun).id
    register(person.id, joined_on=begun.date(), main_trainer_id=mori.id, by=SYSTEM, now=begun)
    say(person, False, now)
    assert plan_reviews(gym, now=now) == 0
    say(person, True, now)
    assert plan_reviews(gym, now=now) == 1
