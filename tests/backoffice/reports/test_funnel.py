"""The honest funnel: everybody in exactly one place, and every number equals the list behind it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.clients.actions import register
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.leads.models import Lead, Stage
from backoffice.people.models import Person
from backoffice.reports.entries import Basis, Filters, Grouping, entries
from backoffice.reports.funnel import Bucket, cohorts, everybody_behind, number_of, people_behind, total
from backoffice.reports.maturity import Maturity, maturity
from backoffice.reports.periods import Period
from backoffice.reports.survival import joining_curve
from backoffice.reports.time_to_join import seen_days
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug

numbers = count(1)

USUAL = Maturity(60, 0, is_observed=False)


@dataclass(frozen=True)
class Story:
    """One enquiry: who, when (days after 1 September), from where, where it stands, and what was held.

    `closed_after` are days from opening to joining or losing; a trial is held on day 2, a counselling on day 1.
    """

    person: int
    opened_day: int
    source: str
    article: str
    stage: Stage
    trial: bool
    counselling: bool = False
    closed_after: int = 4


def a_person(now: datetime) -> Person:
    person = Person(name=f"試験 {next(numbers)}", created_at=now)
    db.session.add(person)
    db.session.flush()
    return person


def tell(studio: Studio, person: Person, story: Story, now: datetime) -> Lead:
    opened_at = datetime(2026, 8, 31, 15, tzinfo=UTC) + timedelta(days=story.opened_day)
    closed_at = (
        opened_at + timedelta(days=story.closed_after) if story.stage in {Stage.JOINED, Stage.LOST} else None
    )
    lead = Lead(
        studio_id=studio.id, person_id=person.id, source=story.source, article=story.article, stage=story.stage,
        stage_since=opened_at, opened_at=opened_at, closed_at=closed_at, interest="trial",
    )  # fmt: skip
    db.session.add(lead)
    db.session.flush()
    if story.trial:
        hold_trial(studio, person, lead, opened_at + timedelta(days=2))
    if story.counselling:
        hold_trial(studio, person, lead, opened_at + timedelta(days=1), "counselling")
    return lead


def hold_trial(
    studio: Studio, person: Person, lead: Lead | None, starts_at: datetime, slug: str = "trial"
) -> None:
    booking = Booking(
        studio_id=studio.id, service_id=service_by_slug(studio.id, slug).id, trainer_id=trainers(studio.id)[0].id,
        lead_id=None if lead is None else lead.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1),
        state=BookingState.ATTENDED, channel="WEB", created_at=starts_at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    db.session.add(Participant(booking_id=booking.id, person_id=person.id, attendance=Attendance.ATTENDED))
    db.session.flush()


def asking(studio: Studio, **changes: object) -> Filters:
    return Filters(studio.id, studio.zone, Period(date(2026, 9, 1), date(2026, 11, 1)), Basis.ENQUIRY).only(
        **changes
    )


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
    assert [row.key for row in cohorts(asking(gym), Grouping.MONTH, maturity=USUAL, now=now)] == [month]


def test_two_enquiries_in_a_month_are_one_person_who_joined(gym: Studio, now: datetime) -> None:
    person = a_person(now)
    tell(gym, person, Story(0, 2, "column", "back-fat", Stage.LOST, False), now)
    tell(gym, person, Story(0, 9, "line", "", Stage.JOINED, True), now)
    (row,) = cohorts(asking(gym), Grouping.MONTH, maturity=USUAL, now=now)
    assert (row.people, row.joined, row.lost, row.open) == (1, 1, 0, 0)
    (behind,) = everybody_behind(asking(gym), Bucket.JOINED, now=now)
    assert (behind.source, behind.article) == ("line", "")


def test_a_reopened_lead_is_open(gym: Studio, now: datetime) -> None:
    person = a_person(now)
    tell(gym, person, Story(0, 2, "column", "back-fat", Stage.TRIALLED, True), now)
    (row,) = cohorts(asking(gym), Grouping.MONTH, maturity=USUAL, now=now)
    assert (row.joined, row.lost, row.open) == (0, 0, 1)


def test_a_trial_counts_in_its_own_month_for_its_trainer(gym: Studio, now: datetime) -> None:
    person = a_person(now)
    lead = tell(gym, person, Story(0, 2, "column", "back-fat", Stage.JOINED, False), now)
    hold_trial(gym, person, lead, datetime(2026, 10, 5, 3, tzinfo=UTC))
    by_trial = asking(gym, basis=Basis.TRIAL)
    assert [row.key for row in cohorts(by_trial, Grouping.MONTH, maturity=USUAL, now=now)] == ["2026-10-01"]
    (row,) = cohorts(by_trial, Grouping.TRAINER, maturity=USUAL, now=now)
    assert (row.key, row.people, row.joined) == (str(trainers(gym.id)[0].id), 1, 1)


def test_who_was_lost_and_joined_later_by_another_enquiry_has_no_day_in_the_lost_row(
    gym: Studio, by: Actor, now: datetime
) -> None:
    person = a_person(now)
    tell(gym, person, Story(1, 1, "web", "", Stage.LOST, trial=True), now)
    register(person.id, joined_on=date(2026, 11, 2), main_trainer_id=None, by=by, now=now)
    found = entries(asking(gym, basis=Basis.TRIAL), now=now)
    rows = db.session.execute(select(found.c.outcome, found.c.joined_at, found.c.days_after_trial))
    assert [tuple(row) for row in rows] == [("lost", None, None)]


def test_rates_wait_for_ten_decided_people(gym: Studio, now: datetime) -> None:
    for number in range(9):
        tell(
            gym,
            a_person(now),
            Story(number, 1, "web", "", Stage.JOINED if number < 3 else Stage.LOST, False),
            now,
        )
    (row,) = cohorts(asking(gym), Grouping.MONTH, maturity=USUAL, now=now)
    assert (row.decided, row.rate, row.interval, row.floor, row.ceiling) == (9, None, None, None, None)
    tell(gym, a_person(now), Story(9, 1, "web", "", Stage.JOINED, False), now)
    tell(gym, a_person(now), Story(10, 1, "web", "", Stage.NEW, False), now)
    (row,) = cohorts(asking(gym), Grouping.MONTH, maturity=USUAL, now=now)
    assert (row.rate, row.floor, row.ceiling) == (4 / 10, 4 / 11, 5 / 11)
    assert row.interval is not None
    assert row.interval[0] < 0.4 < row.interval[1]


def test_months_that_had_less_than_sixty_days_to_decide_are_young(gym: Studio, now: datetime) -> None:
    tell(gym, a_person(now), Story(0, 2, "web", "", Stage.NEW, False), now)
    tell(gym, a_person(now), Story(1, 62, "web", "", Stage.NEW, False), now)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    assert [row.is_young for row in cohorts(asking(gym), Grouping.MONTH, maturity=USUAL, now=at)] == [
        False,
        True,
    ]


def test_medians_in_days(gym: Studio, now: datetime) -> None:
    tell(gym, a_person(now), Story(0, 2, "web", "", Stage.JOINED, True), now)
    (row,) = cohorts(asking(gym), Grouping.MONTH, maturity=USUAL, now=now)
    assert (row.days_to_trial, row.days_trial_to_join, row.days_to_join) == (2.0, 2.0, 4.0)


def trial_and_joining(gym: Studio, now: datetime, trial_at: datetime, joined_at: datetime) -> None:
    """A guest who attended a trial and joined at these instants."""
    person = a_person(now)
    lead = tell(gym, person, Story(0, 0, "web", "", Stage.JOINED, False), now)
    lead.closed_at = joined_at
    hold_trial(gym, person, lead, trial_at)


@pytest.mark.parametrize(
    ("trial_at", "joined_at", "same_day", "within_week"),
    [
        ("2026-10-05T03:00Z", "2026-10-05T14:50Z", 1, 1),
        ("2026-10-05T14:00Z", "2026-10-05T15:10Z", 0, 1),
        ("2026-10-05T15:30Z", "2026-10-06T02:00Z", 1, 1),
        ("2026-10-05T03:00Z", "2026-10-12T14:50Z", 0, 1),
        ("2026-10-05T03:00Z", "2026-10-12T15:10Z", 0, 0),
        ("2026-10-05T03:00Z", "2026-10-04T03:00Z", 0, 0),
    ],
    ids=["23:50", "00:10 of the next day", "after midnight", "seventh day", "eighth day", "a member before"],
)
def test_the_same_day_and_seven_days_are_days_of_kyoto(
    gym: Studio, now: datetime, trial_at: str, joined_at: str, same_day: int, within_week: int
) -> None:
    trial_and_joining(gym, now, datetime.fromisoformat(trial_at), datetime.fromisoformat(joined_at))
    asked = asking(gym, basis=Basis.TRIAL)
    (row,) = cohorts(asked, Grouping.MONTH, maturity=USUAL, now=now)
    assert (row.joined, row.same_day, row.within_week) == (1, same_day, within_week)


def test_a_counselling_counts_in_its_month_with_the_trial_that_followed(gym: Studio, now: datetime) -> None:
    person = a_person(now)
    lead = tell(gym, person, Story(0, 28, "web", "", Stage.JOINED, False, counselling=True), now)
    hold_trial(gym, person, lead, datetime(2026, 10, 5, 3, tzinfo=UTC))
    (row,) = cohorts(asking(gym, basis=Basis.COUNSELLING), Grouping.MONTH, maturity=USUAL, now=now)
    assert (row.key, row.people, row.trialled, row.joined) == ("2026-09-01", 1, 1, 1)


def test_a_month_is_young_for_as_long_as_nine_of_ten_joined(gym: Studio) -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    for number in range(29):
        tell(gym, a_person(at), Story(number, 5, "web", "", Stage.JOINED, True, closed_after=2 + number), at)
    asked = asking(gym, basis=Basis.TRIAL)
    assert maturity(asked, now=at) == Maturity(60, 29, is_observed=False)
    tell(gym, a_person(at), Story(29, 5, "web", "", Stage.JOINED, True, closed_after=31), at)
    assert maturity(asked, now=at) == Maturity(27, 30, is_observed=True)
    assert maturity(asked.only(source="line"), now=at).joins == 30


def test_the_curve_counts_who_decides_for_the_days_they_had(gym: Studio) -> None:
    at = datetime(2026, 9, 20, tzinfo=UTC)
    tell(gym, a_person(at), Story(0, 2, "web", "", Stage.JOINED, True, closed_after=5), at)
    tell(gym, a_person(at), Story(1, 2, "web", "", Stage.LOST, True), at)
    tell(gym, a_person(at), Story(2, 15, "web", "", Stage.TRIALLED, True), at)
    seen = seen_days(asking(gym, basis=Basis.TRIAL), now=at)
    assert {days: (one.joined, one.waiting) for days, one in seen.items()} == {
        3: (1, 0),
        15: (0, 1),
        2: (0, 1),
    }


STORIES = st.lists(
    st.builds(
        Story,
        person=st.integers(0, 5),
        opened_day=st.integers(0, 80),
        source=st.sampled_from(["column", "line", "web"]),
        article=st.sampled_from(["", "back-fat", "waist"]),
        stage=st.sampled_from(list(Stage)),
        trial=st.booleans(),
        counselling=st.booleans(),
        closed_after=st.integers(0, 12),
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
            whole = total(asked, maturity=USUAL, now=now)
            assert whole.joined + whole.lost + whole.open == whole.people
            assert whole.same_day <= whole.within_week <= whole.joined
            for grouping in Grouping:
                rows = cohorts(asked, grouping, maturity=USUAL, now=now)
                for bucket in Bucket:
                    assert sum(row.count(bucket) for row in rows) == whole.count(bucket)
            assert sum(step.joined for step in joining_curve(seen_days(asked, now=now))) == whole.joined
            for row in cohorts(asked, Grouping.MONTH, maturity=USUAL, now=now):
                month = date.fromisoformat(row.key)
                one = asked.only(period=Period(month, month))
                for bucket in Bucket:
                    behind = list(everybody_behind(one, bucket, now=now))
                    assert len(behind) == row.count(bucket) == number_of(one, bucket, now=now)
                    assert len({each.person_id for each in behind}) == len(behind)
                    assert people_behind(one, bucket, limit=100, now=now) == behind
        nested.rollback()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=STORIES, order=st.randoms(use_true_random=False))
def test_the_order_in_which_it_was_written_down_changes_nothing(
    gym: Studio, session: Session, now: datetime, stories: list[Story], order: Random
) -> None:
    """Told forwards and in any other order, the figures are the same. Each story is a person of its own."""
    told = []
    shuffled = order.sample(stories, len(stories))
    for version in (stories, shuffled):
        with session.begin_nested() as nested:
            for story in version:
                tell(gym, a_person(now), story, now)
            found = [
                [
                    (row.key, *(row.count(bucket) for bucket in Bucket), row.days_trial_to_join)
                    for row in sorted(rows, key=lambda one: one.key)
                ]
                for basis in Basis
                for grouping in Grouping
                for rows in [cohorts(asking(gym, basis=basis), grouping, maturity=USUAL, now=now)]
            ]
            told.append(found)
            nested.rollback()
    assert told[0] == told[1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=STORIES)
def test_who_is_still_open_is_never_shown_as_lost(
    gym: Studio, session: Session, now: datetime, stories: list[Story]
) -> None:
    """The open of every list are exactly those whose enquiry has not been closed, and they are in no other list."""
    with session.begin_nested() as nested:
        leads = [tell(gym, a_person(now), story, now) for story in stories]
        still_open = {lead.id for lead in leads if lead.stage not in {Stage.JOINED, Stage.LOST}}
        for basis in Basis:
            asked = asking(gym, basis=basis)
            for bucket in (Bucket.LOST, Bucket.JOINED, Bucket.SAME_DAY, Bucket.WITHIN_WEEK):
                assert not still_open & {row.lead_id for row in everybody_behind(asked, bucket, now=now)}
            assert {row.lead_id for row in everybody_behind(asked, Bucket.OPEN, now=now)} <= still_open
        found = {row.lead_id for row in everybody_behind(asking(gym), Bucket.OPEN, now=now)}
        assert found == still_open
        nested.rollback()
