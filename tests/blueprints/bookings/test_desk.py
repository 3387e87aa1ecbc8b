"""The desk takes bookings, moves them, cancels them, and is told what stands in the way."""

import json
import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.bookings.actions import cancel
from backoffice.bookings.models import Booking, BookingState, Claim, Participant
from backoffice.bookings.schedule import add_special_day
from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.clock import local
from backoffice.core.db import db, transaction
from backoffice.leads.models import Lead, Stage
from backoffice.people.models import Person
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from backoffice.studio.queries import rooms, service_by_slug
from tests.blueprints.bookings.front_desk import TOMORROW, guest, trainer, visit
from tests.pages import PageClient


def field(html: str, name: str) -> str:
    """The value of a hidden input of a page."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', html
    )
    assert found, name
    return found.group(1)


def errors(html: str) -> list[str]:
    """What a page says is wrong, for a failing test."""
    return re.findall(r'(?:form-error"[^>]*>|error-summary.*?<ul>)(.*?)</(?:p|ul)>', html, re.S)


@pytest.fixture
def at_desk(sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


@pytest.fixture
def typed(gym: Studio, at_desk: PageClient) -> dict[str, object]:
    """A form as the desk fills it in for a caller who is new: a trial tomorrow at ten with Mori."""
    page = at_desk.get("/bookings/new").get_data(as_text=True)
    return {
        "form_token": field(page, "form_token"),
        "service_id": service_by_slug(gym.id, "trial").id,
        "trainer_id": trainer(gym).id,
        "day": TOMORROW.isoformat(),
        "clock": "10:30",
        "channel": "PHONE",
        "first_name": "佐藤 健",
        "first_phone": "090-1111-2222",
    }


def bookings() -> int:
    """How many bookings there are."""
    return db.session.scalar(select(func.count()).select_from(Booking)) or 0


def test_a_caller_is_booked_and_becomes_a_lead(
    gym: Studio, at_desk: PageClient, typed: dict[str, object]
) -> None:
    answer = at_desk.post("/bookings/new", data={**typed, "first_wear": "M", "first_shoe": "24"})
    assert answer.status_code == 303, errors(answer.get_data(as_text=True))
    booking = db.session.scalars(select(Booking)).one()
    assert f"{local(booking.starts_at, gym.zone):%Y-%m-%d %H:%M}" == "2026-11-25 10:30"
    participant = db.session.scalars(select(Participant)).one()
    assert (participant.needs_wear, participant.wear_size, participant.shoe_cm) == (True, "M", "24")
    assert db.session.scalars(select(Lead)).one().stage == Stage.TRIAL_BOOKED
    page = at_desk.get(answer.location).get_data(as_text=True)
    assert "佐藤 健" in page
    assert "090-1111-2222" in page


def test_a_guest_who_had_a_trial_is_asked_for_a_session_first(
    gym: Studio, at_desk: PageClient, typed: dict[str, object]
) -> None:
    at_desk.post("/bookings/new", data=dict(typed))
    guest = db.session.scalars(select(Participant)).one()
    page = at_desk.get(f"/bookings/new?person={guest.person_id}").get_data(as_text=True)
    chosen = service_by_slug(gym.id, "session").id
    assert re.search(
        rf'<option selected[^>]* value="{chosen}"|<option[^>]*value="{chosen}"[^>]*selected', page
    )


def test_sending_the_form_twice_books_once(at_desk: PageClient, typed: dict[str, object]) -> None:
    first = at_desk.post("/bookings/new", data=dict(typed))
    second = at_desk.post("/bookings/new", data=dict(typed))
    assert second.location == first.location
    assert bookings() == 1
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_overlap_is_refused_with_who_is_in_the_way_and_three_buttons(
    gym: Studio, at_desk: PageClient, typed: dict[str, object], now: datetime
) -> None:
    visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    answer = at_desk.post("/bookings/new", data={**typed, "note": "左側の席を希望"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert bookings() == 1
    assert "山田 花子" in page
    assert "佐藤 健" in page
    assert "左側の席を希望" in page
    nearest = re.findall(r'name="nearest" value="([^"]+)"', page)
    assert len(nearest) == 3
    again = at_desk.post("/bookings/new", data={**typed, "nearest": nearest[0]})
    assert again.status_code == 303
    assert bookings() == 2


def test_a_free_time_of_the_list_is_booked_for_anyone(at_desk: PageClient, typed: dict[str, object]) -> None:
    query = {"service_id": typed["service_id"], "day": TOMORROW.isoformat(), "trainer_id": ""}
    times = at_desk.get("/bookings/slots", query_string=query).get_data(as_text=True)
    picks = re.findall(r'name="pick" value="([^"]+)"', times)
    assert len(picks) > 10
    answer = at_desk.post("/bookings/new", data={**typed, "trainer_id": "", "clock": "", "pick": picks[-1]})
    assert answer.status_code == 303


def test_a_day_without_free_times_offers_those_of_the_next_that_has_some(
    gym: Studio, at_desk: PageClient, typed: dict[str, object], now: datetime
) -> None:
    for days in range(2):
        add_special_day(gym.id, TOMORROW + timedelta(days=days), by=SYSTEM, now=now)
    query = {"service_id": typed["service_id"], "day": TOMORROW.isoformat(), "trainer_id": ""}
    times = at_desk.get("/bookings/slots", query_string=query).get_data(as_text=True)
    picks = re.findall(r'name="pick" value="([^"]+)"', times)
    later = TOMORROW + timedelta(days=2)
    assert len(picks) > 10
    assert {pick[:10] for pick in picks} == {later.isoformat()}
    at_desk.post("/bookings/new", data={**typed, "trainer_id": "", "clock": "", "pick": picks[0]})
    booked = db.session.scalars(select(Booking)).one()
    assert local(booked.starts_at, gym.zone).date() == later


def test_nothing_free_for_weeks_is_said_with_a_way_on(
    gym: Studio, at_desk: PageClient, typed: dict[str, object], now: datetime
) -> None:
    for days in range(30):
        add_special_day(gym.id, TOMORROW + timedelta(days=days), by=SYSTEM, now=now)
    query = {"service_id": typed["service_id"], "day": TOMORROW.isoformat()}
    times = at_desk.get("/bookings/slots", query_string=query).get_data(as_text=True)
    assert "キャンセル待ち" in times
    assert 'name="pick"' not in times


def test_a_typed_time_for_anyone_finds_the_trainer_who_is_free(
    gym: Studio, at_desk: PageClient, typed: dict[str, object], now: datetime
) -> None:
    visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    assert at_desk.post("/bookings/new", data={**typed, "trainer_id": ""}).status_code == 303
    booked = db.session.scalars(select(Booking).order_by(Booking.id.desc()).limit(1)).one()
    assert booked.trainer_id == trainer(gym, "okada").id


def test_somebody_known_is_offered_and_not_made_twice(
    gym: Studio, at_desk: PageClient, typed: dict[str, object], now: datetime
) -> None:
    known = guest("佐藤 健", "090-1111-2222", now=now)
    offered = at_desk.post("/bookings/guests/first", data={"first_phone": "09011112222"}).get_data(
        as_text=True
    )
    assert f'value="{known.id}"' in offered
    at_desk.post("/bookings/new", data=typed)
    assert db.session.scalars(select(Participant)).one().person_id == known.id


def test_two_guests_make_a_pair(at_desk: PageClient, typed: dict[str, object]) -> None:
    pair = {"second_kana": "さとう みき", "second_phone": "080-2222-3333"}
    assert at_desk.post("/bookings/new", data={**typed, **pair}).status_code == 303
    assert [one.position for one in db.session.scalars(select(Participant).order_by(Participant.id))] == [
        1,
        2,
    ]


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [
        ({"first_name": ""}, "first_name"),
        ({"clock": ""}, "clock"),
        ({"first_phone": "12"}, "first_phone"),
        ({"first_mail": "not-an-address"}, "first_mail"),
        ({"day": "2026-02-31"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"clock": "25:99"}, "clock"),
        ({"note": "x" * 1001}, "note"),
        ({"first_name": "a\x00b"}, "first_name"),
        ({"first_person_id": "999999999999"}, ""),
        ({"trainer_id": "999999"}, "trainer_id"),
        ({"service_id": "77777"}, "service_id"),
        ({"pick": "2026-13-99/x/", "clock": ""}, "clock"),
        ({"nearest": "0001-01-01T00:00:00+00:00/1/1"}, ""),
    ],
)
def test_wrong_input_writes_nothing_and_keeps_the_rest(
    at_desk: PageClient, typed: dict[str, object], wrong: dict[str, object], shown: str
) -> None:
    answer = at_desk.post("/bookings/new", data={**typed, **wrong})
    page = answer.get_data(as_text=True)
    assert 400 <= answer.status_code < 500
    assert bookings() == 0
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0
    if shown:
        assert f'href="#{shown}"' in page
        assert f'id="{shown}-error"' in page or shown == "service_id"


def test_outside_the_shift_only_a_manager_with_a_reason(
    gym: Studio, sign_in: object, at_desk: PageClient, typed: dict[str, object]
) -> None:
    early = {**typed, "clock": "09:15", "waiver": "常連のため"}
    assert at_desk.post("/bookings/new", data=dict(early)).status_code == 422
    manager = sign_in(Role.MANAGER)  # type: ignore[operator]
    manager.get("/bookings/new")
    assert manager.post("/bookings/new", data={**early, "waiver": ""}).status_code == 422
    assert manager.post("/bookings/new", data=dict(early)).status_code == 303
    assert db.session.scalars(select(Booking)).one().waiver == "常連のため"


def test_a_booking_is_moved_and_the_old_form_is_stale(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    booking = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    page = at_desk.get(f"/bookings/{booking.id}").get_data(as_text=True)
    form = {
        "version": field(page, "version"),
        "trainer_id": booking.trainer_id,
        "day": "2026-11-26",
        "clock": "11:00",
    }
    assert at_desk.post(f"/bookings/{booking.id}/time", data=dict(form)).status_code == 303
    db.session.refresh(booking)
    assert f"{local(booking.starts_at, gym.zone):%d %H:%M}" == "26 11:00"
    stale = at_desk.post(f"/bookings/{booking.id}/time", data={**form, "clock": "12:00"})
    assert stale.status_code == 409
    assert 'value="12:00"' in stale.get_data(as_text=True)
    db.session.refresh(booking)
    assert f"{local(booking.starts_at, gym.zone):%d %H:%M}" == "26 11:00"


def test_a_drag_onto_somebody_is_refused_in_words(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    taken = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    moved = visit(gym, guest("鈴木", "090-3333-4444", now=now), "16:00", now=now, day=TOMORROW)
    at_desk.get("/calendar")
    drag = {
        "starts_at": taken.starts_at.isoformat(),
        "trainer_id": taken.trainer_id,
        "version": moved.version,
    }
    json_please = {"Accept": "application/json"}
    answer = at_desk.post(f"/bookings/{moved.id}/time", data=dict(drag), headers=json_please)
    told = json.loads(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "山田 花子" in told["error"]
    assert len(told["nearest"]) == 3
    offer = told["nearest"][0]
    assert offer.pop("label").startswith("11月25日")
    free = {**drag, **offer}
    answer = at_desk.post(f"/bookings/{moved.id}/time", data=free, headers=json_please)
    assert answer.status_code == 200
    assert answer.get_json()["text"]
    stale = at_desk.post(f"/bookings/{moved.id}/time", data=dict(drag), headers=json_please)
    assert stale.status_code == 409


def test_cancelled_by_the_gym_and_taken_back(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    booking = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    page = at_desk.get(f"/bookings/{booking.id}").get_data(as_text=True)
    answer = at_desk.post(
        f"/bookings/{booking.id}/cancellation",
        data={"version": field(page, "version"), "by": "gym", "reason": "停電"},
    )
    assert answer.status_code == 303
    db.session.refresh(booking)
    assert (booking.state, booking.cancel_reason) == (BookingState.CANCELLED_BY_GYM, "停電")
    assert at_desk.post(f"/bookings/{booking.id}/cancellation/undo", data={}).status_code == 303
    db.session.refresh(booking)
    assert booking.state == BookingState.BOOKED
    actions = db.session.scalars(select(AuditLine.action).where(AuditLine.subject_kind == "booking")).all()
    assert {"booking.booked", "booking.cancelled", "booking.cancel_undone"} <= set(actions)


def test_a_late_cancel_is_said_before_it_happens_and_a_cancelled_guest_is_not_awaited(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    tonight = visit(gym, guest(now=now), "18:00", now=now)
    later = visit(gym, guest("鈴木", "090-3333-4444", now=now), "11:00", now=now, day=TOMORROW)
    assert "直前キャンセルです" not in at_desk.get(f"/bookings/{later.id}").get_data(as_text=True)
    page = at_desk.get(f"/bookings/{tonight.id}").get_data(as_text=True)
    assert "直前キャンセルです" in page
    assert "st-expected" in page
    assert "· システム" in page  # the label of a hand that has no name is said in words
    assert "· system" not in page
    at_desk.post(
        f"/bookings/{tonight.id}/cancellation", data={"version": field(page, "version"), "by": "client"}
    )
    page = at_desk.get(f"/bookings/{tonight.id}").get_data(as_text=True)
    assert "st-late_cancelled" in page
    assert "st-expected" not in page


def test_a_cancel_cannot_be_taken_back_when_the_time_is_gone(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    booking = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    at_desk.get(f"/bookings/{booking.id}")
    at_desk.post(f"/bookings/{booking.id}/cancellation", data={"version": booking.version, "by": "client"})
    visit(gym, guest("鈴木", "090-3333-4444", now=now), "11:00", now=now, day=TOMORROW)
    at_desk.post(f"/bookings/{booking.id}/cancellation/undo", data={})
    db.session.refresh(booking)
    assert booking.state == BookingState.CANCELLED


def test_a_trainer_reads_the_own_booking_and_moves_none(gym: Studio, sign_in: object, now: datetime) -> None:
    own = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    other = visit(
        gym,
        guest("鈴木", "090-3333-4444", now=now),
        "10:30",
        now=now,
        day=TOMORROW,
        slug="session",
        with_="okada",
    )
    browser = sign_in(Role.TRAINER, mail="mori@test.example")  # type: ignore[operator]
    trainer(gym).staff_id = db.session.scalars(
        select(Staff.id).where(Staff.mail == "mori@test.example")
    ).one()
    db.session.commit()
    assert browser.get(f"/bookings/{own.id}").status_code == 200
    denied = browser.get(f"/bookings/{other.id}")
    assert denied.status_code == 403
    assert "鈴木" not in denied.get_data(as_text=True)
    assert (
        browser.post(
            f"/bookings/{own.id}/time", data={"starts_at": (now + timedelta(days=2)).isoformat()}
        ).status_code
        == 403
    )
    assert browser.get("/bookings/new").status_code == 403


def test_an_unknown_booking_is_not_there(at_desk: PageClient) -> None:
    assert at_desk.get("/bookings/999999999").status_code == 404
    assert at_desk.get(f"/bookings/{2**70}").status_code == 404


def test_the_lower_edge_makes_a_booking_longer_and_a_later_move_keeps_its_length(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    booking = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    at_desk.get("/calendar")
    json_please = {"Accept": "application/json"}
    address, begins = f"/bookings/{booking.id}/time", booking.starts_at
    resize = {"starts_at": begins.isoformat(), "minutes": 90, "version": booking.version}
    assert at_desk.post(address, data=dict(resize), headers=json_please).status_code == 200
    db.session.refresh(booking)
    assert (booking.starts_at, booking.ends_at) == (begins, begins + timedelta(minutes=90))
    later = {"starts_at": (begins + timedelta(hours=5)).isoformat(), "version": booking.version}
    assert at_desk.post(address, data=later, headers=json_please).status_code == 200
    db.session.refresh(booking)
    assert booking.ends_at - booking.starts_at == timedelta(minutes=90)
    claimed = db.session.scalars(select(func.upper(Claim.span)).where(Claim.booking_id == booking.id)).all()
    assert max(claimed) == booking.busy_until


def test_a_longer_booking_does_not_run_into_the_next(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    booking = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    visit(gym, guest("鈴木", "090-3333-4444", now=now), "12:30", now=now, day=TOMORROW)
    at_desk.get("/calendar")
    resize = {"starts_at": booking.starts_at.isoformat(), "minutes": 90, "version": booking.version}
    answer = at_desk.post(f"/bookings/{booking.id}/time", data=resize, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert "鈴木" in answer.get_json()["error"]


@pytest.mark.parametrize("minutes", ["0", "7", "9999", "-60"])
def test_an_odd_length_is_refused(gym: Studio, at_desk: PageClient, now: datetime, minutes: str) -> None:
    booking = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    at_desk.get("/calendar")
    odd = {"starts_at": booking.starts_at.isoformat(), "minutes": minutes, "version": booking.version}
    answer = at_desk.post(f"/bookings/{booking.id}/time", data=odd, headers={"Accept": "application/json"})
    assert answer.status_code == 422


def test_the_room_of_a_booking_can_be_chosen(gym: Studio, at_desk: PageClient, now: datetime) -> None:
    booking = visit(gym, guest(now=now), "11:00", now=now, day=TOMORROW)
    other = next(room for room in rooms(gym.id) if room.id != booking.room_id)
    at_desk.get("/calendar")
    assert "11:00" in at_desk.get(f"/bookings/{booking.id}/edit").get_data(as_text=True)
    wish = {"starts_at": booking.starts_at.isoformat(), "room_id": other.id, "version": booking.version}
    answer = at_desk.post(f"/bookings/{booking.id}/time", data=wish, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    db.session.refresh(booking)
    assert booking.room_id == other.id


def test_a_time_can_be_kept_for_somebody_undecided(
    gym: Studio, at_desk: PageClient, typed: dict[str, object], now: datetime
) -> None:
    answer = at_desk.post("/bookings/new", data={**typed, "hold_hours": "24"})
    booking = db.session.scalars(select(Booking)).one()
    assert (booking.state, booking.held_until) == (
        BookingState.HELD,
        min(now + timedelta(hours=24), booking.starts_at),
    )
    page = at_desk.get(answer.location).get_data(as_text=True)
    assert "仮予約" in page
    at_desk.post(f"/bookings/{booking.id}/confirmation", data={"version": booking.version})
    db.session.refresh(booking)
    assert (booking.state, booking.held_until) == (BookingState.BOOKED, None)


def test_a_booking_days_ahead_offers_no_tap_that_would_be_refused(
    gym: Studio, at_desk: PageClient, now: datetime
) -> None:
    person = guest(now=now)
    ahead, soon = visit(gym, person, "11:00", now=now, day=TOMORROW), visit(gym, person, "12:30", now=now)
    desk = at_desk
    page = desk.get(f"/bookings/{ahead.id}").text
    assert "/attendance" not in page
    assert "/no-show" not in page
    assert "/arrival" not in page
    page = desk.get(f"/bookings/{soon.id}").text
    assert "/attendance" in page
    assert "/arrival" in page
    assert "/no-show" not in page
    assert "未収" in page
    with transaction():
        cancel(db.session.get_one(Booking, ahead.id), by_gym=False, by=SYSTEM, now=now)
    assert "st-unpaid" not in desk.get(f"/bookings/{ahead.id}").text
