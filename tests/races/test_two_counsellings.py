"""Two bookings of one person for a counselling at the same instant: the second sees the first, and the desk is asked.

From the public page, each by another key; and by two links to times that were held, which lock nothing in common.
"""

import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backoffice.bookings import twice, visits
from backoffice.bookings.actions import book, confirm_hold
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.visits import VisitRequest, book_visit
from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db, in_transaction
from backoffice.people import actions as people
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from backoffice.todos.models import Todo, TodoKind

from .conftest import NOW

pytestmark = pytest.mark.races

ROUNDS = 6
VISITOR = Actor("visitor", None, "visitor")


def keys_of(number: int) -> tuple[dict[str, str], dict[str, str]]:
    """The two ways to reach somebody: whoever types one does not wait for who types the other."""
    return {"phone": f"090-1234-10{number:02}"}, {"mail": f"guest{number}@test.example"}


def guest(number: int) -> Person:
    """Somebody known by phone and by mail."""
    phone, mail = keys_of(number)
    return create_person(
        name=f"高橋 花{number}", phones=[phone["phone"]], mails=[mail["mail"]], by=SYSTEM, now=NOW
    )


def start(writer: int, number: int) -> datetime:
    """Each writer has an hour of their own; the day is another one in each round."""
    return at_local(date(2026, 11, 25 + number), time(11 + 5 * writer), the_studio().zone)


def set_up(app: Flask, make: Callable[[int], object]) -> list[Any]:
    """What `make` makes for each round."""
    with app.app_context():
        return in_transaction(lambda: [make(number) for number in range(ROUNDS)])


def at_once(app: Flask, write: Callable[[int, int], object]) -> None:
    """Two writers in each round, at the same instant."""
    gate = threading.Barrier(2)

    def work(writer: int) -> None:
        for number in range(ROUNDS):
            gate.wait(timeout=60)
            with app.app_context():
                in_transaction(lambda: write(writer, number))  # noqa: B023 - called before the next round

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(work, writer) for writer in range(2)]:
            future.result()


def asked(app: Flask) -> int:
    """How many questions the desk has; one for a guest at most."""
    with app.app_context():
        people_asked = select(Todo.person_id).where(Todo.kind == TodoKind.TWICE, Todo.done_at.is_(None))
        found = list(db.session.scalars(people_asked))
        assert len(found) == len(set(found))
        return len(found)


def both_read_first(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    """Let both have read what is booked before either goes on: with nothing held that may happen."""
    gate, ahead = threading.Barrier(2), twice.visits_ahead

    def read(*args: Any, **known: Any) -> Any:
        found = ahead(*args, **known)
        gate.wait(timeout=60)
        return found

    monkeypatch.setattr(module, "visits_ahead", read)


def visit_by_another_key(writer: int, number: int) -> None:
    studio = the_studio()
    request = VisitRequest(
        studio=studio, service=service_by_slug(studio.id, "counselling"), starts_at=start(writer, number),
        trainer_id=trainers(studio.id)[writer].id, name=f"高橋 花{number}", wording="2026-11",
        **keys_of(number)[writer],
    )  # fmt: skip
    book_visit(request, by=VISITOR, now=NOW)


def test_of_two_from_the_public_page_the_second_sees_the_first(arena: Flask) -> None:
    set_up(arena, guest)
    at_once(arena, visit_by_another_key)
    assert asked(arena) == ROUNDS


def test_control_without_holding_whoever_is_recognised_nobody_is_asked(
    arena: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unheld(person_ids: Collection[int]) -> list[Person]:
        return list(db.session.scalars(select(Person).where(Person.id.in_(person_ids))))

    set_up(arena, guest)
    monkeypatch.setattr(people, "locked_people", unheld)
    both_read_first(monkeypatch, visits)
    at_once(arena, visit_by_another_key)
    assert asked(arena) == 0


def two_holds(number: int) -> list[int]:
    """Two times held for a member, who has no lead that both would hold."""
    who, studio = guest(number), the_studio()
    register(who.id, joined_on=NOW.date(), main_trainer_id=None, by=SYSTEM, now=NOW)
    made: list[Booking] = [
        book(
            studio=studio, service=service_by_slug(studio.id, "counselling"), trainer_id=trainers(studio.id)[one].id,
            starts_at=start(one, number), participants=[Guest(who)], channel=BookingChannel.LINE,
            held_until=start(one, number), by=SYSTEM, now=NOW,
        )
        for one in range(2)
    ]  # fmt: skip
    return [one.id for one in made]


def taken_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """Both times are taken; both are booked before either asks how many there are."""
    holds, gate, ask = set_up(app, two_holds), threading.Barrier(2), twice.reconcile

    def reconcile(*args: Any, **known: Any) -> None:
        gate.wait(timeout=60)
        ask(*args, **known)

    monkeypatch.setattr(twice, "reconcile", reconcile)
    at_once(
        app,
        lambda writer, number: confirm_hold(
            db.session.get_one(Booking, holds[number][writer]), by=VISITOR, now=NOW
        ),
    )
    return asked(app)


def test_of_two_held_times_taken_at_once_the_second_sees_the_first(
    arena: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert taken_at_once(arena, monkeypatch) == ROUNDS


def test_control_without_holding_the_guest_nobody_is_asked(
    arena: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twice, "_hold", lambda _person_id: None)
    both_read_first(monkeypatch, twice)
    assert taken_at_once(arena, monkeypatch) == 0
