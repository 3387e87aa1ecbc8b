"""The manager's page: each number is its list; visits without an outcome; the summary of the week, once each."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backoffice.billing.actions import Line, charge
from backoffice.billing.models import LineKind, PaymentKind
from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.leads.actions import advance, capture_lead
from backoffice.leads.models import Stage
from backoffice.memberships.models import Membership
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.people.models import Person
from backoffice.reports.goals import set_goals
from backoffice.reports.home import (
    HAPPENED,
    WAITING,
    Count,
    Span,
    all_rows_behind,
    counts,
    rows_behind,
)
from backoffice.reports.members import MemberFilters, member_months
from backoffice.reports.pace import MONEY, Pace, month_in_all, month_so_far, months_so_far
from backoffice.reports.periods import Period
from backoffice.reports.summary import plan_summaries, summary_facts
from backoffice.staff.account import choose_summary, saw_home
from backoffice.staff.models import Role, Staff, StaffState
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.todos.actions import add_todo
from backoffice.todos.models import TodoKind
from tests.backoffice.reports.test_members import a_member
from tests.backoffice.reports.test_revenue import a_payment
from tests.gym import make_staff

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
WEEK = Span(NOW - timedelta(days=7), NOW)
MONDAY_EIGHT = datetime(2026, 11, 22, 23, tzinfo=UTC)


def a_guest() -> Person:
    person = Person(name="試験", created_at=NOW)
    db.session.add(person)
    db.session.flush()
    return person


def a_visit(
    gym: Studio, at: datetime, attendance: Attendance, state: BookingState, slug: str = "trial"
) -> None:
    booking = Booking(
        studio_id=gym.id, service_id=service_by_slug(gym.id, slug).id, trainer_id=trainers(gym.id)[0].id,
        starts_at=at, ends_at=at + timedelta(hours=1), state=state, channel="DESK", created_at=at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    db.session.add(Participant(booking_id=booking.id, person_id=a_guest().id, attendance=attendance))
    db.session.flush()


def numbers(gym: Studio, span: Span = WEEK) -> dict[str, int]:
    """All numbers, each as long as its list and its file."""
    found = counts(gym, (*HAPPENED, *WAITING), span)
    for count, number in found.items():
        listed = rows_behind(count, gym, span, limit=100)
        assert len(listed) == number == len({row.id for row in listed})
        assert list(all_rows_behind(count, gym, span)) == listed
    return {count.value: number for count, number in found.items() if number}


def test_what_happened_and_what_waits(gym: Studio, by: Actor) -> None:
    yesterday = NOW - timedelta(days=1)
    a_visit(gym, yesterday, Attendance.ATTENDED, BookingState.ATTENDED)
    a_visit(gym, yesterday + timedelta(hours=1), Attendance.ATTENDED, BookingState.ATTENDED, "session")
    a_visit(gym, yesterday + timedelta(hours=2), Attendance.NO_SHOW, BookingState.NO_SHOW)
    a_visit(gym, yesterday + timedelta(hours=3), Attendance.EXPECTED, BookingState.LATE_CANCELLED)
    a_visit(gym, yesterday + timedelta(hours=4), Attendance.EXPECTED, BookingState.BOOKED)
    a_visit(gym, NOW + timedelta(hours=4), Attendance.EXPECTED, BookingState.BOOKED)
    a_visit(gym, NOW - timedelta(days=90), Attendance.EXPECTED, BookingState.BOOKED)
    capture_lead(a_guest(), studio_id=gym.id, source="web", by=by, now=yesterday)
    a_member(gym, date(2026, 11, 23), None)
    found = numbers(gym)
    assert {key: found.get(key) for key in ("trials", "no_shows", "late_cancels", "undecided")} == {
        "trials": 1, "no_shows": 1, "late_cancels": 1, "undecided": 1,
    }  # fmt: skip
    assert (found["enquiries"], found["joined"]) == (1, 1)


NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def signed(client: Client, at: datetime) -> Client:
    """The agreement was made at that moment."""
    db.session.query(Membership).filter_by(client_id=client.id).one().created_at = at
    db.session.flush()
    return client


def by_members(gym: Studio, month: date) -> int:
    """Who joined as the report of members counts them."""
    return sum(row.joined for row in member_months(MemberFilters(gym.id, Period(month, month))))


def test_joined_is_the_first_day_of_the_membership_as_in_the_report_of_members(gym: Studio) -> None:
    """Signed for December, entered today of years ago, entered late: each on the day they joined, as over there."""
    just_now = NOW - timedelta(hours=1)
    signed(a_member(gym, DECEMBER, None), just_now)
    signed(a_member(gym, date(2024, 5, 1), None), just_now)
    late = signed(a_member(gym, date(2026, 11, 20), None), just_now)
    today = signed(a_member(gym, date(2026, 11, 24), None), just_now)
    month = months_so_far(gym, now=NOW)[0]
    listed = rows_behind(Count.JOINED, gym, month, limit=9)
    assert [row.person_id for row in listed] == [today.person_id, late.person_id]
    assert listed[1].at == datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert counts(gym, (Count.JOINED,), month)[Count.JOINED] == by_members(gym, NOVEMBER) == 2
    december = Span(month.until, datetime(2026, 12, 31, tzinfo=UTC))
    assert counts(gym, (Count.JOINED,), december)[Count.JOINED] == by_members(gym, DECEMBER) == 1


def test_who_joins_today_is_new_to_somebody_who_has_looked_today(gym: Studio) -> None:
    signed(a_member(gym, date(2026, 11, 24), None), NOW)
    before, after = Span(NOW - timedelta(hours=5), NOW), Span(NOW, NOW + timedelta(hours=1))
    assert "joined" not in numbers(gym, before)
    assert numbers(gym, after)["joined"] == 1


def test_an_enquiry_that_ended_with_joining_is_no_member_yet(gym: Studio, by: Actor) -> None:
    lead = capture_lead(a_guest(), studio_id=gym.id, source="web", by=by, now=NOW - timedelta(days=2))
    advance(lead, Stage.JOINED, by=by, now=NOW - timedelta(days=1))
    assert "joined" not in numbers(gym)


def test_an_invoice_is_told_with_number_open_yen_and_last_day(gym: Studio) -> None:
    client = a_member(gym, date(2026, 8, 1), None)
    line, due, earlier = (
        Line(LineKind.OTHER, "その他", "Other", 8_800),
        date(2026, 11, 20),
        NOW - timedelta(days=9),
    )
    invoice = charge(client.person_id, [line], studio_id=gym.id, due_on=due, by=SYSTEM, now=earlier)
    (row,) = rows_behind(Count.OVERDUE_MONEY, gym, WEEK, limit=9)
    assert (row.what, row.yen) == (invoice.label, 8_800)
    assert row.at == datetime(2026, 11, 19, 15, tzinfo=UTC)


def test_what_happened_begins_with_the_newest_and_what_waits_with_the_oldest(gym: Studio, by: Actor) -> None:
    for days in (2, 1, 3):
        at = NOW - timedelta(days=days)
        capture_lead(a_guest(), studio_id=gym.id, source="web", by=by, now=at)
        add_todo(TodoKind.CALL_TO_CONFIRM, f"{days}", studio_id=gym.id, due_at=at, by=by, now=at)
    enquiries = rows_behind(Count.ENQUIRIES, gym, WEEK, limit=9)
    assert [(NOW - row.at).days for row in enquiries] == [1, 2, 3]
    tasks = rows_behind(Count.OVERDUE_TASKS, gym, WEEK, limit=99)
    assert [row.what for row in tasks if row.what in ("1", "2", "3")] == ["3", "2", "1"]
    for count, rows in ((Count.ENQUIRIES, enquiries), (Count.OVERDUE_TASKS, tasks)):
        following = rows_behind(count, gym, WEEK, after=(rows[0].at, rows[0].id), limit=1)
        assert following == rows[1:2]


def test_money_received_is_the_sum_of_its_rows(gym: Studio) -> None:
    client = a_member(gym, date(2026, 8, 1), None)
    for day, yen in ((-1, 3_000), (0, 500), (1, 70_000)):
        a_payment(gym, client, PaymentKind.CASH, yen, NOW + timedelta(days=day))
    month = months_so_far(gym, now=NOW)[0]
    rows = rows_behind(Count.RECEIVED, gym, month, limit=9)
    assert sum(row.yen or 0 for row in rows) == 3_500 == month_so_far(gym, now=NOW).paces[MONEY].so_far
    assert counts(gym, (Count.RECEIVED,), month)[Count.RECEIVED] == len(rows) == 2


def test_a_month_that_is_over_is_told_with_what_became_of_it(gym: Studio) -> None:
    a_member(gym, date(2026, 10, 31), None)
    a_visit(gym, datetime(2026, 10, 31, 14, 50, tzinfo=UTC), Attendance.ATTENDED, BookingState.ATTENDED)
    a_visit(gym, datetime(2026, 10, 31, 15, 10, tzinfo=UTC), Attendance.ATTENDED, BookingState.ATTENDED)
    found = month_in_all(gym, date(2026, 10, 1))
    assert (found["joins"], found["trials"], found["sessions"]) == (1, 1, 0)


def test_what_only_a_trainer_can_do_is_not_asked_of_a_manager(gym: Studio, by: Actor) -> None:
    due, person = NOW - timedelta(days=1), a_guest()
    for kind in (TodoKind.CARE_SILENT, TodoKind.REVIEW, TodoKind.CALL_TO_CONFIRM):
        add_todo(kind, "試験", studio_id=gym.id, due_at=due, person_id=person.id, by=by, now=due)
    assert numbers(gym)["overdue_tasks"] == 1


def test_an_instant_belongs_to_one_span_only(gym: Studio) -> None:
    a_visit(gym, NOW, Attendance.ATTENDED, BookingState.ATTENDED)
    before, after = Span(NOW - timedelta(days=1), NOW), Span(NOW, NOW + timedelta(days=1))
    assert "trials" not in numbers(gym, before)
    assert numbers(gym, after)["trials"] == 1


def test_the_month_before_is_looked_at_for_as_long(gym: Studio) -> None:
    this, before = months_so_far(gym, now=NOW)
    assert this.until - this.since == before.until - before.since
    assert before.since == datetime(2026, 9, 30, 15, tzinfo=UTC)
    this, before = months_so_far(gym, now=datetime(2026, 3, 31, 3, tzinfo=UTC))
    assert before.until == this.since


def test_a_goal_is_wanted_by_the_share_of_the_month_that_is_over(gym: Studio) -> None:
    tenth = datetime(2026, 11, 9, 15, tzinfo=UTC)  # the 10th begins in Kyoto: nine of thirty days are over
    set_goals(
        gym.id, date(2026, 11, 1), {"trials": 20, "revenue_yen": 1_000_000}, version=0, by=SYSTEM, now=NOW
    )
    for day in (2, 3, 30):
        a_visit(gym, datetime(2026, 11, day, 3, tzinfo=UTC), Attendance.ATTENDED, BookingState.ATTENDED)
    paces = month_so_far(gym, now=tenth).paces
    assert paces["trials"] == Pace(2, 0, 20, 6)
    assert (paces["trials"].behind, paces["revenue_yen"].behind, paces["joins"].behind) == (4, 300_000, 0)


def test_what_was_seen_never_goes_back(gym: Studio) -> None:
    staff = make_staff("seen@test.example", [Role.MANAGER], now=NOW)
    for until in (NOW - timedelta(hours=2), NOW - timedelta(hours=5), NOW + timedelta(days=9)):
        saw_home(staff.id, until, now=NOW)
    assert staff.home_seen_at == NOW


@pytest.fixture
def manager(gym: Studio) -> Staff:
    return make_staff("weekly@test.example", [Role.MANAGER], now=NOW)


def planned(staff: Staff) -> list[Message]:
    return db.session.query(Message).filter_by(kind=Kind.WEEKLY_SUMMARY, staff_id=staff.id).all()


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (MONDAY_EIGHT - timedelta(seconds=1), 0),
        (MONDAY_EIGHT, 1),
        (MONDAY_EIGHT + timedelta(hours=47), 1),
        (MONDAY_EIGHT + timedelta(hours=48), 0),
    ],
)
def test_on_monday_from_eight_in_kyoto(gym: Studio, manager: Staff, moment: datetime, number: int) -> None:
    assert plan_summaries(gym, now=moment) == number
    assert len(planned(manager)) == number


def test_once_a_week_and_manager_however_often_it_runs(gym: Studio, manager: Staff) -> None:
    make_staff("desk-weekly@test.example", [Role.FRONT_DESK, Role.TRAINER], now=NOW)
    make_staff("owner-weekly@test.example", [Role.OWNER], now=NOW)
    runs = [plan_summaries(gym, now=MONDAY_EIGHT + timedelta(hours=hour)) for hour in (0, 1, 30)]
    assert runs == [2, 0, 0]
    assert plan_summaries(gym, now=MONDAY_EIGHT + timedelta(days=7)) == 2
    assert len(planned(manager)) == 2


def test_who_said_no_or_left_gets_none(gym: Studio, manager: Staff) -> None:
    choose_summary(manager.id, wanted=False, now=NOW)
    assert plan_summaries(gym, now=MONDAY_EIGHT) == 0
    choose_summary(manager.id, wanted=True, now=NOW)
    plan_summaries(gym, now=MONDAY_EIGHT)
    (message,) = planned(manager)
    assert isinstance(summary_facts(message, MONDAY_EIGHT), Facts)
    manager.state = StaffState.SUSPENDED
    assert isinstance(summary_facts(message, MONDAY_EIGHT), NotWanted)


def test_the_week_ends_with_sunday_and_names_nobody(gym: Studio, manager: Staff) -> None:
    sunday_late, monday_early = (
        datetime(2026, 11, 22, 14, 50, tzinfo=UTC),
        datetime(2026, 11, 22, 15, 10, tzinfo=UTC),
    )
    a_visit(gym, sunday_late, Attendance.ATTENDED, BookingState.ATTENDED)
    a_visit(gym, monday_early + timedelta(hours=2), Attendance.ATTENDED, BookingState.ATTENDED)
    plan_summaries(gym, now=MONDAY_EIGHT)
    facts = summary_facts(planned(manager)[0], MONDAY_EIGHT)
    assert isinstance(facts, Facts)
    week = facts.values["week"]
    assert (week["first"], week["last"], week[Count.TRIALS]) == (date(2026, 11, 16), date(2026, 11, 22), 1)
    assert "試験" not in str(week)
