"""What pages cost the database: at most so many statements, and as many for sixty rows as for five."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from backoffice.bookings.models import Booking, BookingChannel, Participant
from backoffice.core.audit import SYSTEM, Actor, record
from backoffice.core.db import db, transaction
from backoffice.files.actions import add_file
from backoffice.files.models import MediaType, Shelf
from backoffice.files.reading import ReadyFile
from backoffice.inbox.hearing import heard
from backoffice.inbox.queries import conversation_of
from backoffice.leads.actions import capture_lead
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.entries import EntryKind
from backoffice.messaging.models import Channel, Kind
from backoffice.messaging.outbox import Draft, queue_messages
from backoffice.people.actions import add_note, create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import rooms, service_by_slug
from tests.pages import PageClient
from tests.statements import statements

FEW, MANY = 5, 60
PAPER = ReadyFile("契約書.pdf", MediaType.PDF, b"%PDF-1.7")
FRAGMENT = {"HX-Request": "true"}

PAGES = (
    ("/leads", 6),
    ("/leads?state=all", 6),
    ("/people", 6),
    ("/people?q=客", 6),
    ("/people/{person}", 12),
    ("/calendar/events?from=2026-11-24&to=2026-11-25", 6),
    ("/today?trainer=all", 13),  # managers are told of open incident reports as well
    ("/inbox", 3),
)
SIDES = ("timeline", "messages", "consents", "files", "changes")


class Asked(NamedTuple):
    """A page, how it is asked for, and how many statements it may cost."""

    address: str
    most: int
    how: Mapping[str, Any] = MappingProxyType({})


class Crowd:
    """People, each with a lead and a visit today; all else that is written belongs to the first of them."""

    def __init__(self, gym: Studio, *, now: datetime) -> None:
        self.gym, self.now, self.first = gym, now, None

    def grow(self, count: int) -> Person:
        """Add `count` rows to everything that a page lists."""
        with transaction():
            for _ in range(count):
                self._add_one()
        assert self.first is not None
        return self.first

    def _add_one(self) -> None:
        known = {"by": SYSTEM, "now": self.now}
        number = db.session.query(Person).count()
        person = create_person(
            name=f"客 {number}", phones=[f"090-1111-{number:04}"], mails=[f"c{number}@example.com"], **known
        )
        self.first = self.first or person
        lead = capture_lead(person, studio_id=self.gym.id, source="web", **known)
        capture_lead(self.first, studio_id=self.gym.id, source="web", **known)
        add_note(self.first.id, f"メモ {number}", **known)
        add_file(self.gym.id, self.first.id, Shelf.PAPERS, PAPER, **known)
        record_consent(
            self.first.id, Purpose.FOLLOW_UP, True, wording="1", language="ja", source="web", **known
        )
        record(
            "person.changed", "person", self.first.id, person_id=self.first.id, after={"n": number}, **known
        )
        booking = self._visit(lead.id, number)
        for who in {self.first, person}:
            self._message(who, booking)
            self._say(who, number)

    def _visit(self, lead_id: int, number: int) -> Booking:
        """A visit today, written without a claim on trainer and room: sixty would not fit into a day."""
        starts_at = self.now + timedelta(minutes=number)
        booking = Booking(
            studio_id=self.gym.id, service_id=service_by_slug(self.gym.id, "session").id,
            trainer_id=trainers(self.gym.id)[number % 2].id, room_id=rooms(self.gym.id)[0].id, lead_id=lead_id,
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), channel=BookingChannel.PHONE.value,
            created_at=self.now, created_by="test",
        )  # fmt: skip
        db.session.add(booking)
        db.session.flush()
        guests = {self.first.id, db.session.query(Person.id).order_by(Person.id.desc()).limit(1).scalar()}
        for position, person_id in enumerate(sorted(guests), start=1):
            db.session.add(Participant(booking_id=booking.id, person_id=person_id, position=position))
        return booking

    def _say(self, person: Person, number: int) -> None:
        entry_id = keep_said(
            self.gym.id, Channel.LINE, EntryKind.TEXT, external_id=f"{person.id}:{number}", said_at=self.now,
            now=self.now, body="明日は開いていますか", person_id=person.id,
        )  # fmt: skip
        assert entry_id is not None
        heard(entry_id, self.now)

    def _message(self, person: Person, booking: Booking) -> None:
        draft = Draft(
            Kind.BOOKING_CONFIRMED, dedupe_key=f"{booking.id}:{person.id}", send_at=self.now,
            expires_at=booking.starts_at, language="ja", person_id=person.id, booking_id=booking.id,
            booking_version=1,
        )  # fmt: skip
        queue_messages([draft], studio_id=self.gym.id, now=self.now)


def cost(browser: PageClient, address: str, **asked: object) -> list[str]:
    """The statements of a page, asked by a process that is warm and by a session that knows no row yet."""
    browser.open(address, **asked)
    db.session.expunge_all()
    with statements() as sent:
        assert browser.open(address, **asked).status_code == 200
    return sent


@pytest.fixture
def manager(sign_in: Callable[..., PageClient]) -> PageClient:
    """Who may open everything."""
    return sign_in(Role.MANAGER)


@pytest.fixture
def crowd(gym: Studio, now: datetime, by: Actor) -> Crowd:
    """A gym with few rows."""
    return Crowd(gym, now=now)


def test_pages_cost_as_much_for_many_rows(
    crowd: Crowd, manager: PageClient, subtests: pytest.Subtests
) -> None:
    first = crowd.grow(FEW)
    asked = [Asked(address.format(person=first.id), most) for address, most in PAGES]
    asked += [Asked(f"/people/{first.id}/{side}", 6, {"headers": FRAGMENT}) for side in SIDES]
    asked.append(Asked("/people/suggest", 2, {"method": "POST", "data": {"q": "客 1"}}))
    asked.append(Asked(f"/inbox/{conversation_of(crowd.gym.id, first.id)}", 16))
    few = [cost(manager, one.address, **one.how) for one in asked]
    crowd.grow(MANY - FEW)
    for one, before in zip(asked, few, strict=True):
        with subtests.test(address=one.address):
            many = cost(manager, one.address, **one.how)
            assert len(many) == len(before) <= one.most, "\n".join(many)
