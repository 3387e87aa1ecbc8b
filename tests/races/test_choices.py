"""Taps at the same moment, on different times, against the sweep and against the desk: one of them counts.

And one reply token, wanted by many workers: one of them has it.
"""

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.bookings import actions as bookings
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, BookingState, Claim
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import NotPossible, Slot
from backoffice.choices.actions import ChoiceGone, choose, decline, settle_choices
from backoffice.choices.models import Choice, ChoiceState
from backoffice.choices.queries import result_of, times_of
from backoffice.choices.sending import send_times, send_times_to_move
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local
from backoffice.core.db import db, in_transaction
from backoffice.core.errors import DomainError
from backoffice.messaging.models import Kind, Message
from backoffice.messaging.reply_tokens import keep_reply_token, take_reply_token
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import rooms, service_by_slug, the_studio
from backoffice.waiting.offering import sweep
from tests.races.test_people_and_leads import at_once

from .conftest import NOW

pytestmark = pytest.mark.races

ROUNDS = 10
FIRST = date(2026, 11, 27)
HOURS = (11, 16, 18)


def at(number: int, hour: int) -> Slot:
    """A time on the day of a round, with the first trainer in the first room."""
    studio = the_studio()
    day = FIRST + timedelta(days=number)
    room = rooms(studio.id)[0].id
    return Slot(at_local(day, time(hour), studio.zone), trainers(studio.id)[0].id, room)


def prepare(app: Flask, *, moves: bool = False) -> list[int]:
    """A choice for each round, to book or to move a booking."""
    made = []
    with app.app_context():
        studio = the_studio()
        service = service_by_slug(studio.id, "session")
        for number in range(ROUNDS):

            def send(number: int = number) -> int:
                who = create_person(
                    name=f"客{number}", phones=[], mails=[f"c{number}@x.example"], by=SYSTEM, now=NOW
                )
                slots, sent_at = [at(number, hour) for hour in HOURS], NOW + timedelta(minutes=number)
                if not moves:
                    return send_times(studio, service, who, slots, by=SYSTEM, now=sent_at).id
                away = at(number + ROUNDS, 11)
                booking = bookings.book(
                    studio=studio, service=service, trainer_id=away.trainer_id, starts_at=away.starts_at,
                    participants=[Guest(who)], channel=BookingChannel.PHONE, by=SYSTEM, now=NOW,
                )  # fmt: skip
                return send_times_to_move(studio, booking, who, slots, by=SYSTEM, now=sent_at).id

            made.append(in_transaction(send))
    return made


def check(app: Flask, made: list[int], seen: list[Counter[int]]) -> None:
    """Of each choice one time stands or none, and what stands is what somebody was told."""
    with app.app_context():
        for number, choice_id in enumerate(made):
            choice = db.session.get_one(Choice, choice_id)
            times = times_of(choice.id)
            booking = result_of(choice)
            claimed = {one.position for one in times if _claims(one.hold.id)}
            if choice.state == ChoiceState.CHOSEN:
                assert booking is not None
                assert booking.state == BookingState.BOOKED
                taken = next(one for one in times if one.hold.id == choice.chosen_id)
                assert seen[number] == Counter({taken.position: 2}), (
                    "both who tapped it heard yes, nobody else"
                )
                assert booking.starts_at == taken.hold.starts_at
                assert claimed == ({taken.position} if choice.booking_id is None else set())
                assert _claims(booking.id)
                news = select(func.count()).where(
                    Message.booking_id == booking.id,
                    Message.kind.in_([Kind.BOOKING_CONFIRMED, Kind.BOOKING_MOVED]),
                )
                assert db.session.scalar(news) == (1 if choice.booking_id is None else 2)
            else:
                assert choice.state in (ChoiceState.LAPSED, ChoiceState.DECLINED)
                assert (booking, claimed, seen[number]) == (None, set(), Counter())


def _claims(booking_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Claim.booking_id == booking_id)) or 0


def over(number: int) -> datetime:
    """When the choice of a round ends; those of later rounds go on."""
    return NOW + timedelta(hours=24, minutes=number)


@pytest.mark.parametrize("moves", [False, True], ids=["book", "move"])
def test_of_taps_on_three_times_one_counts(moves: bool, arena: Flask) -> None:
    made = prepare(arena, moves=moves)
    seen: list[Counter[int]] = [Counter() for _ in made]
    at_once(arena, 6, ROUNDS, lambda writer, number: tap(made, seen, writer % 3 + 1, number))
    check(arena, made, seen)
    assert all(seen), "of each choice one time was taken"


def test_of_taps_a_no_and_the_sweep_one_counts(arena: Flask) -> None:
    made = prepare(arena)
    seen: list[Counter[int]] = [Counter() for _ in made]

    def act(writer: int, number: int) -> None:
        if writer == 6:
            sweep(the_studio(), now=over(number))
            settle_choices(now=over(number))
        elif writer == 7:
            with suppress(ChoiceGone):
                decline(db.session.get_one(Choice, made[number]), by=SYSTEM, now=NOW)
        else:
            tap(made, seen, writer % 3 + 1, number)

    at_once(arena, 8, ROUNDS, act)
    check(arena, made, seen)


def tap(made: list[int], seen: list[Counter[int]], position: int, number: int) -> None:
    """Take a time, just before it is over; `seen` counts the yes."""
    try:
        choose(
            db.session.get_one(Choice, made[number]),
            position,
            by=SYSTEM,
            now=over(number) - timedelta(seconds=1),
        )
    except DomainError:
        db.session.rollback()
    else:
        seen[number][position] += 1


def test_a_tap_and_the_desk_that_books_the_same_time(arena: Flask) -> None:
    """The hold is in the desk's way until the sweep of the desk's own booking finds it over; never are both booked."""
    made = prepare(arena)
    seen: list[Counter[int]] = [Counter() for _ in made]
    by_desk: Counter[int] = Counter()

    def act(writer: int, number: int) -> None:
        choice = db.session.get_one(Choice, made[number])
        try:
            if writer % 2:
                choose(choice, 1, by=SYSTEM, now=choice.expires_at - timedelta(seconds=1))
                seen[number][1] += 1
            else:
                studio, slot = the_studio(), at(number, HOURS[0])
                who = create_person(name="机", phones=[], mails=[], by=SYSTEM, now=NOW)
                bookings.book(
                    studio=studio, service=service_by_slug(studio.id, "session"), trainer_id=slot.trainer_id,
                    starts_at=slot.starts_at, participants=[Guest(who)], channel=BookingChannel.PHONE, by=SYSTEM,
                    now=choice.expires_at,
                )  # fmt: skip
                by_desk[number] += 1
        except DomainError:
            db.session.rollback()

    at_once(arena, 4, ROUNDS, act)
    with arena.app_context():
        in_transaction(lambda: settle_choices(now=NOW + timedelta(hours=24)))
        for number in range(ROUNDS):
            booked = db.session.scalar(
                select(func.count()).where(
                    Booking.starts_at == at(number, HOURS[0]).starts_at, Booking.state == BookingState.BOOKED
                )
            )
            assert booked == 1 == by_desk[number] + bool(seen[number])


def test_a_tap_is_not_spoilt_by_the_desk_that_ends_another_hold(arena: Flask) -> None:
    made = prepare(arena)

    def act(writer: int, number: int) -> None:
        choice = db.session.get_one(Choice, made[number])
        if writer:
            choose(choice, 1, by=SYSTEM, now=NOW)
        else:
            with suppress(NotPossible):
                bookings.cancel(times_of(choice.id)[1].hold, by_gym=True, tell=False, by=SYSTEM, now=NOW)

    ended = at_once(arena, 2, ROUNDS, act)
    assert ended == [Counter(done=2)] * ROUNDS
    with arena.app_context():
        for choice_id in made:
            times = times_of(choice_id)
            assert [bool(_claims(one.hold.id)) for one in times] == [True, False, False]
            assert times[0].hold.state == BookingState.BOOKED


def test_one_token_is_had_by_one(arena: Flask) -> None:
    had: list[Counter[str | None]] = [Counter() for _ in range(ROUNDS)]
    with arena.app_context():
        for number in range(ROUNDS):
            address = f"U{number}"
            in_transaction(
                lambda address=address: keep_reply_token(address, "t", happened_at=NOW, received_at=NOW)
            )

    def take(_writer: int, number: int) -> None:
        had[number][take_reply_token(f"U{number}", now=NOW)] += 1

    at_once(arena, 8, ROUNDS, take)
    assert all(counted == Counter({None: 7, "t": 1}) for counted in had)


def test_colleagues_who_send_times_for_one_booking_at_once_leave_one_choice(arena: Flask) -> None:
    with arena.app_context():
        studio, away = the_studio(), at(ROUNDS, 11)

        def book() -> int:
            who = create_person(name="客", phones=[], mails=["c@x.example"], by=SYSTEM, now=NOW)
            return bookings.book(
                studio=studio, service=service_by_slug(studio.id, "session"), trainer_id=away.trainer_id,
                starts_at=away.starts_at, participants=[Guest(who)], channel=BookingChannel.PHONE, by=SYSTEM, now=NOW,
            ).id  # fmt: skip

        booking_id = in_transaction(book)

    def send(writer: int, number: int) -> None:
        booking = db.session.get_one(Booking, booking_id)
        person = db.session.get_one(Person, guests_of(booking_id)[0].person_id)
        slots = [at(number, HOURS[writer % 3])]
        try:
            send_times_to_move(the_studio(), booking, person, slots, by=SYSTEM, now=NOW)
        except DomainError:
            db.session.rollback()

    at_once(arena, 3, 8, send)
    with arena.app_context():
        counted = select(func.count()).where(
            Choice.booking_id == booking_id, Choice.state == ChoiceState.OPEN
        )
        assert db.session.scalar(counted) == 1
        held = select(func.count()).where(Booking.state == BookingState.HELD)
        assert db.session.scalar(held) == 1, "what was sent before is free again"
