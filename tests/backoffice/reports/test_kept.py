"""Visits as they were kept: the same as live when they were kept, unchanged until they are kept again, never old."""

from datetime import date, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.core.db import db
from backoffice.leads.models import Stage
from backoffice.people.models import Person
from backoffice.reports import kept
from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.funnel import Bucket, cohorts_and_total, everybody_behind
from backoffice.reports.kept import Counted, counted, keep_visits
from backoffice.reports.models import KeptVisit
from backoffice.reports.periods import Period
from backoffice.reports.revenue import Flow, MoneyFilters, all_money_behind, money_months
from backoffice.reports.trainers import Number, counts, everything_behind
from backoffice.reports.utilisation import HourFilters, all_bookings_behind, count_bookings, used
from backoffice.reports.visits import Became, VisitFilters, all_visits_behind, visits_in_all
from backoffice.studio.models import Studio
from tests.backoffice.reports import test_funnel
from tests.backoffice.reports.test_visits import FIRST, tell, visits

AUTUMN = Period(date(2026, 9, 1), date(2026, 11, 1))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every gym is large enough."""
    monkeypatch.setattr(kept, "MANY", 0)


def rows(*, is_kept: bool) -> set[tuple[object, ...]]:
    """Every visit, column by column."""
    source = kept.visits(is_kept=is_kept)
    columns = [source.c[column.name] for column in KeptVisit.__table__.columns]
    return {tuple(row) for row in db.session.execute(select(*columns))}


def answers(gym: Studio, now: datetime, *, is_kept: bool) -> list[object]:
    """What each report of visits says, and that each number is its list."""
    asked = VisitFilters(gym.id, gym.zone, AUTUMN, is_kept=is_kept)
    hours = HourFilters(gym.id, gym.zone, AUTUMN, is_kept=is_kept)
    money = MoneyFilters(gym.id, gym.zone, AUTUMN, is_kept=is_kept)
    whole, time = visits_in_all(asked, now=now), used(gym, hours, now=now).in_all
    for became in Became:
        assert len(list(all_visits_behind(asked, became, now=now))) == getattr(whole, became.value)
    sold = list(all_bookings_behind(hours, now=now))
    assert (len(sold), sum(row.minutes for row in sold)) == (count_bookings(hours, now=now), time.sold)
    delivered = [month.sum(Flow.DELIVERED) for month in money_months(money)]
    assert sum(row.yen for row in all_money_behind(money, Flow.DELIVERED)) == sum(delivered)
    found: list[object] = [whole, time, delivered]
    for basis in Basis:
        people = Filters(gym.id, gym.zone, AUTUMN, basis, is_kept=is_kept)
        shown, total = cohorts_and_total(people, Grouping.TRAINER, maturity=test_funnel.USUAL, now=now)
        assert len(list(everybody_behind(people, Bucket.ALL, now=now))) == total.people
        found += [shown, total]
        for number in Number:
            by_trainer = counts(number, people, now=now)
            for trainer_id, count in by_trainer.items():
                assert len(list(everything_behind(number, trainer_id, people, now=now))) == count
            found.append(by_trainer)
    return found


def a_story(gym: Studio, now: datetime) -> Booking:
    """A trial that led to joining, a session that was held, and one of which nobody has said anything."""
    joined = test_funnel.Story(0, 2, "web", "", Stage.JOINED, True)
    test_funnel.tell(gym, test_funnel.a_person(now), joined, now)
    open_visit = test_funnel.Story(1, 2, "line", "waist", Stage.TRIALLED, True, counselling=True)
    test_funnel.tell(gym, test_funnel.a_person(now), open_visit, now)
    person = Person(name="試験 花", created_at=now)
    db.session.add(person)
    db.session.flush()
    test_funnel.hold_trial(gym, person, None, FIRST, "session")
    booking = db.session.scalars(select(Booking).order_by(Booking.id.desc()).limit(1)).one()
    for guest in db.session.scalars(select(Participant)):
        guest.fee_yen = 5500
    db.session.flush()
    return booking


def test_a_small_gym_is_counted_live(gym: Studio, now: datetime) -> None:
    a_story(gym, now)
    assert keep_visits(now=now) == 0
    assert rows(is_kept=True) == set()
    assert counted(now) == Counted(now)


def test_what_was_kept_answers_as_live_did_until_it_is_kept_again(
    gym: Studio, now: datetime, large: None
) -> None:
    booking = a_story(gym, now)
    before = answers(gym, now, is_kept=False)
    keep_visits(now=now)
    assert answers(gym, now, is_kept=True) == before
    booking.state = BookingState.CANCELLED
    db.session.execute(delete(Participant).where(Participant.booking_id != booking.id))
    db.session.execute(delete(Booking).where(Booking.id != booking.id))
    db.session.flush()
    assert answers(gym, now, is_kept=True) == before
    after = answers(gym, now, is_kept=False)
    assert after != before
    keep_visits(now=now)
    assert answers(gym, now, is_kept=True) == after


def test_only_what_differs_is_written(gym: Studio, now: datetime, large: None) -> None:
    booking = a_story(gym, now)
    whole = keep_visits(now=now)
    assert whole == len(rows(is_kept=False))
    assert keep_visits(now=now) == 0
    booking.ends_at += timedelta(minutes=30)
    db.session.flush()
    assert keep_visits(now=now) == 1


def test_what_was_kept_is_used_for_an_hour(gym: Studio, now: datetime, large: None) -> None:
    assert counted(now) == Counted(now)
    a_story(gym, now)
    keep_visits(now=now)
    soon, late = now + timedelta(minutes=59), now + timedelta(minutes=60)
    assert (counted(soon), counted(late)) == (Counted(now, is_kept=True), Counted(late))


def test_a_gym_that_became_small_is_counted_live_again(
    gym: Studio, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_story(gym, now)
    monkeypatch.setattr(kept, "MANY", 0)
    keep_visits(now=now)
    monkeypatch.setattr(kept, "MANY", 100_000)
    keep_visits(now=now)
    assert (rows(is_kept=True), counted(now)) == (set(), Counted(now))


def test_two_workers_do_not_keep_at_once(gym: Studio, now: datetime, large: None) -> None:
    name = db.session.scalars(select(func.current_database())).one()
    address = db.engine.url.set(drivername="postgresql", database=name)
    with psycopg.connect(address.render_as_string(hide_password=False)) as other:
        other.execute("select pg_advisory_xact_lock(7215004)")
        assert keep_visits(now=now) is None
    assert keep_visits(now=now) is not None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(visits, max_size=12), more=st.lists(visits, max_size=4), random=st.randoms())
def test_kept_is_live_whatever_happened_in_whatever_order(
    gym: Studio, session: Session, now: datetime, large: None, told: list, more: list, random: object
) -> None:  # type: ignore[type-arg]
    """Visits come, change and go between two rounds; after each round both are the same, row for row."""
    random.shuffle(told)  # type: ignore[attr-defined]
    with session.begin_nested() as savepoint:
        bookings = [tell(gym, visit) for visit in told]
        keep_visits(now=now)
        assert rows(is_kept=True) == rows(is_kept=False)
        for booking in bookings[::2]:
            booking.state, booking.lead_id = BookingState.LATE_CANCELLED, None
        for visit in more:
            tell(gym, visit)
        db.session.flush()
        keep_visits(now=now)
        assert rows(is_kept=True) == rows(is_kept=False)
        savepoint.rollback()
