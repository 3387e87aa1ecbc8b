"""Two rows with a counselling each become one human: the desk is asked which one holds; once they are two, no more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.actions import cancel
from backoffice.bookings.models import Booking
from backoffice.core.db import db
from backoffice.core.language import translate
from backoffice.merging.actions import merge, undo_merge
from backoffice.people.models import Person
from backoffice.todos.actions import finish_todo
from backoffice.todos.models import Todo, TodoKind
from tests.backoffice.bookings.conftest import Desk, desk_book  # noqa: F401 - a fixture

SAID = {
    "counselling": (
        "無料カウンセリングのご予約が2件以上あります。",
        "More than one free counselling booked: please ask the guest which one holds",
    ),
    "trial": (
        "体験トレーニングのご予約が2件以上あります。",
        "More than one trial booked: please ask the guest which one holds",
    ),
}


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    return desk_book


def asked() -> list[Todo]:
    """The open questions which visit holds."""
    db.session.flush()
    query = select(Todo).where(Todo.kind == TodoKind.TWICE, Todo.done_at.is_(None))
    return list(db.session.scalars(query.order_by(Todo.id)))


def one_each(desk: Desk, kind: str, other_kind: str = "") -> tuple[Person, Person, Booking, Booking]:
    """Two rows, each with a first visit ahead."""
    kept, dropped = desk.meet("山田 花子"), desk.meet("山田 華子")
    first = desk.book(desk.at(11), kept, service=kind)
    return kept, dropped, first, desk.book(desk.at(16), dropped, service=other_kind or kind)


@pytest.mark.parametrize("kind", ["counselling", "trial"])
def test_the_desk_is_asked_once_and_no_more_when_they_are_two_again(desk: Desk, kind: str) -> None:
    kept, dropped, _, second = one_each(desk, kind)
    assert asked() == []
    made = merge(kept.id, dropped.id, {}, by=desk.by, now=desk.now)
    (task,) = asked()
    assert (task.person_id, task.booking_id) == (kept.id, second.id)
    for language, words in zip(("ja", "en"), SAID[kind], strict=True):
        assert translate(task.title, language).startswith(words)
    undo_merge(made.id, by=desk.by, now=desk.now)
    assert asked() == []


def test_a_counselling_and_a_trial_are_one_of_each(desk: Desk) -> None:
    kept, dropped, *_ = one_each(desk, "counselling", "trial")
    merge(kept.id, dropped.id, {}, by=desk.by, now=desk.now)
    assert asked() == []


@pytest.mark.parametrize("became", ["called off", "over"])
def test_what_is_called_off_or_over_asks_nobody(desk: Desk, became: str) -> None:
    kept, dropped, first, _ = one_each(desk, "counselling")
    if became == "called off":
        cancel(first, by_gym=False, by=desk.by, now=desk.now)
    later = first.starts_at + timedelta(hours=1) if became == "over" else desk.now
    merge(kept.id, dropped.id, {}, by=desk.by, now=later)
    assert asked() == []


def test_what_the_desk_ticked_off_stays_so_when_the_other_row_has_none(desk: Desk) -> None:
    kept, dropped, *_ = one_each(desk, "counselling")
    merge(kept.id, dropped.id, {}, by=desk.by, now=desk.now)
    finish_todo(desk.studio.id, asked()[0].id, by=desk.by, now=desk.now)
    merge(kept.id, desk.meet().id, {}, by=desk.by, now=desk.now)
    assert asked() == []


def test_who_was_asked_about_already_is_asked_about_once(desk: Desk) -> None:
    """Two merges one after the other: the question stands, and follows the visits when one merge is taken back."""
    kept, dropped, *_ = one_each(desk, "counselling")
    merge(kept.id, dropped.id, {}, by=desk.by, now=desk.now)
    third = desk.meet("山田 はな")
    desk.book(desk.at(18), third, service="counselling")
    made = merge(kept.id, third.id, {}, by=desk.by, now=desk.now)
    (task,) = asked()
    undo_merge(made.id, by=desk.by, now=desk.now)
    assert asked() == [task]
