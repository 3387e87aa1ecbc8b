"""A series: looked at first, booked where it can be, one message, and changed from a date on."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings import actions, series
from backoffice.bookings.facts import series_facts
from backoffice.bookings.models import Booking, BookingState, Series
from backoffice.bookings.refusals import SlotTaken
from backoffice.bookings.schedule import add_special_day
from backoffice.bookings.series import Verdict
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from tests.statements import statements

from .conftest import WEDNESDAY, Desk

DAYS = series.dates_of(WEDNESDAY, 1, 5)


def looked_at(desk: Desk, who: Person, days: list[date] = DAYS) -> list[series.PlannedDate]:
    return series.plan(
        desk.studio, desk.service("session"), days, time(18), trainer_id=desk.trainer().id, person_ids=[who.id],
        now=desk.now,
    )  # fmt: skip


def booked(desk: Desk, who: Person) -> Series:
    """Five Wednesdays at 18:00 with Mori, as far as they are free."""
    chosen = {one.day: one.slot for one in looked_at(desk, who) if one.slot is not None}
    made, _ = series.book_series(
        desk.studio, desk.service("session"), chosen, persons=[who], days=DAYS, every_weeks=1, channel="PHONE",
        by=desk.by, now=desk.now,
    )  # fmt: skip
    return made


def when(desk: Desk, made: Series) -> list[str]:
    """Where each date of the series stands: day and hour, or a dash."""
    return [
        f"{local(one.booking.starts_at, desk.studio.zone):%m-%d %H:%M}" if one.booking else "-"
        for one in series.dates(made)
    ]


def told(kind: Kind = Kind.SERIES_DATES) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


def test_every_date_is_looked_at_before_anything_is_booked(desk_book: Desk) -> None:
    desk, who = desk_book, desk_book.meet()
    desk.book(desk.at(18, 0, DAYS[1]), desk.meet("先約 さん"))
    desk.book(desk.at(18, 0, DAYS[2]), who, trainer="okada")
    add_special_day(desk.studio.id, DAYS[3], by=desk.by, now=desk.now)
    planned = looked_at(desk, who)
    assert [one.verdict for one in planned] == [
        Verdict.FREE, Verdict.TAKEN, Verdict.TAKEN, Verdict.CLOSED, Verdict.FREE
    ]  # fmt: skip
    assert planned[1].in_the_way == "先約 さん"
    assert planned[1].others
    assert all(local(one.starts_at, desk.studio.zone).date() == DAYS[1] for one in planned[1].others)
    assert planned[3].others == ()
    assert db.session.scalars(select(Series)).all() == []


def test_holidays_are_said_and_stay_ordinary_days(desk_book: Desk) -> None:
    days = [date(2026, 12, 30), date(2027, 1, 11)]
    planned = looked_at(desk_book, desk_book.meet(), days)
    assert planned[1].holiday == "成人の日"
    assert planned[1].verdict == Verdict.FREE


def test_a_series_is_bookings_and_one_message_with_all_dates(desk_book: Desk) -> None:
    who = desk_book.meet()
    made = booked(desk_book, who)
    assert when(desk_book, made) == [
        "11-25 18:00",
        "12-02 18:00",
        "12-09 18:00",
        "12-16 18:00",
        "12-23 18:00",
    ]
    assert told(Kind.BOOKING_CONFIRMED) == []
    assert len(told(Kind.REMINDER_DAY_BEFORE)) == 5
    [message] = told()
    facts = series_facts(message, desk_book.now)
    assert isinstance(facts, Facts)
    assert len(facts.values["series"]["dates"]) == 5
    assert facts.calendar.count("BEGIN:VEVENT") == 5


def test_one_date_that_has_gone_stops_no_other(desk_book: Desk) -> None:
    who = desk_book.meet()
    chosen = {one.day: one.slot for one in looked_at(desk_book, who) if one.slot is not None}
    desk_book.book(desk_book.at(18, 0, DAYS[2]), desk_book.meet())
    made, outcome = series.book_series(
        desk_book.studio, desk_book.service("session"), chosen, persons=[who], days=DAYS, every_weeks=1,
        channel="PHONE", by=desk_book.by, now=desk_book.now,
    )  # fmt: skip
    assert list(outcome.refused) == [DAYS[2]]
    assert isinstance(outcome.refused[DAYS[2]], SlotTaken)
    assert when(desk_book, made)[2] == "-"


def test_a_skipped_date_is_added_later_once(desk_book: Desk) -> None:
    who = desk_book.meet()
    taken = desk_book.book(desk_book.at(18, 0, DAYS[1]), desk_book.meet())
    made = booked(desk_book, who)
    actions.cancel(taken, by_gym=False, by=desk_book.by, now=desk_book.now)
    slot = looked_at(desk_book, who, [DAYS[1]])[0].slot
    assert slot is not None
    add = {"studio": desk_book.studio, "by": desk_book.by, "now": desk_book.now}
    series.add_date(made, DAYS[1], slot, **add)
    assert when(desk_book, made)[1] == "12-02 18:00"
    with pytest.raises(Invalid):
        series.add_date(made, DAYS[1], slot, **add)


def test_moved_from_a_date_on_and_what_cannot_go_stays(desk_book: Desk) -> None:
    who = desk_book.meet()
    made = booked(desk_book, who)
    desk_book.book(desk_book.at(11, 0, DAYS[3] + timedelta(days=1)), desk_book.meet())
    outcome = series.move_from(
        made, DAYS[2], weekday=3, clock=time(11), trainer_id=desk_book.trainer().id, studio=desk_book.studio,
        by=desk_book.by, now=desk_book.now,
    )  # fmt: skip
    assert when(desk_book, made) == [
        "11-25 18:00",
        "12-02 18:00",
        "12-10 11:00",
        "12-16 18:00",
        "12-24 11:00",
    ]
    assert list(outcome.refused) == [DAYS[3]]
    assert told(Kind.BOOKING_MOVED) == []
    first, last = told()
    assert isinstance(series_facts(first, desk_book.now), NotWanted), "the later one says more"
    assert isinstance(series_facts(last, desk_book.now), Facts)


def test_cut_from_a_date_on_with_one_message(desk_book: Desk) -> None:
    made = booked(desk_book, desk_book.meet())
    series.cut_from(made, DAYS[2], by=desk_book.by, now=desk_book.now)
    assert when(desk_book, made) == ["11-25 18:00", "12-02 18:00", "-", "-", "-"]
    assert told(Kind.BOOKING_CANCELLED) == []
    planned = [one for one in told(Kind.REMINDER_DAY_BEFORE) if one.state == MessageState.PLANNED]
    assert len(planned) == 2
    assert set(db.session.scalars(select(Booking.state))) == {BookingState.BOOKED, BookingState.CANCELLED}


@pytest.mark.parametrize(("first", "method", "stay"), [(2, "PUBLISH", 2), (0, "CANCEL", 0)])
def test_what_is_cut_leaves_the_guests_calendar(desk_book: Desk, first: int, method: str, stay: int) -> None:
    made = booked(desk_book, desk_book.meet())
    series.cut_from(made, DAYS[first], by=desk_book.by, now=desk_book.now)
    facts = series_facts(told()[-1], desk_book.now)
    assert isinstance(facts, Facts)
    assert len(facts.values["series"]["dates"]) == stay
    assert f"METHOD:{method}" in facts.calendar
    assert (facts.calendar.count("STATUS:CONFIRMED"), facts.calendar.count("STATUS:CANCELLED")) == (
        stay,
        5 - stay,
    )


@pytest.mark.parametrize(("every", "count"), [(1, 1), (1, 53), (0, 5), (9, 5)])
def test_odd_series_are_refused(every: int, count: int) -> None:
    with pytest.raises(Invalid):
        series.dates_of(WEDNESDAY, every, count)


def test_a_longer_plan_asks_no_more(desk_book: Desk) -> None:
    who, counts = desk_book.meet(), []
    for number in (3, 12):
        with statements() as sent:
            looked_at(desk_book, who, series.dates_of(WEDNESDAY, 1, number))
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8
