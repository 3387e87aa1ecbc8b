"""Before a counselling or trial: what the guest asked, what to lend, whether the fee is open; never in yen."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.bookings.attendance import FeeMethod, receive_fee
from backoffice.bookings.models import Booking, Participant
from backoffice.clients.records import save_record
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.leads.models import Lead
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.session_logs.first_visit import first_visits
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]
ASKED = "産後の体型を戻したいです"


@pytest.fixture
def person(now: datetime) -> Person:
    """Somebody who comes for the first time."""
    return guest("山田 花子", now=now)


def seats(booking: Booking) -> list[Participant]:
    query = select(Participant).where(Participant.booking_id == booking.id).order_by(Participant.position)
    return list(db.session.scalars(query))


def wrote(booking: Booking, text: str = ASKED) -> None:
    """The enquiry behind a booking, as it came from an article."""
    with transaction():
        lead = db.session.get_one(Lead, booking.lead_id)
        lead.enquiry, lead.article, lead.source = text, "sango-diet", "column"


def test_the_card_of_a_trial_says_what_was_asked_what_to_lend_and_that_the_fee_is_open(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    booking = visit(gym, person, "16:00", now=now, needs_wear=True)
    wrote(booking)
    with transaction():
        goals = {"goals": "階段で息が切れないように"}
        save_record(person.id, goals, [], version=0, by=SYSTEM, now=now)
    (seat,) = seats(booking)
    trainer = signed_in_trainer(gym, sign_in)
    page = trainer.get(f"/participants/{seat.id}/card").text
    before = page[page.index('id="before"') :]
    before = before[: before.index("</section>")]
    for said in (ASKED, "sango-diet", "階段で息が切れないように", "M", "24 cm", "未収"):
        assert said in before
    assert before.index("<details>") < before.index(ASKED), "it opens on a tap: a guest may stand beside"
    assert "¥" not in before
    assert "円" not in before
    with transaction():
        receive_fee(seat, FeeMethod.CASH, by=SYSTEM, now=now)
    paid = trainer.get(f"/participants/{seat.id}/card").text
    assert "料金受領" in paid
    assert "未収" not in paid


def test_without_the_consent_the_words_are_closed(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    booking = visit(gym, person, "16:00", now=now)
    wrote(booking)
    with transaction():
        booking.note = "腰に痛みあり"
        for granted in (True, False):
            record_consent(
                person.id,
                Purpose.HEALTH,
                granted,
                wording="1",
                language="ja",
                source="sheet",
                by=SYSTEM,
                now=now,
            )
    (seat,) = seats(booking)
    trainer = signed_in_trainer(gym, sign_in)
    card, page = (
        trainer.get(f"/participants/{seat.id}/card").text,
        trainer.get(f"/bookings/{booking.id}").text,
    )
    assert 'id="before"' in card
    assert "腰に痛みあり" not in card
    for shown in (card, page):
        assert ASKED not in shown
        assert "お問い合わせにご記入はありません" not in shown


def test_an_ordinary_session_has_no_such_part(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    booking = visit(gym, person, "16:00", now=now, slug="session")
    (seat,) = seats(booking)
    assert 'id="before"' not in signed_in_trainer(gym, sign_in).get(f"/participants/{seat.id}/card").text
    assert first_visits(booking.id) == {}


def test_of_a_pair_each_has_their_own_words(gym: Studio, person: Person, now: datetime) -> None:
    booking = visit(gym, person, "16:00", now=now, and_=guest("鈴木 一", "080-1111-2222", now=now))
    wrote(booking)
    first, second = (first_visits(booking.id)[seat.id] for seat in seats(booking))
    assert (first.enquiry, second.enquiry, second.lead_id) == (ASKED, None, None)


def test_a_counselling_says_it_on_the_page_of_the_booking(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime
) -> None:
    booking = visit(gym, person, "16:00", now=now, slug="counselling")
    wrote(booking)
    page = signed_in_trainer(gym, sign_in).get(f"/bookings/{booking.id}").text
    assert ASKED in page
    assert "sango-diet" in page


def test_two_guests_cost_as_many_statements_as_one(gym: Studio, person: Person, now: datetime) -> None:
    alone = visit(gym, person, "16:00", now=now)
    pair = visit(gym, guest("鈴木 一", "080-1111-2222", now=now), "18:00", now=now, and_=guest("乙", now=now))
    for booking in (alone, pair):
        with statements() as sent:
            first_visits(booking.id)
        assert len(sent) == 1
