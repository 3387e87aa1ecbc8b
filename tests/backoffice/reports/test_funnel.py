"""The honest funnel: everybody in exactly one place, and every number equals the list behind it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core.db import db
from backoffice.leads.models import Lead, Stage
from backoffice.people.models import Person
from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.funnel import Bucket, cohorts, everybody_behind, total
from backoffice.reports.periods import Period
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug

numbers = count(1)


@dataclass(frozen=True)
class Story:
    """One enquiry: who, when (days after 1 September), from where, where it stands, and whether a trial was held."""

    person: int
    opened_day: int
    source: str
    article: str
    stage: Stage
    trial: bool


def a_person(now: datetime) -> Person:
    person = Person(name=f"試験 {next(numbers)}", created_at=now)
    db.session.add(person)
    db.session.flush()
    return person


def tell(studio: Studio, person: Person, story: Story, now: datetime) -> Lead:
    opened_at = datetime(2026, 8, 31, 15, tzinfo=UTC) + timedelta(days=story.opened_day)
    closed_at = opened_at + timedelta(days=4) if story.stage in {Stage.JOINED, Stage.LOST} else None
    lead = Lead(
        studio_id=studio.id, person_id=person.id, source=story.source, article=story.article, stage=story.stage,
        stage_since=opened_at, opened_at=opened_at, closed_at=closed_at, interest="trial",
    )  # fmt: skip
    db.session.add(lead)
    db.session.flush()
    if story.trial:
        hold_trial(studio, person, lead, opened_at + timedelta(days=2))
    return lead


def hold_trial(studio: Studio, person: Person, lead: Lead | None, starts_at: datetime) -> None:
    booking = Booking(
        studio_id=studio.id, service_id=service_by_slug(studio.id, "trial").id, trainer_id=trainers(studio.id)[0].id,
        lead_id=None if lead is None else lead.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1),
        state=BookingState.ATTENDED, channel="WEB", created_at=starts_at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    db.session.add(Participant(booking_id=booking.id, person_id=person.id, attendance=Attendance.ATTENDED))
    db.session.flush()


def asking(studio: Studio, **changes: object) -> Filters:
    return Filters(studio.id, studio.zone, Period(date(2026, 9, 1), date(2026, 11, 1))).only(**changes)


@pytest.mark.parametrize(
    ("opened_at", "month"),
    [
        (datetime(2026, 9, 30, 14, 50, tzinfo=UTC), "2026-09-01"),
        (datetime(2026, 9, 30, 15, 10, tzinfo=UTC), "2026-10-01"),
    ],
)
def test_a_month_ends_at_midnight_in_kyoto(
    gym: Studio, now: datetime, opened_at: datetime, month: str
) -> None:
    """23:50 belongs to September, 00:10 to October, whatever the day in UTC."""
    person = a_person(now)
    db.session.add(
        Lead(
            studio_id=gym.id,
            person_id=person.id,
            source="web",
            stage=Stage.NEW,
            stage_since=opened_at,
            opened_at=opened_at,
        )
    )
    db.session.flush()
    assert [row.key for row in cohorts(asking(gym), Grouping.MONTH, now=now)] == [month]


def test_two_enquiries_in_a_month_are_one_person_who_joined(gym: Studio, now: datetime) -> None:
    person = a_person(now)
    tell(gym, person, Story(0, 2, "column", "back-fat", Stage.LOST, False), now)
    tell(gym, person, Story(0, 9, "line", "", Stage.JOINED, True), now)
    (row,) = cohorts(asking(gym), Grouping.MONTH, now=now)
    assert (row.people, row.joined, row.lost, row.open) == (1, 1, 0, 0)
    (behind,) = everybody_behind(asking(gym), Bucket.JOINED)
    assert (behind.source, behind.article) == ("line", "")


def test_a_reopened_lead_is_open(gym: Studio, now: datetime) -> None:
    person = a_person(now)
    tell(gym, person, Story(0, 2, "column", "back-fat", Stage.TRIALLED, True), now)
    (row,) = cohorts(asking(gym), Grouping.MONTH, now=now)
    assert (row.joined, row.lost, row.open) == (0, 0, 1)


def test_a_trial_counts_in_its_own_month_for_its_trainer(gym: Studio, now: datetime) -> None:
    person = a_person(now)
    lead = tell(gym, person, Story(0, 2, "column", "back-fat", Stage.JOINED, False), now)
    hold_trial(gym, person, lead, datetime(2026, 10, 5, 3, tzinfo=UTC))
    by_trial = asking(gym, basis=Basis.TRIAL)
    assert [row.key for row in cohorts(by_trial, Grouping.MONTH, now=now)] == ["2026-10-01"]
    (row,) = cohorts(by_trial, Grouping.TRAINER, now=now)
    assert (row.key, row.people, row.joined) == (str(trainers(gym.id)[0].id), 1, 1)


def test_rates_wait_for_ten_decided_people(gym: Studio, now: datetime) -> None:
    for number in range(9):
        tell(
            gym,
            a_person(now),
            Story(number, 1, "web", "", Stage.JOINED if number < 3 else Stage.LOST, False),
            now,
        )
    (row,) = cohorts(asking(gym), Grouping.MONTH, now=now)
    assert (row.decided, row.rate, row.interval, row.floor, row.ceiling) == (9, None, None, None, None)
    tell(gym, a_person(now), Story(9, 1, "web", "", Stage.JOINED, False), now)
    tell(gym, a_person(now), Story(10, 1, "web", "", Stage.NEW, False), now)
    (row,) = cohorts(asking(gym), Grouping.MONTH, now=now)
    assert (row.rate, row.floor, row.ceiling) == (4 / 10, 4 / 11, 5 / 11)
    assert row.interval is not None
    assert row.interval[0] < 0.4 < row.interval[1]


def test_months_that_had_less_than_sixty_days_to_decide_are_young(gym: Studio, now: datetime) -> None:
    tell(gym, a_person(now), Story(0, 2, "web", "", Stage.NEW, False), now)
    tell(gym, a_person(now), Story(1, 62, "web", "", Stage.NEW, False), now)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    assert [row.is_young for row in cohorts(asking(gym), Grouping.MONTH, now=at)] == [False, True]


def test_medians_in_days(gym: Studio, now: datetime) -> None:
    tell(gym, a_person(now), Story(0, 2, "web", "", Stage.JOINED, True), now)
    (row,) = cohorts(asking(gym), Grouping.MONTH, now=now)
    assert (row.days_to_trial, row.days_trial_to_join, row.days_to_join) == (2.0, 2.0, 4.0)


STORIES = st.lists(
    st.builds(
        Story,
        person=st.integers(0, 5),
        opened_day=st.integers(0, 80),
        source=st.sampled_from(["column", "line", "web"]),
        article=st.sampled_from(["", "back-fat", "waist"]),
        stage=st.sampled_from(list(Stage)),
        trial=st.booleans(),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=STORIES)
def test_numbers_add_up_and_equal_their_lists(
    gym: Studio, session: Session, now: datetime, stories: list[Story]
) -> None:
    """Whatever happened: joined + lost + open = people, groups add up to the total, and each number is its list."""
    with session.begin_nested() as nested:
        people = {number: a_person(now) for number in range(6)}
        for story in stories:
            tell(gym, people[story.person], story, now)
        for basis in Basis:
            asked = asking(gym, basis=basis)
            whole = total(asked, now=now)
            assert whole.joined + whole.lost + whole.open == whole.people
            for grouping in Grouping:
                rows = cohorts(asked, grouping, now=now)
                assert sum(row.people for row in rows) == whole.people
                assert sum(row.joined for row in rows) == whole.joined
            for row in cohorts(asked, Grouping.MONTH, now=now):
                month = date.fromisoformat(row.key)
                one = asked.only(period=Period(month, month))
                for bucket in Bucket:
                    behind = list(everybody_behind(one, bucket))
                    number = row.people if bucket == Bucket.ALL else getattr(row, bucket.value)
                    assert len(behind) == number
                    assert len({each.person_id for each in behind}) == number
        nested.rollback()
