"""The calendar link of a trainer: made once, shown once, read by whoever holds it, until it is replaced or revoked."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from backoffice.bookings.actions import book, cancel
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.staff.models import Role, Staff, StaffSession, StaffState, Trainer, TrainerFeed
from backoffice.staff.trainers import trainers
from backoffice.studio.actions import found_studio
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from blueprints.support.limits import limiter
from tests.gym import make_staff
from tests.pages import PageClient
from tests.statements import statements

MAKE, REVOKE = "/account/feed", "/account/feed/removal"
LINK = re.compile(r'value="http://localhost(/feeds/[^"]+\.ics)"')


@pytest.fixture
def mori(gym: Studio, client: PageClient, now: datetime) -> Trainer:
    """A trainer who is signed in and has a booking tomorrow."""
    mori = trainers(gym.id)[0]
    staff = make_staff("mori@test.example", [Role.TRAINER], now=now)
    with transaction():
        mori.staff_id = staff.id
        visit(gym, mori, now, hour=16)
    client.enter(staff, now=now)
    return mori


@pytest.fixture
def visitor(client: PageClient, mori: Trainer) -> PageClient:
    """A phone that is not signed in."""
    return client.application.test_client()


def visit(gym: Studio, trainer: Trainer, now: datetime, *, hour: int) -> Booking:
    guest = create_person(
        name="秘密野 花子", kana="ひみつの はなこ", phones=[f"090876543{hour}"], by=SYSTEM, now=now
    )
    starts_at = at_local((now + timedelta(days=1)).date(), datetime.min.time().replace(hour=hour), gym.zone)
    return book(
        studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=trainer.id, starts_at=starts_at,
        participants=[Guest(guest)], channel=BookingChannel.PHONE, by=SYSTEM, now=now,
    )  # fmt: skip


def form_token(client: PageClient) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get("/account").text)
    assert found is not None
    return found.group(1)


def make(client: PageClient) -> str:
    """Make (or replace) the link; its path."""
    answer = client.post(MAKE, data={"form_token": form_token(client)})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = LINK.search(answer.text)
    assert found is not None
    return found.group(1)


def audited() -> list[tuple[str, int | None]]:
    query = select(AuditLine.action, AuditLine.subject_id).where(AuditLine.action.like("trainer.feed%"))
    return [(line.action, line.subject_id) for line in db.session.execute(query.order_by(AuditLine.id))]


def test_the_link_is_shown_once_and_kept_as_a_hash(client: PageClient, mori: Trainer) -> None:
    path = make(client)
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    assert token not in client.get("/account").text
    kept = db.session.scalars(select(TrainerFeed)).one()
    assert kept.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str([line.__dict__ for line in db.session.scalars(select(AuditLine))])


def test_whoever_holds_it_reads_the_calendar(client: PageClient, visitor: PageClient) -> None:
    answer = visitor.get(make(client))
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    (entry,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert entry["summary"].startswith("H.H. · ")
    for told in ("秘密", "花子", "ひみつ", "himitsu", "09087654"):
        assert told not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_it_is_sent_again_only_after_a_change(client: PageClient, visitor: PageClient, now: datetime) -> None:
    path = make(client)
    tag = visitor.get(path).headers["ETag"]
    assert not tag.startswith("W/")
    again = visitor.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    with transaction():
        cancel(db.session.query(Booking).one(), by_gym=False, by=SYSTEM, now=now)
    changed = visitor.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_new_link_ends_the_old_one(client: PageClient, visitor: PageClient, mori: Trainer) -> None:
    old = make(client)
    new = make(client)
    assert visitor.get(old).status_code == 404
    assert visitor.get(new).status_code == 200
    made, revoked = ("trainer.feed_made", mori.id), ("trainer.feed_revoked", mori.id)
    assert audited() == [made, revoked, made]


def test_a_revoked_link_answers_like_one_that_never_was(
    client: PageClient, visitor: PageClient, mori: Trainer
) -> None:
    path = make(client)
    assert client.post(REVOKE, data={}).status_code == 303
    revoked, unknown = visitor.get(path), visitor.get("/feeds/never-was.ics")
    assert revoked.status_code == unknown.status_code == 404
    assert revoked.text.replace(path, "") == unknown.text.replace("/feeds/never-was.ics", "")
    assert audited()[-1] == ("trainer.feed_revoked", mori.id)
    client.post(REVOKE, data={})
    assert len(audited()) == 2


def test_the_same_form_twice_makes_one_link(client: PageClient, visitor: PageClient) -> None:
    token = form_token(client)
    first = client.post(MAKE, data={"form_token": token})
    again = client.post(MAKE, data={"form_token": token})
    assert again.location == "/account"
    found = LINK.search(first.text)
    assert found is not None
    assert visitor.get(found.group(1)).status_code == 200
    assert client.post(MAKE, data={"form_token": ""}).status_code == 422


def leaves(mori: Trainer, now: datetime) -> None:
    db.session.get_one(Staff, mori.staff_id).state = StaffState.SUSPENDED.value


def is_archived(mori: Trainer, now: datetime) -> None:
    mori.archived_at = now


def goes_to_somebody_else(mori: Trainer, now: datetime) -> None:
    mori.staff_id = db.session.query(Staff.id).filter_by(mail="next@test.example").scalar()


def works_elsewhere(mori: Trainer, now: datetime) -> None:
    mori.studio_id = found_studio("別の店", "Elsewhere", by=SYSTEM, now=now).id


@pytest.mark.parametrize("ends", [leaves, is_archived, goes_to_somebody_else, works_elsewhere])
def test_a_link_ends_with_the_right_to_it(
    ends: Callable[[Trainer, datetime], None],
    client: PageClient, visitor: PageClient, mori: Trainer, now: datetime,
) -> None:  # fmt: skip
    path = make(client)
    make_staff("next@test.example", [Role.TRAINER], now=now)
    with transaction():
        ends(mori, now)
    assert visitor.get(path).status_code == 404


def test_making_one_needs_the_password_of_a_moment_ago(
    client: PageClient, mori: Trainer, now: datetime
) -> None:
    token = form_token(client)
    with transaction():
        db.session.query(StaffSession).one().fresh_at = now - timedelta(minutes=11)
    answer = client.post(MAKE, data={"form_token": token})
    assert answer.location.startswith("/confirm-password")
    assert audited() == []


def test_who_is_not_in_the_calendar_has_no_link(client: PageClient, desk: Staff, now: datetime) -> None:
    client.enter(desk, now=now)
    page = client.get("/account").text
    assert "feed-card" not in page
    for address in (MAKE, REVOKE):
        assert client.post(address, data={"form_token": "x" * 20}).status_code == 404


def test_many_bookings_cost_as_many_statements(
    gym: Studio, client: PageClient, visitor: PageClient, mori: Trainer, now: datetime
) -> None:
    path = make(client)
    visitor.get(path)

    def cost() -> int:
        db.session.expunge_all()
        with statements() as sent:
            assert visitor.get(path).status_code == 200
        return len(sent)

    few = cost()
    with transaction():
        for hour in (10, 12, 18):
            visit(gym, mori, now, hour=hour)
    assert cost() == few <= 3


@pytest.fixture
def limits() -> Iterator[None]:
    """Rates are counted, as they are for real."""
    limiter.enabled = True
    limiter.reset()
    yield
    limiter.reset()
    limiter.enabled = False


def test_guessing_is_slowed_down(limits: None, visitor: PageClient) -> None:
    answers = [visitor.get(f"/feeds/guess-{number}.ics").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]
