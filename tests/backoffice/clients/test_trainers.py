"""Who trains a person, and what follows from it: whose guest somebody is."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from backoffice.bookings.actions import cancel
from backoffice.clients.actions import register
from backoffice.clients.models import Client, SubstituteTrainer
from backoffice.clients.trainers import end_substitute, name_substitute, set_main_trainer, trainers_of
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.merging.actions import merge, undo_merge
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.reports.own_guests import is_own_guest
from backoffice.staff.models import Role, Trainer
from backoffice.staff.trainers import archive_trainer, trainers
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest as known_guest
from tests.blueprints.bookings.front_desk import visit
from tests.gym import make_staff


@pytest.fixture
def two(gym: Studio, now: datetime) -> tuple[Trainer, Trainer]:
    """mori and okada, each with an account."""
    mori, okada = trainers(gym.id)
    for one in (mori, okada):
        one.staff_id = make_staff(f"{one.slug}@test.example", [Role.TRAINER], now=now).id
    db.session.flush()
    return mori, okada


@pytest.fixture
def member(gym: Studio, two: tuple[Trainer, Trainer], by: Actor, now: datetime) -> Person:
    """A member of mori's."""
    person = create_person(name="山田 花子", by=by, now=now)
    register(person.id, joined_on=date(2026, 1, 1), main_trainer_id=two[0].id, by=by, now=now)
    return person


def owners(two: tuple[Trainer, Trainer], person: Person) -> list[str]:
    return [one.slug for one in two if is_own_guest(one.staff_id or 0, person.id)]


def test_a_substitute_is_a_trainer_of_the_guest_as_long_as_named(
    gym: Studio, two: tuple[Trainer, Trainer], member: Person, by: Actor, now: datetime
) -> None:
    okada = two[1]
    assert owners(two, member) == ["mori"]
    for _ in range(2):
        name_substitute(gym.id, member.id, okada.id, by=by, now=now)
    assert [(one.id, one.is_main) for one in trainers_of(member.id)] == [(two[0].id, True), (okada.id, False)]
    assert owners(two, member) == ["mori", "okada"]
    for _ in range(2):
        end_substitute(gym.id, member.id, okada.id, by=by, now=now)
    assert owners(two, member) == ["mori"]


def test_a_booking_that_was_called_off_makes_nobody_a_guest_for_ever(
    gym: Studio, two: tuple[Trainer, Trainer], by: Actor, now: datetime
) -> None:
    person = known_guest(now=now)
    booking = visit(gym, person, "18:00", now=now)
    assert owners(two, person) == ["mori"]
    cancel(booking, by_gym=False, by=by, now=now)
    assert owners(two, person) == []


def test_the_main_trainer_changes_once_and_is_no_substitute_any_more(
    gym: Studio, two: tuple[Trainer, Trainer], member: Person, by: Actor, now: datetime
) -> None:
    mori, okada = two
    known = {"by": by, "now": now}
    with pytest.raises(Invalid):
        name_substitute(gym.id, member.id, mori.id, **known)
    name_substitute(gym.id, member.id, okada.id, **known)
    set_main_trainer(gym.id, member.id, okada.id, version=1, **known)
    assert [(one.id, one.is_main) for one in trainers_of(member.id)] == [(okada.id, True)]
    with pytest.raises(Stale):
        set_main_trainer(gym.id, member.id, mori.id, version=1, **known)
    set_main_trainer(gym.id, member.id, okada.id, version=1, **known)
    assert db.session.scalars(select(Client.version)).one() == 2


def test_refused_are_guests_without_a_membership_and_trainers_who_left_or_are_elsewhere(
    gym: Studio, two: tuple[Trainer, Trainer], member: Person, by: Actor, now: datetime
) -> None:
    known = {"by": by, "now": now}
    visitor = create_person(name="体験 太郎", **known)
    with pytest.raises(NotFound):
        set_main_trainer(gym.id, visitor.id, two[0].id, version=None, **known)
    with pytest.raises(NotFound):
        name_substitute(gym.id + 1, member.id, two[1].id, **known)
    with pytest.raises(NotFound):
        end_substitute(gym.id + 1, member.id, two[1].id, **known)
    archive_trainer(two[1].id, **known)
    with pytest.raises(Invalid):
        name_substitute(gym.id, member.id, two[1].id, **known)
    with pytest.raises(Invalid):
        set_main_trainer(gym.id, member.id, two[1].id, version=1, **known)


def test_the_same_substitute_of_both_stands_in_no_merge(
    gym: Studio, two: tuple[Trainer, Trainer], member: Person, by: Actor, now: datetime
) -> None:
    known = {"by": by, "now": now}
    twin = create_person(name="山田 はなこ", **known)
    for one in (member, twin):
        name_substitute(gym.id, one.id, two[1].id, **known)
    made = merge(member.id, twin.id, {}, **known)
    assert owners(two, member) == ["mori", "okada"]
    undo_merge(made.id, **known)
    assert db.session.query(SubstituteTrainer).count() == 2
