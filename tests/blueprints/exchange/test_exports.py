"""Lists that leave as files: who may, after a fresh password, what is in them, what is kept of the taking."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.clock import local
from backoffice.core.db import db, transaction
from backoffice.people.actions import add_note, create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.staff.models import Role, StaffSession
from backoffice.staff.trainers import trainers
from backoffice.studio.actions import found_studio
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]

FILES = ("/data/people", "/data/bookings", "/leads/leads", "/reports/funnel/people")
PERIOD = "first=2026-11-24&last=2026-11-30"


@pytest.fixture
def guest(gym: Studio, by: Actor, now: datetime) -> Person:
    """Somebody with everything that a list might show, and a booking tomorrow at noon."""
    with transaction():
        person = create_person(
            name="=大原 和子", kana="オオハラ カズコ", phones=["090-1234-5678", "+44 20 7946 0958"],
            mails=["kazuko@example.jp"], by=by, now=now,
        )  # fmt: skip
        add_note(person.id, "膝が痛いとのこと", by=by, now=now)
        record_consent(
            person.id, Purpose.FOLLOW_UP, True, wording="1", language="ja", source="web", by=by, now=now
        )
        book(
            studio=gym, service=service_by_slug(gym.id, "trial"), trainer_id=trainers(gym.id)[0].id,
            starts_at=now + timedelta(days=1), participants=[Guest(person)], note="腰に不安あり",
            channel=BookingChannel.PHONE, by=by, now=now,
        )  # fmt: skip
    return person


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_people_leave_with_ways_to_reach_them_and_no_word_about_health(
    guest: Person, sign_in: SignIn
) -> None:
    answer = sign_in(Role.MANAGER).get("/data/people.csv?lang=en")
    assert answer.headers["Content-Disposition"] == "attachment; filename=people.csv"
    (row,) = rows_of(answer.data)
    assert row["Name"] == "'=大原 和子"
    assert (row["Phone"], row["Other phones"]) == ("090-1234-5678", "'+44 20 7946 0958")
    assert (row["Follow-up messages"], row["News and offers"]) == ("yes", "")
    assert "膝" not in answer.text


def test_people_are_narrowed_as_the_list_is_and_the_search_is_not_kept(
    guest: Person, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    with transaction():
        create_person(name="別人", by=by, now=now)
    assert len(rows_of(sign_in(Role.MANAGER).get("/data/people.csv?q=大原").data)) == 1
    line = taken()
    assert line.after == {"kind": "csv", "rows": 1, "narrowed": True}


def test_of_a_list_of_leads_the_filters_are_kept_but_not_whom_was_searched_for(
    gym: Studio, sign_in: SignIn
) -> None:
    assert sign_in(Role.MANAGER).get("/leads/leads.xlsx?q=大原&source=web").status_code == 200
    assert taken().after == {"kind": "xlsx", "rows": 0, "source": "web"}


def test_the_bookings_of_a_period_leave_a_row_for_each_guest_without_notes(
    guest: Person, gym: Studio, now: datetime, sign_in: SignIn
) -> None:
    client = sign_in(Role.MANAGER)
    answer = client.get(f"/data/bookings.csv?{PERIOD}&lang=en")
    (row,) = rows_of(answer.data)
    assert row["Begins"] == f"{local(now + timedelta(days=1), gym.zone):%Y-%m-%d %H:%M}"
    assert (row["Status"], row["Channel"], row["Name"]) == ("Booked", "By phone", "'=大原 和子")
    assert "腰" not in answer.text
    assert taken().after == {"kind": "csv", "rows": 1, "first": "2026-11-24", "last": "2026-11-30"}
    assert rows_of(client.get("/data/bookings.csv?first=2026-11-24&last=2026-11-24").data) == []


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("first=2026-11-24&last=2026-11-23", "before the first"),
        ("first=2025-11-23&last=2026-11-24", "At most 366 days"),
        ("first=x&last=", "required"),
        ("first=0001-01-01&last=0001-01-02", "Please check the year."),
        ("first=1950-01-01&last=1950-01-02", "Please check the dates."),
        ("first=9999-12-31&last=9999-12-31", "Please check the year."),
    ],
)
def test_a_period_that_cannot_be_comes_back_with_a_sentence(
    gym: Studio, sign_in: SignIn, period: str, said: str
) -> None:
    answer = sign_in(Role.MANAGER).get(f"/data/bookings.csv?{period}&lang=en")
    assert said in answer.text
    assert answer.status_code == 422


def test_bookings_of_another_studio_stay_there(guest: Person, now: datetime, sign_in: SignIn) -> None:
    other = found_studio("別の店", "Elsewhere", by=SYSTEM, now=now)
    db.session.execute(update(Booking).values(studio_id=other.id))
    db.session.commit()
    assert rows_of(sign_in(Role.MANAGER).get(f"/data/bookings.csv?{PERIOD}").data) == []


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_are_for_managers_who_gave_their_password_just_now(
    guest: Person, sign_in: SignIn, now: datetime, path: str, kind: str
) -> None:
    address = f"{path}.{kind}?{PERIOD}"
    for role in (Role.TRAINER, Role.FRONT_DESK):
        assert sign_in(role).get(address).status_code == 403
    client = sign_in(Role.MANAGER)
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK" if kind == "xlsx" else b"\xef\xbb\xbf")
    db.session.query(StaffSession).update({"fresh_at": now - timedelta(minutes=11)})
    db.session.commit()
    refused = client.get(address)
    assert refused.status_code == 303
    assert refused.location.startswith("/confirm-password?next=")
    assert len(db.session.scalars(select(AuditLine).where(AuditLine.action == "export.made")).all()) == 1


def test_a_longer_list_costs_no_more_statements(
    guest: Person, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    client = sign_in(Role.MANAGER)
    client.get("/data")
    for path in FILES:
        client.get(f"{path}.csv?{PERIOD}")  # warms what is kept
        with statements() as few:
            client.get(f"{path}.csv?{PERIOD}")
        with transaction():
            for number in range(20):
                create_person(name=f"客 {number}", phones=[f"090-2222-{number:04}"], by=by, now=now)
        with statements() as many:
            client.get(f"{path}.csv?{PERIOD}")
        assert len(many) == len(few)


def test_the_buttons_stand_where_the_list_is_and_only_for_those_who_may(gym: Studio, sign_in: SignIn) -> None:
    for role, shown in ((Role.MANAGER, True), (Role.FRONT_DESK, False)):
        client = sign_in(role)
        assert ("/data/people.xlsx?q=" in client.get("/people?q=大原").text) is shown
        assert ("/leads/leads.xlsx?source=web" in client.get("/leads?source=web").text) is shown


def taken() -> AuditLine:
    """The one line that says a file was taken."""
    return db.session.scalars(select(AuditLine).where(AuditLine.action == "export.made")).one()
