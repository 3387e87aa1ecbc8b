"""The day as the desk and the trainers see it, and each tap with its undo."""

import re
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.core import heartbeat
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.queries import plans
from backoffice.people.models import Person
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from backoffice.todos.actions import add_todo
from backoffice.todos.models import Todo, TodoKind
from tests.blueprints.bookings.front_desk import TOMORROW, guest, trainer, visit
from tests.pages import PageClient
from tests.statements import statements


@pytest.fixture
def at_desk(sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


@pytest.fixture
def trial(gym: Studio, now: datetime, at: object) -> Booking:
    """A trial at 16:00 with wear to lay out, booked in the morning; it is 16:05 now."""
    booking = visit(gym, guest(now=now), "16:00", now=now, needs_wear=True)
    at(now + timedelta(hours=4, minutes=5))  # type: ignore[operator]
    return booking


def only() -> Participant:
    """The one participant there is, as it is now."""
    db.session.expire_all()
    return db.session.scalars(select(Participant)).one()


def text(client: PageClient, path: str = "/today") -> str:
    return client.get(path).get_data(as_text=True)


def test_the_day_shows_what_the_desk_needs_beside_the_phone(at_desk: PageClient, trial: Booking) -> None:
    page = text(at_desk)
    for shown in (
        "山田 花子 様",
        "16:00",
        "090-1234-5678",
        "tel:+819012345678",
        "M",
        "24 cm",
        "¥5,500",
        "森 亮介",
    ):
        assert shown in page, shown
    assert "山田 花子" not in text(at_desk, "/today?day=2026-11-25")


@pytest.mark.parametrize(("path", "expected"), [("", Attendance.ATTENDED), ("/undo", Attendance.ARRIVED)])
def test_a_tap_that_the_database_ended_for_a_colleague_is_tried_once_more(
    at_desk: PageClient, trial: Booking, path: str, expected: Attendance
) -> None:
    participant_id = only().id
    text(at_desk)
    if path:
        at_desk.post(f"/participants/{participant_id}/attendance", data={})
    deadlock = OperationalError("", {}, DeadlockDetected())
    with patch("blueprints.bookings.attendance.follow_fee", side_effect=[deadlock, 0]):
        answer = at_desk.post(f"/participants/{participant_id}/attendance{path}", data={})
    assert answer.status_code == 303
    assert only().attendance == expected


@pytest.mark.parametrize(
    ("mark", "values", "attendance", "booking_state", "stage"),
    [
        ("arrival", {}, Attendance.ARRIVED, BookingState.BOOKED, Stage.TRIAL_BOOKED),
        ("attendance", {}, Attendance.ATTENDED, BookingState.ATTENDED, Stage.TRIALLED),
        ("no-show", {}, Attendance.NO_SHOW, BookingState.NO_SHOW, Stage.CONTACTED),
    ],
)
def test_one_tap_says_what_became_of_a_guest_and_one_takes_it_back(
    at_desk: PageClient, trial: Booking, mark: str, values: dict[str, str],
    attendance: Attendance, booking_state: BookingState, stage: Stage,
) -> None:  # fmt: skip
    participant = only()
    text(at_desk)
    assert at_desk.post(f"/participants/{participant.id}/{mark}", data=dict(values)).status_code == 303
    assert only().attendance == attendance
    assert db.session.get_one(Booking, trial.id).state == booking_state
    assert db.session.scalars(select(Lead)).one().stage == stage
    undo = re.search(r'action="(/participants/[^"]+/undo[^"]*)"', text(at_desk))
    assert undo
    assert at_desk.post(undo.group(1).replace("&amp;", "&"), data={}).status_code == 303
    assert only().attendance != attendance
    assert db.session.get_one(Booking, trial.id).state == BookingState.BOOKED
    assert db.session.scalars(select(Lead)).one().stage == Stage.TRIAL_BOOKED


def test_after_the_trial_joining_is_one_tap_away(
    at_desk: PageClient, trial: Booking, gym: Studio, now: datetime
) -> None:
    participant = only()
    joining = f'href="/joining?person={participant.person_id}"'
    assert joining not in text(at_desk), "they have not trained yet"
    at_desk.post(f"/participants/{participant.id}/attendance", data={})
    assert joining in text(at_desk)
    guest_page = f"/people/{participant.person_id}"
    for page in ("/today", guest_page, f"{guest_page}/tickets"):
        (words,) = re.findall(f"<a [^>]*{re.escape(joining)}[^>]*>(.*?)</a>", text(at_desk, page))
        assert "入会手続き" in words, page
    with transaction():
        person = db.session.get_one(Person, participant.person_id)
        terms = Joining(plans(gym.id)[0].id, now.date(), None)
        join(person, terms, studio_id=gym.id, lead=None, by=SYSTEM, now=now)
    assert joining not in text(at_desk), "they are a member"


def test_late_confirmed_and_paid_each_with_undo(at_desk: PageClient, trial: Booking) -> None:
    participant = only()
    text(at_desk)
    marks = ((f"/participants/{participant.id}/lateness", {"minutes": "１０"}),
             (f"/participants/{participant.id}/confirmation", {}),
             (f"/participants/{participant.id}/fee", {"method": "PAYPAY"}))  # fmt: skip
    for address, values in marks:
        assert at_desk.post(address, data=dict(values)).status_code == 303
    marked = only()
    assert (marked.late_minutes, marked.fee_method, marked.fee_received_by) == (10, "PAYPAY", "検査 花")
    assert marked.confirmed_at is not None
    for address, _values in marks:
        assert at_desk.post(f"{address}/undo", data={}).status_code == 303
    marked = only()
    assert (marked.late_minutes, marked.fee_method, marked.confirmed_at) == (0, "", None)


@pytest.mark.parametrize("minutes", ["", "0", "-5", "999", "ten", "5.5", "①②③④"])
def test_nonsense_minutes_change_nothing(at_desk: PageClient, trial: Booking, minutes: str) -> None:
    participant = only()
    text(at_desk)
    assert (
        at_desk.post(f"/participants/{participant.id}/lateness", data={"minutes": minutes}).status_code == 400
    )
    assert only().late_minutes == 0


def test_a_refused_tap_says_why_and_leads_back(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    visit(gym, guest(now=now), "16:00", now=now, day=TOMORROW)
    text(at_desk)
    answer = at_desk.post(f"/participants/{only().id}/arrival", data={"next": "/today?day=2026-11-25"})
    assert (answer.status_code, answer.location) == (303, "/today?day=2026-11-25")
    assert "toast-error" in text(at_desk)
    assert only().attendance == Attendance.EXPECTED


def test_the_way_back_never_leaves_the_site(at_desk: PageClient, trial: Booking) -> None:
    text(at_desk)
    answer = at_desk.post(f"/participants/{only().id}/arrival", data={"next": "//elsewhere.example/today"})
    assert answer.location.startswith("/today")


def test_tasks_are_done_and_opened_again(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    who = guest(now=now)
    with transaction():
        todo = add_todo(
            TodoKind.CALL_TO_CONFIRM,
            "Call to confirm",
            studio_id=gym.id,
            due_at=now,
            person_id=who.id,
            by=SYSTEM,
            now=now,
        )
    page = text(at_desk)
    assert f'id="todo-{todo.id}"' in page
    at_desk.post(f"/todos/{todo.id}/done", data={})
    assert f'id="todo-{todo.id}"' not in text(at_desk)
    at_desk.post(f"/todos/{todo.id}/done/undo", data={})
    assert f'id="todo-{todo.id}"' in text(at_desk)
    assert db.session.get_one(Todo, todo.id).done_at is None


def test_of_many_tasks_three_are_shown_and_the_others_are_folded(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    with transaction():
        for number in range(5):
            add_todo(
                TodoKind.CALL_TO_CONFIRM, "Call to confirm", studio_id=gym.id, due_at=now,
                person_id=guest(now=now, name=f"松尾 {number}").id, by=SYSTEM, now=now,
            )  # fmt: skip
    shown, folded = text(at_desk).split('<details class="card-more">')
    assert (shown.count('id="todo-'), folded.count('id="todo-')) == (3, 2)
    assert "ほか2件" in folded


def test_a_review_is_asked_of_its_trainer_with_the_way_there_and_of_nobody_else(
    gym: Studio, sign_in: object, now: datetime
) -> None:
    visitor = guest(now=now)
    visit(gym, visitor, "16:00", now=now)
    mori = sign_in(Role.TRAINER, mail="mori@test.example")  # type: ignore[operator]
    with transaction():
        own = db.session.scalars(select(Staff).where(Staff.mail == "mori@test.example")).one()
        trainer(gym).staff_id = own.id
        add_todo(
            TodoKind.REVIEW, "Review of week 3", studio_id=gym.id, due_at=now, person_id=visitor.id,
            owner_staff_id=own.id, by=SYSTEM, now=now,
        )  # fmt: skip
    way = f"/people/{visitor.id}/progress#reviews"
    assert way in text(mori)
    at_desk = sign_in(Role.FRONT_DESK)  # type: ignore[operator]
    assert "Review of week 3" not in text(at_desk)


def test_an_old_backup_is_said(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    with transaction():
        heartbeat.beat("backup", now=now - timedelta(hours=25))
    assert "notice-warn" not in text(at_desk)
    with transaction():
        heartbeat.beat("backup", now=now - timedelta(hours=27))
    assert "notice-warn" in text(at_desk)


def test_a_public_holiday_is_shown(gym: Studio, at_desk: PageClient) -> None:
    assert "勤労感謝の日" in at_desk.get("/today?day=2026-11-23", headers={"Accept-Language": "ja"}).get_data(
        as_text=True
    )


@pytest.mark.parametrize("day", ["", "2026-02-31", "0001-01-01", "9999-12-31", "x" * 500, "２０２６-11-24"])
def test_an_unreadable_day_is_today(gym: Studio, at_desk: PageClient, day: str) -> None:
    assert at_desk.get("/today", query_string={"day": day}).status_code == 200
    assert at_desk.get("/calendar", query_string={"day": day}).status_code == 200
    assert at_desk.get("/calendar/events", query_string={"from": day, "to": day}).status_code == 200


def test_the_poll_answers_304_until_another_desk_changes_something(
    at_desk: PageClient, trial: Booking
) -> None:
    first = at_desk.get("/today/rows")
    again = at_desk.get("/today/rows", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    text(at_desk)
    at_desk.post(f"/participants/{only().id}/arrival", data={})
    changed = at_desk.get("/today/rows", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_trainer_sees_the_own_day_first_and_marks_only_the_own(
    gym: Studio, sign_in: object, now: datetime, at: object
) -> None:
    own = visit(gym, guest(now=now), "16:00", now=now)
    who = guest("鈴木 一郎", "090-3333-4444", now=now)
    other = visit(gym, who, "16:00", now=now, slug="session", with_="okada")
    browser: PageClient = sign_in(Role.TRAINER, mail="mori@test.example")  # type: ignore[operator]
    trainer(gym).staff_id = db.session.scalars(
        select(Staff.id).where(Staff.mail == "mori@test.example")
    ).one()
    db.session.commit()
    page = text(browser)
    assert "山田 花子" in page
    assert "鈴木 一郎" not in page
    for address in (
        "/today?trainer=all",
        "/today/rows?trainer=all",
        "/calendar",
        "/calendar/events",
    ):
        everyone = text(browser, address)
        assert "山田 花子" in everyone
        assert "16:00" in everyone, "that a colleague is taken is seen"
        for secret in ("鈴木 一郎", "090-3333-4444", f"/people/{who.id}", f"/bookings/{other.id}"):
            assert secret not in everyone, (address, "by whom is not")
    assert text(browser, "/today?trainer=all").count("未確認") == 1, "nothing is said of a colleague's guest"
    participants = dict(db.session.execute(select(Participant.booking_id, Participant.id)).all())  # type: ignore[arg-type]
    at(now + timedelta(hours=4))  # type: ignore[operator]
    assert browser.post(f"/participants/{participants[other.id]}/arrival", data={}).status_code == 403
    assert browser.post(f"/participants/{participants[own.id]}/arrival", data={}).status_code == 303


def test_the_number_of_statements_does_not_grow_with_the_day(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    visit(gym, guest(now=now), "15:00", now=now, slug="session")
    text(at_desk)
    with statements() as few:
        text(at_desk)
    for number, clock in enumerate(("15:00", "16:15", "17:30", "18:45")):
        visit(
            gym,
            guest(f"客{number}", f"090-0000-000{number}", now=now),
            clock,
            now=now,
            slug="session",
            with_="okada",
        )
    with statements() as many:
        assert text(at_desk).count('class="today-row') == 5
    assert len(many) == len(few) <= 12


def test_on_a_day_to_come_a_guest_confirms_and_nobody_arrives(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    visit(gym, guest(now=now), "16:00", now=now, day=TOMORROW, with_="okada")
    page = at_desk.get("/today?day=2026-11-25").text
    assert "/confirmation" in page
    assert "/arrival" not in page
    assert "/no-show" not in page
