"""What joining costs is charged once, as it was signed; a signed copy stays with the person."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from backoffice.billing.actions import credit
from backoffice.billing.leaving import statement
from backoffice.billing.models import CreditWhy, Invoice, InvoiceLine, PaymentKind
from backoffice.billing.queries import items, open_yen
from backoffice.billing.unused import UnusedFilters, unused_total
from backoffice.billing.visit_fees import follow_fee
from backoffice.bookings.attendance import FeeMethod, receive_fee
from backoffice.bookings.models import Attendance, Booking, Participant
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.files.actions import open_file
from backoffice.files.models import Shelf, StoredFile
from backoffice.joining import actions, money, queries
from backoffice.joining.doubts import Doubt, doubts
from backoffice.joining.models import Discount, JoiningPaper
from backoffice.memberships.models import Plan
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.models import TicketGrant
from tests.backoffice.joining.test_papers import ADULT, DRAWN, agreement, signing


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    return create_person(name="髙﨑 濵子", by=SYSTEM, now=now)


def tried(gym: Studio, person: Person, at: datetime, *, is_paid: bool = True) -> Participant:
    booking = Booking(
        studio_id=gym.id, service_id=service_by_slug(gym.id, "trial").id, trainer_id=trainers(gym.id)[0].id,
        state="ATTENDED", starts_at=at, ends_at=at + timedelta(hours=1), channel="WEB", created_at=at,
        created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    guest = Participant(
        booking_id=booking.id, person_id=person.id, attendance=Attendance.ATTENDED, fee_yen=5_500,
        fee_received_at=at if is_paid else None, fee_method="CASH" if is_paid else "",
    )  # fmt: skip
    db.session.add(guest)
    db.session.flush()
    return guest


def begun(gym: Studio, person: Person, by: Actor, now: datetime, **changes: object) -> JoiningPaper:
    return actions.begin_paper(person, agreement(gym, **changes), studio=gym, lead=None, by=by, now=now)


def test_a_discount_of_the_plan_makes_its_sessions_cheaper_everywhere(
    gym: Studio, person: Person, by: Actor, now: datetime
) -> None:
    """In the ledger, in the unused balance and when it is paid back: never more than was paid."""
    plan = next(one for one in plans(gym.id) if not one.is_monthly)
    half = Discount(
        studio_id=gym.id,
        kind="OTHER",
        taken_from="PLAN",
        name_ja="半額",
        name_en="Half",
        percent=50,
        position=0,
    )
    db.session.add(half)
    db.session.flush()
    paper = begun(gym, person, by, now, plan_id=plan.id, joining_fee_yen=0, discount_ids=[half.id])
    actions.finish_on_paper(gym, paper.id, version=None, paid_with=PaymentKind.CASH, by=by, now=now)
    day = now.date()
    paid = plan.price_yen - plan.price_yen // 2
    assert db.session.scalars(select(TicketGrant.unit_price_yen)).one() == paid // plan.sessions
    assert unused_total(UnusedFilters(gym.id, gym.zone, day)).yen == paid // plan.sessions * plan.sessions
    assert statement(gym, person.id, day).refund_yen == paid


def test_the_invoice_says_what_was_signed(gym: Studio, person: Person, by: Actor, now: datetime) -> None:
    plan = plans(gym.id)[0]
    plan.trial_credit_days, plan.deposit_yen = 7, 10_000
    tried(gym, person, now - timedelta(days=7, hours=2))
    half = queries.discounts(gym.id)[0]
    paper = begun(gym, person, by, now, discount_ids=[half.id])
    shown = [one.unit_price_yen for one in money.lines(queries.agreed(paper))]
    assert shown == [39_600, 10_000, 22_000, -11_000, -5_500]
    actions.sign(gym, paper.id, ADULT, signing(gym), version=None, by=by, now=now)
    actions.finish(gym, paper.id, version=None, by=by, now=now)
    lines = db.session.scalars(select(InvoiceLine).order_by(InvoiceLine.position)).all()
    assert [one.unit_price_yen for one in lines] == shown
    assert [one.kind for one in lines] == ["MONTH", "DEPOSIT", "JOINING", "DISCOUNT", "TRIAL_CREDIT"]
    assert [one.tax_rate for one in lines] == [10, 0, 10, 10, 10]
    assert (lines[0].membership_id, lines[0].month_on) == (paper.membership_id, paper.starts_on)
    assert open_yen(person.id, gym.id) == sum(shown)


@pytest.mark.parametrize(
    ("days", "back", "credit"),
    [(7, timedelta(days=7), 5_500), (7, timedelta(days=7, hours=13), 0), (0, timedelta(0), 0)],
)
def test_the_trial_is_credited_within_its_days(
    gym: Studio, person: Person, by: Actor, now: datetime, days: int, back: timedelta, credit: int
) -> None:
    plans(gym.id)[0].trial_credit_days = days
    tried(gym, person, now - back)  # noon: thirteen hours more is the day before
    assert begun(gym, person, by, now).trial_credit_yen == credit


def test_only_what_was_paid_is_credited(gym: Studio, person: Person, by: Actor, now: datetime) -> None:
    plans(gym.id)[0].trial_credit_days = 7
    guest = tried(gym, person, now - timedelta(hours=2), is_paid=False)
    follow_fee(guest, by=by, now=now)
    paper = begun(gym, person, by, now)
    assert paper.trial_credit_yen == 5_500
    with pytest.raises(actions.TrialUnpaid):
        actions.finish_on_paper(gym, paper.id, version=None, by=by, now=now)
    assert open_yen(person.id, gym.id) == 5_500
    receive_fee(guest, FeeMethod.CARD, by=by, now=now)
    follow_fee(guest, by=by, now=now)
    actions.finish_on_paper(gym, paper.id, version=None, by=by, now=now)
    assert open_yen(person.id, gym.id) == 61_600 - 5_500


def test_a_waived_trial_is_not_credited(gym: Studio, person: Person, by: Actor, now: datetime) -> None:
    plans(gym.id)[0].trial_credit_days = 7
    guest = tried(gym, person, now - timedelta(hours=2), is_paid=False)
    follow_fee(guest, by=by, now=now)
    (invoice,) = db.session.scalars(select(Invoice)).all()
    credit(invoice.id, why=CreditWhy.WAIVED, reason="お詫び", by=by, now=now)
    assert follow_fee(guest, by=by, now=now) == 0
    assert begun(gym, person, by, now).trial_credit_yen == 0


def test_what_is_taken_off_never_goes_below_zero(
    gym: Studio, person: Person, by: Actor, now: datetime
) -> None:
    plan = plans(gym.id)[0]
    plan.trial_credit_days, plan.price_yen = 30, 3_000
    tried(gym, person, now)
    paper = begun(gym, person, by, now, joining_fee_yen=0)
    assert money.total_yen(queries.agreed(paper)) == 0
    actions.finish_on_paper(gym, paper.id, version=None, paid_with=PaymentKind.CASH, by=by, now=now)
    assert db.session.scalars(select(Invoice)).one().total_yen == 0


def test_it_may_be_paid_at_once(gym: Studio, person: Person, by: Actor, now: datetime) -> None:
    paper = begun(gym, person, by, now)
    actions.finish_on_paper(gym, paper.id, version=None, paid_with=PaymentKind.CARD, by=by, now=now)
    assert paper.invoice_id is not None
    (item,) = items([paper.invoice_id])
    assert (item.paid_yen, item.open_yen) == (61_600, 0)


def test_the_copy_says_everything_that_was_signed(
    gym: Studio, person: Person, by: Actor, now: datetime
) -> None:
    paper = begun(gym, person, by, now)
    minor = replace(ADULT, name="髙﨑 濵子", birth_date="2010-01-01", guardian_name="髙﨑 一郎")
    signed = signing(gym, guardian_signature=DRAWN)
    actions.sign(gym, paper.id, minor, signed, version=None, by=by, now=now)
    client = actions.finish(gym, paper.id, version=None, by=by, now=now)
    assert paper.file_id is not None
    file = open_file(gym.id, paper.file_id, Shelf.AGREEMENTS, by=by, now=now)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(file.content or b"")).pages)
    flat = re.sub(r"\s", "", text)
    for words in (
        "入会申込書", str(client.member_number), "髙﨑濵子", "2010年1月1日", "〒604-8152", "山本一郎（夫）",
        "¥39,600", "¥22,000", "¥61,600", "第1版", "第8条", "髙﨑一郎", "2026年11月24日12:00",
    ):  # fmt: skip
        assert words in flat, words
    assert db.session.scalars(select(StoredFile.shelf)).all() == ["AGREEMENTS"]


def test_signed_on_a_printed_form_there_is_no_copy(
    gym: Studio, person: Person, by: Actor, now: datetime
) -> None:
    paper = begun(gym, person, by, now)
    actions.finish_on_paper(gym, paper.id, version=None, by=by, now=now)
    assert paper.file_id is None
    assert db.session.get_one(Plan, paper.plan_id).price_yen == paper.price_yen


def test_a_discount_that_does_not_fit_is_asked_about(
    gym: Studio, person: Person, by: Actor, now: datetime
) -> None:
    same_day, referral, _family = queries.discounts(gym.id)
    paper = begun(gym, person, by, now, discount_ids=[same_day.id, referral.id])
    assert doubts(paper, gym.zone) == [Doubt.NO_TRIAL_THAT_DAY, Doubt.NOBODY_REFERRED]
    tried(gym, person, now - timedelta(days=1))
    assert Doubt.NO_TRIAL_THAT_DAY in doubts(paper, gym.zone)
    tried(gym, person, now + timedelta(hours=5))
    assert doubts(paper, gym.zone) == [Doubt.NOBODY_REFERRED]
    paper.referrer_id = person.id
    assert doubts(paper, gym.zone) == []
