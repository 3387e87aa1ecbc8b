"""Before a counselling or trial: what the guest asked, what to lend, whether the fee is open; never in yen."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.billing.actions import credit, pay
from backoffice.billing.models import CreditWhy, Invoice, PaymentKind
from backoffice.billing.visit_fees import follow_fee
from backoffice.bookings.attendance import FeeMethod, attend, receive_fee, undo_attend
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
    assert first_visits(booking.id)[seats(booking)[0].id].fee_is_open is None
    page = signed_in_trainer(gym, sign_in).get(f"/bookings/{booking.id}").text
    assert ASKED in page
    assert "sango-diet" in page


LATER = timedelta(hours=4)


def charged(booking: Booking, at: datetime) -> list[Invoice]:
    """The guests came to their trial and nothing was received yet: what they were charged."""
    with transaction():
        for seat in seats(booking):
            attend(seat, by=SYSTEM, now=at)
            follow_fee(seat, by=SYSTEM, now=at)
    return list(db.session.scalars(select(Invoice).order_by(Invoice.id)))


def test_a_fee_that_was_paid_or_waived_in_the_account_is_not_open_to_the_trainer(
    gym: Studio, person: Person, sign_in: SignIn, now: datetime, at: Callable[[datetime], None]
) -> None:
    booking = visit(gym, person, "16:00", now=now, and_=guest("鈴木 一", "080-1111-2222", now=now))
    at(now + LATER)
    invoices, cards = (
        charged(booking, now + LATER),
        [f"/participants/{seat.id}/card" for seat in seats(booking)],
    )
    trainer = signed_in_trainer(gym, sign_in)
    assert all("未収" in trainer.get(card).text for card in cards)
    with transaction():
        day, by_whom = now.date(), {"by": SYSTEM, "now": now + LATER}
        pay(invoices[0], PaymentKind.CASH, 2_000, received_on=day, **by_whom)
        credit(invoices[1].id, why=CreditWhy.WAIVED, reason="お詫び", **by_whom)
    paid, waived = (trainer.get(card).text for card in cards)
    assert "未収" in paid, "a part is not all of it"
    assert "未収" not in waived
    assert "料金受領" not in waived, "nobody received anything"
    with transaction():
        pay(invoices[0], PaymentKind.CASH, 3_500, received_on=day, **by_whom)
    assert "料金受領" in trainer.get(cards[0]).text


def test_what_the_books_took_back_because_it_was_wrong_is_for_the_visit_to_say(
    gym: Studio, person: Person, now: datetime
) -> None:
    booking = visit(gym, person, "16:00", now=now)
    charged(booking, now + LATER)
    (seat,) = seats(booking)
    with transaction():
        undo_attend(seat, by=SYSTEM, now=now + LATER)
        follow_fee(seat, by=SYSTEM, now=now + LATER)
    assert first_visits(booking.id)[seat.id].fee_is_open is True


def test_two_guests_cost_as_many_statements_as_one(gym: Studio, person: Person, now: datetime) -> None:
    alone = visit(gym, person, "16:00", now=now)
    pair = visit(gym, guest("鈴木 一", "080-1111-2222", now=now), "18:00", now=now, and_=guest("乙", now=now))
    counts = []
    for booking in (alone, pair):
        charged(booking, now + timedelta(hours=6))
        with statements() as sent:
            first_visits(booking.id)
        counts.append(len(sent))
    assert counts == [3, 3]
