"""A second counselling or trial ahead: refused to whom the first surely belongs, taken from anybody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.actions import cancel, confirm_hold, undo_cancel
from backoffice.bookings.attendance import attend, no_show, undo_attend
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import GUEST_TAKEN, SlotTaken
from backoffice.bookings.twice import BookedAlready, visits_ahead
from backoffice.bookings.visits import book_visit
from backoffice.core.db import db
from backoffice.line.models import LineAccount
from backoffice.todos.actions import add_todo, finish_todo
from backoffice.todos.models import Todo, TodoKind
from tests.backoffice.bookings.test_visits import VISITOR, ask, visit

from .conftest import Desk


def tasks() -> list[Todo]:
    return list(db.session.scalars(select(Todo).where(Todo.kind == TodoKind.TWICE).order_by(Todo.id)))


def asked() -> list[int | None]:
    """The bookings that the open tasks are about."""
    db.session.flush()
    return [task.booking_id for task in tasks() if task.done_at is None]


def call_off(booking: Booking, desk: Desk) -> None:
    cancel(booking, by_gym=False, by=VISITOR, now=desk.now)


def account_of(desk: Desk, person_id: int) -> int:
    """A LINE account that is known to be this person's."""
    account = LineAccount(
        studio_id=desk.studio.id,
        user_id="U1",
        person_id=person_id,
        first_seen_at=desk.now,
        last_seen_at=desk.now,
    )
    db.session.add(account)
    db.session.flush()
    return account.id


@pytest.mark.parametrize("kind", ["counselling", "trial"])
def test_who_holds_the_link_of_the_first_is_offered_a_move(desk_book: Desk, kind: str) -> None:
    wish = {"service": desk_book.service(kind)}
    (seat,) = guests_of(visit(desk_book, **wish).id)
    with pytest.raises(BookedAlready) as refused:
        visit(desk_book, **wish, starts_at=desk_book.at(18), held=frozenset([seat.id]))
    assert refused.value.first.seat.id == seat.id
    assert tasks() == []


def test_whoever_only_knows_the_name_is_booked_and_the_desk_asks(desk_book: Desk) -> None:
    wish = {"service": desk_book.service("counselling")}
    first = visit(desk_book, **wish)
    (strange,) = guests_of(
        visit(desk_book, **wish, starts_at=desk_book.at(18), name="別の 方", mail="b@test.example").id
    )
    assert tasks() == [], "another person"
    second = visit(desk_book, **wish, starts_at=desk_book.at(12), held=frozenset([strange.id]))
    (task,) = tasks()
    assert (task.booking_id, task.person_id) == (second.id, guests_of(second.id)[0].person_id)
    assert task.done_at is None
    call_off(first, desk_book)
    assert task.done_at is not None, "one is left: nothing to ask"


def test_from_their_own_chat_it_is_a_move(desk_book: Desk) -> None:
    wish = {"service": desk_book.service("counselling")}
    (seat,) = guests_of(visit(desk_book, **wish).id)
    with pytest.raises(BookedAlready):
        visit(
            desk_book,
            **wish,
            starts_at=desk_book.at(18),
            line_account_id=account_of(desk_book, seat.person_id),
        )


def test_what_is_over_called_off_or_of_another_kind_is_no_first(desk_book: Desk) -> None:
    counselling, trial = desk_book.service("counselling"), desk_book.service("trial")
    first = visit(desk_book, service=counselling)
    (seat,) = guests_of(first.id)
    assert visits_ahead(seat.person_id, counselling, now=desk_book.now) == [(seat, first.starts_at)]
    assert visits_ahead(seat.person_id, trial, now=desk_book.now) == []
    assert visits_ahead(seat.person_id, desk_book.service("session"), now=desk_book.now) == []
    assert visits_ahead(seat.person_id, counselling, now=first.starts_at + timedelta(minutes=1)) == []
    cancel(first, by_gym=False, by=VISITOR, now=desk_book.now)
    held = frozenset([seat.id])
    again = book_visit(
        ask(desk_book, service=counselling, starts_at=desk_book.at(18), held=held),
        by=VISITOR,
        now=desk_book.now,
    )
    assert db.session.get_one(Booking, again.id).state == "BOOKED"
    assert tasks() == []


def test_a_known_chat_is_a_stranger_to_everybody_else(desk_book: Desk) -> None:
    wish = {"service": desk_book.service("counselling")}
    first = visit(desk_book, **wish)
    chat = account_of(desk_book, desk_book.meet("別の 方").id)
    with pytest.raises(SlotTaken) as refused:
        visit(desk_book, **wish, line_account_id=chat)
    assert refused.value.message != GUEST_TAKEN
    second = visit(desk_book, **wish, starts_at=desk_book.at(18), line_account_id=chat)
    assert second.id != first.id
    assert asked() == [second.id]


@pytest.mark.parametrize("how", ["stranger", "holds another link", "holds the link", "own chat"])
def test_when_somebody_is_elsewhere_is_told_to_nobody_but_them(desk_book: Desk, how: str) -> None:
    """An hour of any kind: their own page says when, to anybody else the time is gone and the offers tell nothing."""
    person = desk_book.meet("高橋 花", mail="hana@test.example")
    (seat,) = guests_of(desk_book.book(desk_book.at(17), person, trainer="okada").id)
    (other,) = guests_of(
        visit(desk_book, name="別の 方", mail="b@test.example", starts_at=desk_book.at(12)).id
    )
    wish = {
        "stranger": {},
        "holds another link": {"held": frozenset([other.id])},
        "holds the link": {"held": frozenset([seat.id])},
        "own chat": {"line_account_id": account_of(desk_book, person.id)},
    }[how]
    with pytest.raises(SlotTaken) as refused:
        visit(desk_book, trainer_id=desk_book.trainer("mori").id, starts_at=desk_book.at(16, 30), **wish)
    offered = [one.starts_at for one in refused.value.nearest]
    if how in ("holds the link", "own chat"):
        assert (refused.value.message, refused.value.params["start"]) == (GUEST_TAKEN, "17:00")
        return
    assert (refused.value.message, refused.value.params, refused.value.in_the_way) == (
        SlotTaken.message,
        {},
        (),
    )
    assert len(offered) == 3
    assert desk_book.at(17, 30) in offered, "as it would be for somebody who has no booking"
    assert min(abs(one - desk_book.at(16, 30)) for one in offered) >= timedelta(hours=1)


def test_times_that_are_only_held_are_no_booking(desk_book: Desk) -> None:
    """Times sent to choose from: until one is chosen, nothing is booked twice."""
    counselling = desk_book.service("counselling")
    person = desk_book.meet("高橋 花", mail="hana@test.example")
    holds = [
        desk_book.book(
            desk_book.at(hour), person, service="counselling", held_until=desk_book.now + timedelta(hours=20)
        )
        for hour in (11, 16)
    ]
    held = frozenset(guest.id for one in holds for guest in guests_of(one.id))
    booked = visit(desk_book, service=counselling, starts_at=desk_book.at(18), held=held)
    assert asked() == []
    confirm_hold(holds[0], by=VISITOR, now=desk_book.now)
    assert asked() == [holds[0].id]
    call_off(booked, desk_book)
    assert asked() == []


def test_a_third_is_no_second_task_and_it_ends_with_one_left(desk_book: Desk) -> None:
    wish = {"service": desk_book.service("counselling")}
    first, second, third = (visit(desk_book, **wish, starts_at=desk_book.at(hour)) for hour in (11, 16, 18))
    assert asked() == [second.id]
    call_off(second, desk_book)
    assert asked() == [third.id], "it is about one that stands"
    call_off(first, desk_book)
    assert asked() == []
    assert len(tasks()) == 1


def test_each_kind_has_its_own_question(desk_book: Desk) -> None:
    kinds = {kind: desk_book.service(kind) for kind in ("counselling", "trial")}
    hours = {"counselling": (11, 12), "trial": (16, 18)}
    pairs = {
        kind: [visit(desk_book, service=service, starts_at=desk_book.at(hour)) for hour in hours[kind]]
        for kind, service in kinds.items()
    }
    assert asked() == [pairs["counselling"][1].id, pairs["trial"][1].id]
    assert len({task.title for task in tasks()}) == 2
    call_off(pairs["trial"][0], desk_book)
    assert asked() == [pairs["counselling"][1].id]


def test_a_cancel_taken_back_asks_again(desk_book: Desk) -> None:
    wish = {"service": desk_book.service("counselling")}
    first, second = (visit(desk_book, **wish, starts_at=desk_book.at(hour)) for hour in (11, 16))
    call_off(first, desk_book)
    assert asked() == []
    undo_cancel(first, by=VISITOR, now=desk_book.now)
    assert asked() == [first.id]
    assert second.state == "BOOKED"


@pytest.mark.parametrize("end", [attend, no_show])
def test_a_visit_that_is_over_leaves_nothing_to_ask(desk_book: Desk, end) -> None:
    wish = {"service": desk_book.service("counselling")}
    first, second = (visit(desk_book, **wish, starts_at=desk_book.at(hour)) for hour in (11, 16))
    assert asked() == [second.id]
    (guest,) = guests_of(first.id)
    end(guest, by=desk_book.by, now=first.starts_at)
    assert asked() == []


def test_a_visit_marked_by_mistake_before_it_began_is_asked_about_again(desk_book: Desk) -> None:
    wish = {"service": desk_book.service("counselling")}
    first, _ = (visit(desk_book, **wish, starts_at=desk_book.at(hour)) for hour in (11, 16))
    (guest,) = guests_of(first.id)
    early = first.starts_at - timedelta(minutes=30)
    attend(guest, by=desk_book.by, now=early)
    undo_attend(guest, by=desk_book.by, now=early)
    assert asked() == [first.id]


def test_what_the_desk_has_ticked_off_stays_so_until_another_comes(desk_book: Desk) -> None:
    wish = {"service": desk_book.service("counselling")}
    first, _, third = (visit(desk_book, **wish, starts_at=desk_book.at(hour)) for hour in (11, 16, 18))
    (task,) = tasks()
    finish_todo(desk_book.studio.id, task.id, by=desk_book.by, now=desk_book.now)
    call_off(third, desk_book)
    assert asked() == []
    undo_cancel(third, by=VISITOR, now=desk_book.now)
    assert asked() == [third.id]
    assert first.state == "BOOKED"


def test_of_two_questions_about_one_person_one_is_left(desk_book: Desk) -> None:
    """Two browsers at once, or two people who became one."""
    wish = {"service": desk_book.service("counselling")}
    _, second, third = (visit(desk_book, **wish, starts_at=desk_book.at(hour)) for hour in (11, 16, 18))
    (task,) = tasks()
    add_todo(
        TodoKind.TWICE, task.title, studio_id=desk_book.studio.id, booking_id=third.id, person_id=task.person_id,
        due_at=desk_book.now, by=VISITOR, now=desk_book.now,
    )  # fmt: skip
    call_off(third, desk_book)
    assert asked() == [second.id]
