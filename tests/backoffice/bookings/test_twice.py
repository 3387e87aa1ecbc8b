"""A second counselling or trial ahead: refused to whom the first surely belongs, taken from anybody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.actions import cancel
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.bookings.twice import BookedAlready, seats_ahead
from backoffice.bookings.visits import book_visit
from backoffice.core.db import db
from backoffice.line.models import LineAccount
from backoffice.todos.models import Todo, TodoKind
from tests.backoffice.bookings.test_visits import VISITOR, ask, visit

from .conftest import Desk


def tasks() -> list[Todo]:
    return list(db.session.scalars(select(Todo).where(Todo.kind == TodoKind.TWICE)))


@pytest.mark.parametrize("kind", ["counselling", "trial"])
def test_who_holds_the_link_of_the_first_is_offered_a_move(desk_book: Desk, kind: str) -> None:
    wish = {"service": desk_book.service(kind)}
    (seat,) = guests_of(visit(desk_book, **wish).id)
    with pytest.raises(BookedAlready) as refused:
        visit(desk_book, **wish, starts_at=desk_book.at(18), held=frozenset([seat.id]))
    assert refused.value.seat.id == seat.id
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
    cancel(first, by_gym=False, by=VISITOR, now=desk_book.now)
    db.session.refresh(task)
    assert task.done_at is not None, "one is left: nothing to ask"


def test_from_their_own_chat_it_is_a_move(desk_book: Desk) -> None:
    wish = {"service": desk_book.service("counselling")}
    (seat,) = guests_of(visit(desk_book, **wish).id)
    account = LineAccount(
        studio_id=desk_book.studio.id, user_id="U1", person_id=seat.person_id, first_seen_at=desk_book.now,
        last_seen_at=desk_book.now,
    )  # fmt: skip
    db.session.add(account)
    db.session.flush()
    with pytest.raises(BookedAlready):
        visit(desk_book, **wish, starts_at=desk_book.at(18), line_account_id=account.id)


def test_what_is_over_called_off_or_of_another_kind_is_no_first(desk_book: Desk) -> None:
    counselling, trial = desk_book.service("counselling"), desk_book.service("trial")
    first = visit(desk_book, service=counselling)
    (seat,) = guests_of(first.id)
    assert [one.id for one in seats_ahead(seat.person_id, counselling, now=desk_book.now)] == [seat.id]
    assert seats_ahead(seat.person_id, trial, now=desk_book.now) == []
    assert seats_ahead(seat.person_id, desk_book.service("session"), now=desk_book.now) == []
    assert seats_ahead(seat.person_id, counselling, now=first.starts_at + timedelta(minutes=1)) == []
    cancel(first, by_gym=False, by=VISITOR, now=desk_book.now)
    held = frozenset([seat.id])
    again = book_visit(
        ask(desk_book, service=counselling, starts_at=desk_book.at(18), held=held),
        by=VISITOR,
        now=desk_book.now,
    )
    assert db.session.get_one(Booking, again.id).state == "BOOKED"
    assert tasks() == []
