"""Many writers want overlapping times at once, with real commits: exactly one gets it, and nobody sees an error.

Each round is one hour that everybody wants with the same trainer, room and guests, starting 0, 15 or 30 minutes
apart. First the statement that takes claims, then the whole booking action, then every path against each other, then
moves that swap places. The control runs the first race without the constraint and must double-book. `RACES=all` runs
two hundred rounds of the first race, else sixty.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text

from backoffice.bookings import claims
from backoffice.bookings.actions import book, cancel, move, undo_cancel
from backoffice.bookings.claims import Wanted
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import (
    Booking,
    BookingChannel,
    BookingState,
    Claim,
    Participant,
    Resource,
    resource_key,
)
from backoffice.bookings.refusals import SlotTaken
from backoffice.bookings.schedule import add_block
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local
from backoffice.core.db import db, in_transaction, transaction
from backoffice.core.errors import Stale
from backoffice.leads.models import Lead
from backoffice.messaging.models import Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import rooms, service_by_slug, the_studio

from .conftest import NOW

pytestmark = pytest.mark.races

WRITERS = 50
ROUNDS = 200 if os.environ.get("RACES") == "all" else 60
BOOKING_WRITERS, BOOKING_ROUNDS = 12, 10
OFFSETS = (0, 15, 30)
FIRST = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)

Writer = Callable[[int, int], bool]


def race(app: Flask, writers: int, rounds: int, write: Writer) -> list[Counter[str]]:
    """Let `writers` threads do `write(writer, round)` at the same instant, round by round; count how it ended."""
    gate = threading.Barrier(writers)
    results = [Counter[str]() for _ in range(rounds)]

    def run(writer: int) -> None:
        for number in range(rounds):
            gate.wait(timeout=60)
            with app.app_context():
                try:
                    ended = "won" if write(writer, number) else "lost"
                except SlotTaken:
                    ended = "lost"
                except Exception as error:
                    ended = f"{type(error).__name__}: {error}"[:300]
            results[number][ended] += 1

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(run, range(writers)))
    return results


def wanted(
    starts_at: datetime, *, trainer: int = 1, room: int = 1, guests: Sequence[int] = (1, 2)
) -> list[Wanted]:
    """What a visit of an hour takes, cleaned up for a quarter."""
    busy = (starts_at, starts_at + timedelta(minutes=75))
    return [
        Wanted(resource_key(Resource.TRAINER, trainer), *busy),
        Wanted(resource_key(Resource.ROOM, room), *busy),
        *(
            Wanted(resource_key(Resource.PERSON, one), starts_at, starts_at + timedelta(hours=1))
            for one in guests
        ),
    ]


def bookings_to_claim_for(count: int) -> list[int]:
    """Bookings without claims, so that a race is about the claims alone."""
    studio = the_studio()
    row = {
        "studio_id": studio.id, "service_id": service_by_slug(studio.id, "session").id,
        "trainer_id": trainers(studio.id)[0].id, "starts_at": FIRST, "ends_at": FIRST + timedelta(hours=1),
        "channel": BookingChannel.DESK, "created_at": NOW, "created_by": "race", "state": BookingState.BOOKED,
        "is_named": False, "wants_woman": False, "price_yen": 0, "cancel_reason": "", "waiver": "", "version": 1,
        "prep_minutes": 0, "cleanup_minutes": 15,
    }  # fmt: skip
    with transaction():
        return list(db.session.scalars(insert(Booking).returning(Booking.id), [row] * count))


def race_for_claims(app: Flask, writers: int, rounds: int) -> tuple[list[Counter[str]], list[int]]:
    """Race for claims; how each round ended, and how many resources each booking got in the end."""
    with app.app_context():
        ids = bookings_to_claim_for(writers * rounds)

    def take(writer: int, number: int) -> bool:
        starts_at = FIRST + timedelta(hours=3 * number, minutes=random.choice(OFFSETS))
        rows = wanted(starts_at)
        random.shuffle(rows)
        with transaction():
            if claims.take(rows, booking_id=ids[number * writers + writer], now=NOW):
                raise SlotTaken
        return True

    ended = race(app, writers, rounds, take)
    with app.app_context():
        held = select(func.count()).where(Claim.booking_id.is_not(None)).group_by(Claim.booking_id)
        return ended, list(db.session.scalars(held))


def test_of_fifty_writers_exactly_one_gets_the_time_in_each_round(arena: Flask) -> None:
    ended, held = race_for_claims(arena, WRITERS, ROUNDS)
    assert ended == [Counter(won=1, lost=WRITERS - 1)] * ROUNDS
    assert held == [4] * ROUNDS  # trainer, room and both guests, never a part of it


def test_without_the_constraint_the_same_race_double_books(arena: Flask) -> None:
    with arena.app_context(), db.engine.begin() as connection:
        connection.execute(text("alter table claims drop constraint claims_never_overlap"))
    ended, _ = race_for_claims(arena, WRITERS, 3)
    assert all(one["won"] > 1 for one in ended)


def test_neighbours_in_time_both_get_theirs(arena: Flask) -> None:
    with arena.app_context():
        ids = bookings_to_claim_for(2 * 30)

    def take(writer: int, number: int) -> bool:
        starts_at = FIRST + timedelta(hours=4 * number, minutes=75 * writer)
        with transaction():
            return not claims.take(wanted(starts_at), booking_id=ids[2 * number + writer], now=NOW)

    assert race(arena, 2, 30, take) == [Counter(won=2)] * 30


class Gym:
    """What the whole booking action needs, by id, so that each thread loads its own rows."""

    def __init__(self, app: Flask) -> None:
        with app.app_context(), transaction():
            self.studio_id = the_studio().id
            self.trainer_id, self.other_trainer_id = [one.id for one in trainers(self.studio_id)]
            self.room_id = rooms(self.studio_id)[0].id
            self.person_id = self.meet("race@test.example")
            self.people = [self.meet(f"race{number}@test.example") for number in range(BOOKING_WRITERS)]

    @staticmethod
    def meet(mail: str) -> int:
        person = create_person(name=f"競争 {mail}", mails=[mail], by=SYSTEM, now=NOW)
        db.session.flush()
        return person.id

    def at(self, number: int, minute: int = 0) -> datetime:
        """15:15 or later of a day of its own for each round."""
        return at_local(date(2026, 12, 1) + timedelta(days=number), time(16, 0), "Asia/Tokyo") + timedelta(
            minutes=minute
        )

    def book(self, starts_at: datetime, *person_ids: int, **wish: Any) -> Booking:
        studio = the_studio()
        values = {
            "studio": studio, "service": service_by_slug(studio.id, "trial"), "trainer_id": self.trainer_id,
            "room_id": self.room_id, "participants": [Guest(db.session.get_one(Person, one)) for one in person_ids],
            "channel": BookingChannel.WEB, "by": SYSTEM, "now": NOW, "starts_at": starts_at,
        }  # fmt: skip
        return book(**{**values, **wish})


def test_of_many_whole_bookings_one_stands_and_the_others_leave_nothing(arena: Flask) -> None:
    gym = Gym(arena)

    def write(writer: int, number: int) -> bool:
        starts_at = gym.at(number, OFFSETS[writer % 3])
        guests = [gym.people[writer], gym.person_id][: 1 + writer % 2]
        in_transaction(lambda: gym.book(starts_at, *guests))
        return True

    ended = race(arena, BOOKING_WRITERS, BOOKING_ROUNDS, write)
    assert ended == [Counter(won=1, lost=BOOKING_WRITERS - 1)] * BOOKING_ROUNDS
    with arena.app_context():
        bookings = set(db.session.scalars(select(Booking.id)))
        assert len(bookings) == BOOKING_ROUNDS
        assert set(db.session.scalars(select(Claim.booking_id))) == bookings
        assert set(db.session.scalars(select(Participant.booking_id))) == bookings
        assert set(db.session.scalars(select(Message.booking_id))) == bookings
        # A lead belongs to each winner; those who got nothing left none.
        assert set(db.session.scalars(select(Lead.id))) == set(db.session.scalars(select(Booking.lead_id)))


def test_two_trainers_at_once_get_a_room_each(arena: Flask) -> None:
    gym = Gym(arena)

    def write(writer: int, number: int) -> bool:
        trainer_id = (gym.trainer_id, gym.other_trainer_id)[writer]
        with transaction():
            gym.book(gym.at(number), gym.people[writer], trainer_id=trainer_id, room_id=None)
        return True

    assert race(arena, 2, BOOKING_ROUNDS, write) == [Counter(won=2)] * BOOKING_ROUNDS


def test_every_path_refuses_the_others(arena: Flask) -> None:
    gym = Gym(arena)
    rounds = 6
    with arena.app_context(), transaction():
        elsewhere = [gym.book(gym.at(number, -240), gym.people[0]).id for number in range(rounds)]
        given_up = []
        for number in range(rounds):
            booking = gym.book(gym.at(number), gym.people[1])
            cancel(booking, by_gym=False, by=SYSTEM, now=NOW)
            given_up.append(booking.id)

    def write(writer: int, number: int) -> bool:
        starts_at, ends_at = gym.at(number), gym.at(number, 60)
        paths: list[Callable[[], object]] = [
            lambda: gym.book(starts_at, gym.people[2]),
            lambda: gym.book(starts_at, gym.people[3], held_until=NOW + timedelta(minutes=10)),
            lambda: move(db.session.get_one(Booking, elsewhere[number]), starts_at=starts_at, by=SYSTEM, now=NOW),
            lambda: undo_cancel(db.session.get_one(Booking, given_up[number]), by=SYSTEM, now=NOW),
            lambda: add_block(
                studio_id=gym.studio_id, trainer_id=gym.trainer_id, starts_at=starts_at, ends_at=ends_at,
                by=SYSTEM, now=NOW,
            ),
        ]  # fmt: skip
        in_transaction(paths[writer])
        return True

    assert race(arena, 5, rounds, write) == [Counter(won=1, lost=4)] * rounds


def test_of_many_who_change_one_booking_the_first_wins_and_the_others_are_told(arena: Flask) -> None:
    gym = Gym(arena)
    rounds = 8
    with arena.app_context(), transaction():
        ids = [gym.book(gym.at(number), gym.people[0]).id for number in range(rounds)]

    def write(writer: int, number: int) -> bool:
        booking = db.session.get_one(Booking, ids[number])
        goal = gym.at(number, 15 * (writer + 1))

        def change() -> None:
            if writer % 2:
                move(booking, starts_at=goal, version=1, by=SYSTEM, now=NOW)
            else:
                cancel(booking, by_gym=False, version=1, by=SYSTEM, now=NOW)

        try:
            in_transaction(change)
        except Stale:
            return False
        return True

    ended = race(arena, 6, rounds, write)
    assert ended == [Counter(won=1, lost=5)] * rounds
    with arena.app_context():
        assert set(db.session.scalars(select(Booking.version))) == {2}


def test_moves_that_swap_places_end_without_an_error(arena: Flask) -> None:
    gym = Gym(arena)
    with arena.app_context(), transaction():
        ids = [gym.book(gym.at(0, 120 * place), gym.people[place], room_id=None).id for place in (0, 1)]
        places = [gym.at(0), gym.at(0, 120)]

    def write(writer: int, number: int) -> bool:
        booking = db.session.get_one(Booking, ids[writer])
        goal = places[1] if booking.starts_at == places[0] else places[0]
        with transaction():  # which tries nothing twice: the action itself has to get over the deadlock
            move(booking, starts_at=goal, by=SYSTEM, now=NOW)
        return True

    ended = race(arena, 2, 3, write)
    assert all(set(one) <= {"won", "lost"} for one in ended), ended
    with arena.app_context():
        starts = {one.starts_at for one in db.session.scalars(select(Booking))}
        assert len(starts) == 2
        assert len(db.session.scalars(select(Claim)).all()) == 6
