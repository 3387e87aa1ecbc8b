"""The manager's page, trainers and sources as they are read: numbers lead to as many rows, the file holds the same."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Attendance, Booking, BookingChannel, BookingState, Participant
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.leads.actions import capture_lead
from backoffice.people.actions import create_person
from backoffice.staff.models import Role, Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.pages import PageClient

SignIn = Callable[..., PageClient]


@pytest.fixture
def trial(gym: Studio, by: Actor, now: datetime) -> Booking:
    """One enquiry of three days ago whose trial was attended two days ago."""
    earlier = now - timedelta(days=3)
    with transaction():
        person = create_person(name="大原 和子", phones=["090-1234-5678"], by=by, now=earlier)
        lead = capture_lead(person, studio_id=gym.id, source="line", by=by, now=earlier)
        booking = book(
            studio=gym, service=service_by_slug(gym.id, "trial"), trainer_id=trainers(gym.id)[0].id,
            starts_at=now + timedelta(days=1), participants=[Guest(person)], channel=BookingChannel.PHONE,
            by=by, now=earlier, lead=lead,
        )  # fmt: skip
        booking.starts_at, booking.ends_at = now - timedelta(days=2), now - timedelta(days=2, hours=-1)
        booking.state = BookingState.ATTENDED
        db.session.query(Participant).filter_by(booking_id=booking.id).one().attendance = Attendance.ATTENDED
    return booking


def links(page: str, path: str) -> list[tuple[str, int]]:
    """Addresses under a path that stand on numbers."""
    found = re.findall(rf'href="({path}\?[^"]+)">(\d+)</a>', page)
    return [(unescape(url), int(number)) for url, number in found]


@pytest.mark.parametrize(
    ("page", "path", "file"),
    [
        ("/home", "/home/rows", "/home/rows.csv"),
        ("/reports/trainers", "/reports/trainers/rows", "/reports/trainers/rows.csv"),
        ("/reports/trainers", "/reports/funnel/people", "/reports/funnel/people.csv"),
        ("/reports/sources", "/reports/funnel/people", "/reports/funnel/people.csv"),
    ],
)
def test_a_number_its_list_and_its_file_are_as_many(
    trial: Booking, sign_in: SignIn, page: str, path: str, file: str
) -> None:
    client = sign_in(Role.MANAGER)
    found = links(client.get(page).get_data(as_text=True), path)
    assert found
    for url, number in found:
        assert client.get(url).get_data(as_text=True).count('class="name"') == number
        answer = client.get(url.replace(path, file))
        assert len(list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))) == 1 + number


def test_what_was_seen_is_not_told_again(trial: Booking, sign_in: SignIn, now: datetime) -> None:
    client = sign_in(Role.MANAGER)
    assert links(client.get("/home").get_data(as_text=True), "/home/rows")
    assert client.post("/home/seen", data={"until": now.isoformat()}).status_code == 303
    later = links(client.get("/home").get_data(as_text=True), "/home/rows")
    assert not [url for url, _number in later if f"since={now:%Y-%m-%d}" in url]


def test_the_mail_is_stopped_and_taken_again(trial: Booking, sign_in: SignIn) -> None:
    client = sign_in(Role.MANAGER)
    client.get("/home")
    for wanted in ("0", "1"):
        client.post("/home/summary", data={"wanted": wanted})
        managers = db.session.query(Staff).all()
        assert [one.gets_summary for one in managers if "MANAGER" in one.roles] == [wanted == "1"]


def test_only_managers_open_it(gym: Studio, sign_in: SignIn) -> None:
    for roles in ((Role.TRAINER,), (Role.FRONT_DESK,)):
        client = sign_in(*roles)
        for path in ("/home", "/home/rows", "/home/rows.csv", "/reports/trainers", "/reports/sources.csv"):
            assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    "query", ["since=x&until=y", "since=9999-12-31T00:00:00%2B00:00", "count=z&after=-1", "since=2026-11-01"]
)
def test_nonsense_in_the_address(gym: Studio, sign_in: SignIn, query: str) -> None:
    client = sign_in(Role.MANAGER)
    assert client.get(f"/home/rows?{query}").status_code == 200
    assert client.get(f"/home?{query}").status_code == 200
