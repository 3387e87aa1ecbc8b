"""Reviews at weeks three and eight: one each, in time, for the main trainer; words unreadable, two hands both seen."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.exercises.vocabulary import Setting
from backoffice.merging.actions import merge
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.programs.models import Program
from backoffice.progress.models import Review
from backoffice.progress.reviews import plan_reviews, reviews_of, write_review
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from tests.blueprints.bookings.front_desk import trainer
from tests.gym import make_staff
from tests.statements import statements

JOINED = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture
def who(gym: Studio, now: datetime) -> Person:
    """A member of mori, who has an account, since today."""
    return member(gym, now)


def member(gym: Studio, now: datetime, name: str = "山田 花子") -> Person:
    mori = trainer(gym)
    if mori.staff_id is None:
        mori.staff_id = make_staff("mori@test.example", [Role.TRAINER], now=now).id
    person = create_person(name=name, by=SYSTEM, now=now)
    register(person.id, joined_on=JOINED, main_trainer_id=mori.id, by=SYSTEM, now=now)
    return person


def todos() -> list[Todo]:
    query = select(Todo).where(Todo.kind == TodoKind.REVIEW).order_by(Todo.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


@pytest.mark.parametrize(
    ("days", "made"),
    [(0, 0), (17, 0), (18, 1), (21, 1), (35, 1), (36, 0), (52, 0), (53, 1), (70, 1), (71, 0)],
)
def test_asked_for_three_days_ahead_and_for_two_weeks(
    gym: Studio, who: Person, now: datetime, days: int, made: int
) -> None:
    for _ in range(2):
        plan_reviews(gym, now=now + days * DAY)
    week = 3 if days < 40 else 8
    found = reviews_of(gym.id, who.id)
    assert [(one.week, one.due_on) for one in found] == [(week, JOINED + timedelta(weeks=week))] * made
    assert [(one.owner_staff_id, one.person_id) for one in todos()] == [
        (trainer(gym).staff_id, who.id)
    ] * made


def program(gym: Studio, who: Person, begun: date, now: datetime, place: Setting = Setting.GYM) -> Program:
    """A program as it stands in the table."""
    made = Program(
        studio_id=gym.id, person_id=who.id, place=place.value, name_ja="基礎", name_en="Basics", starts_on=begun,
        made_at=now, made_by="test",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def test_weeks_count_from_the_start_of_the_program_in_the_gym(
    gym: Studio, who: Person, now: datetime
) -> None:
    begun = JOINED + 5 * DAY
    program(gym, who, JOINED, now, Setting.HOME)
    made = program(gym, who, begun, now)
    for days in range(80):
        plan_reviews(gym, now=now + days * DAY)
    assert [(one.week, one.begun_on) for one in reviews_of(gym.id, who.id)] == [(8, begun), (3, begun)]
    made.archived_at = now
    db.session.flush()
    assert plan_reviews(gym, now=now + 21 * DAY) == 1, "without a program from the day of joining"


def test_both_weeks_of_one_beginning(gym: Studio, who: Person, now: datetime) -> None:
    assert [plan_reviews(gym, now=now + days * DAY) for days in range(80)].count(1) == 2
    assert [one.week for one in reviews_of(gym.id, who.id)] == [8, 3]


def test_a_review_that_is_written_closes_its_own_task(
    gym: Studio, who: Person, by: Actor, now: datetime
) -> None:
    for days in range(80):
        plan_reviews(gym, now=now + days * DAY)
    eighth, third = reviews_of(gym.id, who.id)
    assert len([one for one in todos() if one.done_at is None]) == 2
    write_review(gym.id, third.id, "軽くなった", version=1, by=by, now=now + 80 * DAY)
    assert [one.due_at.date() for one in todos() if one.done_at is None] == [eighth.due_on]


def test_without_a_trainer_who_signs_in_nobody_is_asked(gym: Studio, who: Person, now: datetime) -> None:
    trainer(gym).staff_id = None
    assert plan_reviews(gym, now=now + 21 * DAY) == 0


def test_who_was_merged_away_is_not_asked_about(gym: Studio, who: Person, by: Actor, now: datetime) -> None:
    kept = create_person(name="山田 華子", by=by, now=now)
    plan_reviews(gym, now=now + 21 * DAY)
    merge(kept.id, who.id, {}, by=by, now=now + 21 * DAY)
    assert plan_reviews(gym, now=now + 21 * DAY) == 0
    assert [one.week for one in reviews_of(gym.id, kept.id)] == [3]


def test_looking_for_many_is_one_statement_a_week(gym: Studio, who: Person, now: datetime) -> None:
    for name in ("水野 蓮", "林 奏", "森 葵"):
        member(gym, now, name)
    with statements() as sent:
        assert plan_reviews(gym, now=now) == 0
    assert len(sent) == 3


def test_written_once_closes_the_task_and_stays_unreadable(
    gym: Studio, who: Person, by: Actor, now: datetime
) -> None:
    plan_reviews(gym, now=now + 21 * DAY)
    review = reviews_of(gym.id, who.id)[0].id
    with pytest.raises(Invalid):
        write_review(gym.id, review, " ", version=1, by=by, now=now)
    write_review(gym.id, review, "肩が軽くなった", version=1, by=by, now=now)
    assert [one.done_by for one in todos()] == [by.label]
    with pytest.raises(Stale):
        write_review(gym.id, review, "腰が軽くなった", version=1, by=by, now=now)
    again = write_review(gym.id, review, "腰も軽くなった", version=2, by=by, now=now + DAY)
    assert (again.said, again.done_at, again.version) == ("腰も軽くなった", now, 3), "the first time stays"
    raw = db.session.execute(text("select said from reviews")).scalar_one()
    assert "軽".encode() not in bytes(raw)
    assert "軽" not in str([(one.before, one.after) for one in db.session.scalars(select(AuditLine))])
    with pytest.raises(NotFound):
        write_review(gym.id + 1, review, "x", version=3, by=by, now=now)
    assert db.session.get_one(Review, review).said == "腰も軽くなった"
