"""要確認 and 出禁: the public page asks to call, the desk needs a manager, nothing is offered or written to them."""

import dataclasses

import pytest
from sqlalchemy import select, text

from backoffice.bookings import actions as bookings
from backoffice.bookings.models import Booking
from backoffice.bookings.refusals import Barred, PleaseCall, Waiver
from backoffice.bookings.visits import VisitRequest, book_visit
from backoffice.core.audit import AuditLine
from backoffice.core.contact import format_phone
from backoffice.core.db import db
from backoffice.core.errors import Invalid, Stale
from backoffice.merging.actions import merge, undo_merge
from backoffice.people.cautions import caution_reason, lift_caution, put_caution
from backoffice.people.models import Caution, Person
from backoffice.waiting import offering
from tests.backoffice.bookings.conftest import Desk, desk_book  # noqa: F401 - a fixture
from tests.backoffice.bookings.test_visits import ask
from tests.backoffice.waiting.test_waiting import wait

REASON = "他のお客様への迷惑行為"


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    return desk_book


def mark(desk: Desk, person: Person, caution: Caution = Caution.BARRED, reason: str = REASON) -> None:
    put_caution(person.id, caution, reason, version=person.version, by=desk.by, now=desk.now)


def request_of(desk: Desk, person: Person, **wish: object) -> VisitRequest:
    return dataclasses.replace(ask(desk), name=person.name, mail="guest1@test.example", **wish)  # type: ignore[arg-type]


@pytest.mark.parametrize("caution", Caution)
def test_the_public_page_asks_to_call(desk: Desk, caution: Caution) -> None:
    person = desk.meet()
    mark(desk, person, caution)
    with pytest.raises(PleaseCall) as refusal, db.session.begin_nested():
        book_visit(request_of(desk, person), by=desk.by, now=desk.now)
    assert format_phone(desk.studio.phone) in str(refusal.value.params)
    assert db.session.scalar(select(Booking.id)) is None
    lift_caution(person.id, version=person.version, by=desk.by, now=desk.now)
    assert book_visit(request_of(desk, person), by=desk.by, now=desk.now).id


def test_a_client_does_not_move_by_link_what_the_desk_wants_to_speak_about(desk: Desk) -> None:
    person = desk.meet()
    booking = desk.book(desk.at(11), person)
    mark(desk, person, Caution.CHECK)
    move = {"starts_at": desk.at(15), "by": desk.by, "now": desk.now}
    with pytest.raises(PleaseCall):
        bookings.move(booking, by_client=True, **move)  # type: ignore[arg-type]
    bookings.move(booking, **move)  # type: ignore[arg-type]
    assert booking.starts_at == desk.at(15)
    bookings.cancel(booking, by_gym=False, by_client=True, by=desk.by, now=desk.now)


def test_somebody_barred_is_booked_on_a_managers_word_only(desk: Desk) -> None:
    person, friend = desk.meet(), desk.meet()
    mark(desk, person)
    with pytest.raises(Barred):
        desk.book(desk.at(11), friend, person)
    booking = desk.book(desk.at(11), person, waiver=Waiver("和解した"))
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "booking.booked")).one()
    assert line.after["waived"] == ["barred"]
    assert booking.waiver == "和解した"


def test_somebody_to_be_checked_is_booked_by_the_desk(desk: Desk) -> None:
    person = desk.meet()
    mark(desk, person, Caution.CHECK)
    assert desk.book(desk.at(11), person).id


def test_a_freed_time_goes_to_the_next(desk: Desk) -> None:
    person, other = desk.meet(), desk.meet()
    waits = [wait(desk, person), wait(desk, other)]
    mark(desk, person, Caution.CHECK)
    offering.sweep(desk.studio, now=desk.now)
    assert [one.state for one in waits] == ["WAITING", "OFFERED"]


def test_the_reason_is_kept_encrypted_and_out_of_the_history(desk: Desk) -> None:
    person = desk.meet()
    mark(desk, person)
    stored = db.session.execute(text("select caution_reason from people where id = :id"), {"id": person.id})
    assert REASON.encode() not in bytes(stored.scalar_one())
    assert caution_reason(person.id) == REASON
    lines = db.session.scalars(select(AuditLine).where(AuditLine.person_id == person.id))
    assert not any(REASON in f"{line.before} {line.after}" for line in lines)


def test_it_needs_a_reason_and_the_version_that_was_seen(desk: Desk) -> None:
    person = desk.meet()
    with pytest.raises(Invalid):
        mark(desk, person, reason="  ")
    with pytest.raises(Stale):
        put_caution(person.id, Caution.CHECK, REASON, version=person.version - 1, by=desk.by, now=desk.now)
    with pytest.raises(Stale):
        lift_caution(person.id, version=person.version - 1, by=desk.by, now=desk.now)
    assert (person.caution, caution_reason(person.id)) == ("", "")


def test_being_here_twice_loses_no_mark(desk: Desk) -> None:
    kept, dropped = desk.meet(), desk.meet()
    mark(desk, kept, Caution.CHECK, "電話番号を確認")
    mark(desk, dropped)
    made = merge(kept.id, dropped.id, {}, by=desk.by, now=desk.now)
    assert (kept.caution, caution_reason(kept.id)) == ("BARRED", f"電話番号を確認\n{REASON}")
    undo_merge(made.id, by=desk.by, now=desk.now)
    assert [(one.caution, caution_reason(one.id)) for one in (kept, dropped)] == [
        ("CHECK", "電話番号を確認"),
        ("BARRED", REASON),
    ]
