"""Whether the fee of a trial is open: every page says the same, whatever was done in the account, in both languages."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.billing.actions import Line, charge, credit, pay, refund
from backoffice.billing.models import CreditWhy, Invoice, LineKind, Payment, PaymentKind
from backoffice.billing.standing_fees import VisitFee, open_fee_of, open_fees_on, visit_fees
from backoffice.billing.visit_fees import follow_fee
from backoffice.bookings import attendance
from backoffice.bookings.actions import cancel
from backoffice.bookings.attendance import FeeMethod
from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.queries import guests_of, manage_path
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.core.submissions import new_token
from backoffice.joining.models import JoiningPaper
from backoffice.memberships.queries import plans
from backoffice.people.models import Person
from backoffice.staff.models import Role, Staff
from backoffice.studio.actions import found_studio
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.blueprints.bookings.front_desk import TODAY, TOMORROW, guest, trainer, visit
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]
LATER = timedelta(hours=7)


@pytest.fixture
def later(now: datetime, at: Callable[[datetime], None]) -> datetime:
    """The evening of the day, once the trial at 16:00 is over."""
    at(now + LATER)
    return now + LATER


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who comes to a trial today."""
    return guest(now=now)


@pytest.fixture
def seat(gym: Studio, person: Person, now: datetime) -> Participant:
    """Their place in it; nothing was said about it yet."""
    return seat_of(visit(gym, person, "16:00", now=now))


def seat_of(booking: Booking) -> Participant:
    return db.session.scalars(select(Participant).where(Participant.booking_id == booking.id)).one()


@pytest.fixture
def desk(gym: Studio, seat: Participant, later: datetime, sign_in: SignIn) -> PageClient:
    """The trainer of the visit, who works at the desk as well: opens every page there is."""
    client = sign_in(Role.TRAINER, Role.FRONT_DESK)
    with transaction():
        trainer(gym).staff_id = db.session.scalars(select(Staff.id)).one()
    return client


def came(seat: Participant, at: datetime) -> Invoice:
    """The guest came, so the fee is in the books."""
    with transaction():
        attendance.attend(seat, by=SYSTEM, now=at)
        follow_fee(seat, by=SYSTEM, now=at)
    return db.session.scalars(select(Invoice).order_by(Invoice.id.desc())).first() or pytest.fail(
        "no invoice"
    )


def paid(invoice: Invoice, yen: int, at: datetime) -> None:
    with transaction():
        pay(invoice, PaymentKind.CARD, yen, received_on=TODAY, by=SYSTEM, now=at)


def waived(invoice: Invoice, at: datetime) -> None:
    with transaction():
        credit(invoice.id, why=CreditWhy.WAIVED, reason="お詫び", by=SYSTEM, now=at)


def a_paper(gym: Studio, person: Person, desk: PageClient) -> str:
    """The page of their joining papers."""
    plan = plans(gym.id)[0]
    agreed = {
        "form_token": new_token(), "plan_id": plan.id, "starts_on": "2026-11-24", "joining_fee_yen": "0",
        "main_trainer_id": trainer(gym).id,
    }  # fmt: skip
    desk.open("/today")
    assert desk.post(f"/joining?person={person.id}", data=agreed).status_code == 303
    return f"/joining/{db.session.scalars(select(JoiningPaper.id)).one()}"


def marks_of(page: str, seat: Participant) -> str:
    """What a page says about one guest."""
    return page.split(f'id="p{seat.id}"', 1)[1].split("</li>" if "today-row" in page else "</section>", 1)[0]


WORDS = {
    "ja": {"open": "未収 ¥5,500", "part": "未収 ¥3,500", "paid": "受領済み ¥5,500 会計", "waived": "料金免除"},
    "en": {
        "open": "Fee open ¥5,500", "part": "Fee open ¥3,500", "paid": "Received ¥5,500 in the account",
        "waived": "Fee waived",
    },
}  # fmt: skip
CARD = {
    "ja": {"open": "未収", "part": "未収", "paid": "料金受領", "waived": "料金免除"},
    "en": {"open": "Fee open", "part": "Fee open", "paid": "Fee received", "waived": "Fee waived"},
}
GUEST = {
    "ja": {
        "open": "¥5,500 （当日ジムでお支払い）",
        "part": "¥3,500 （当日ジムでお支払い）",
        "paid": "¥5,500 （お支払い済み）",
        "waived": "お支払いは不要です",
    },
    "en": {
        "open": "¥5,500 (at the gym on the day)",
        "part": "¥3,500 (at the gym on the day)",
        "paid": "¥5,500 (paid)",
        "waived": "Nothing to pay",
    },
}
DAY = {"ja": "1名様（{}）のお支払いがまだです", "en": "1 guest of this day has not paid yet ({})"}
OWED = {"open": 5_500, "part": 3_500}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("end", ["open", "part", "paid", "waived"])
def test_every_page_says_what_the_books_say(
    gym: Studio, person: Person, seat: Participant, desk: PageClient, later: datetime, end: str, language: str
) -> None:  # fmt: skip
    invoice = came(seat, later)
    paper = a_paper(gym, person, desk)
    if end in ("part", "paid"):
        paid(invoice, 2_000 if end == "part" else 5_500, later)
    if end == "waived":
        waived(invoice, later)
    lang, owed, mark = f"?lang={language}", OWED.get(end), f"/participants/{seat.id}/fee"
    for address in (f"/today{lang}", f"/bookings/{seat.booking_id}{lang}"):
        about = marks_of(desk.open(address).text, seat)
        assert WORDS[language][end] in about
        assert (f'action="{mark}"' in about) == (owed is not None), "marked only while something is open"
    card = desk.open(f"/participants/{seat.id}/card{lang}").text.split('id="before"', 1)[1]
    assert CARD[language][end] in card.split("</section>", 1)[0]
    assert "¥" not in card.split("</section>", 1)[0], "a guest stands beside"
    assert GUEST[language][end] in desk.open(f"{manage_path(seat)}{lang}").text
    joining = desk.open(f"{paper}{lang}").text
    assert ('name="fee"' in joining) == (owed is not None)
    day = desk.open(f"/money/day{lang}").text
    if owed:
        assert f"¥{owed:,}" in joining.split('id="fee"')[1].split("</form>")[0]
    assert (DAY[language].format(f"¥{owed or 0:,}") in day) == (owed is not None)
    assert open_fees_on(gym, TODAY) == ((1, owed) if owed else (0, 0))
    found = open_fee_of(person.id)
    assert (found and found.open_yen) == owed


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("paid", ("会計で受領済み", "paid in the account already")),
        ("waived", ("会計で免除", "waived in the account")),
    ],
)
def test_a_page_that_stood_open_meanwhile_cannot_mark_it(
    seat: Participant, desk: PageClient, later: datetime, end: str, words: tuple[str, str]
) -> None:
    """Nobody believes afterwards that money came which never did."""
    invoice = came(seat, later)
    for language, said in zip(("ja", "en"), words, strict=True):
        desk.open(f"/today?lang={language}")
        if language == "ja":
            paid(invoice, 5_500, later) if end == "paid" else waived(invoice, later)
        desk.post(f"/participants/{seat.id}/fee?lang={language}", data={"method": "CASH"})
        assert said in desk.open("/today").text
        db.session.expire_all()
        assert seat.fee_received_at is None
    assert [one.kind for one in db.session.scalars(select(Payment))] == (["CARD"] if end == "paid" else [])


def test_a_mark_can_still_say_another_way(seat: Participant, desk: PageClient, later: datetime) -> None:
    came(seat, later)
    desk.open("/today")
    for method in ("CASH", "PAYPAY"):
        desk.post(f"/participants/{seat.id}/fee", data={"method": method})
    db.session.expire_all()
    assert seat.fee_method == "PAYPAY"
    for language, said in (("ja", "受領済み ¥5,500 PayPay"), ("en", "Received ¥5,500 PayPay")):
        assert said in desk.open(f"/today?lang={language}").text


def test_what_is_left_of_a_part_is_taken_with_one_tap(
    seat: Participant, desk: PageClient, later: datetime
) -> None:
    paid(came(seat, later), 2_000, later)
    desk.open("/today")
    desk.post(f"/participants/{seat.id}/fee", data={"method": "CASH"})
    assert list(db.session.scalars(select(Payment.amount_yen).order_by(Payment.id))) == [2_000, 3_500]
    assert visit_fees([seat.id]) == {seat.id: VisitFee(5_500, 5_500)}


def test_what_went_back_in_the_account_is_open_again_and_taken_with_one_tap(
    seat: Participant, desk: PageClient, later: datetime, at: Callable[[datetime], None]
) -> None:
    desk.open("/today")
    desk.post(f"/participants/{seat.id}/fee", data={"method": "CASH"})
    with transaction():
        money = db.session.scalars(select(Payment)).one()
        at(later := later + timedelta(minutes=5))
        refund(money, PaymentKind.CASH, 5_500, reason="ご返金", received_on=TODAY, by=SYSTEM, now=later)
        at(later + timedelta(minutes=5))
    for language, words in WORDS.items():
        for address in (f"/today?lang={language}", f"/bookings/{seat.booking_id}?lang={language}"):
            about = marks_of(desk.open(address).text, seat)
            assert words["open"] in about
            assert f'/participants/{seat.id}/fee"' in about
    desk.post(f"/participants/{seat.id}/fee", data={"method": "CARD"})
    assert list(db.session.scalars(select(Payment.amount_yen).order_by(Payment.id))) == [5_500, -5_500, 5_500]


def test_the_fees_of_a_day_are_of_that_day_and_this_gym(
    gym: Studio, person: Person, seat: Participant, now: datetime, later: datetime
) -> None:
    visit(gym, person, "16:00", now=now, day=TOMORROW)
    assert open_fees_on(gym, TODAY) == open_fees_on(gym, TOMORROW) == (1, 5_500)
    assert open_fees_on(found_studio("別の店", "Elsewhere", by=SYSTEM, now=now), TODAY) == (0, 0)


def test_a_page_that_asks_again_hears_of_the_account(
    seat: Participant, desk: PageClient, later: datetime
) -> None:
    invoice = came(seat, later)
    seen = {"If-None-Match": desk.get("/today/rows").headers["ETag"]}
    assert desk.get("/today/rows", headers=seen).status_code == 304
    waived(invoice, later)
    assert desk.get("/today/rows", headers=seen).status_code == 200


@pytest.mark.parametrize("became", ["no_show", "late cancel", "ticket"])
def test_no_fee_is_open_of_who_did_not_come_or_pays_by_ticket(
    gym: Studio, person: Person, seat: Participant, desk: PageClient, later: datetime, became: str
) -> None:
    with transaction():
        if became == "no_show":
            attendance.no_show(seat, by=SYSTEM, now=later)
        elif became == "ticket":
            service_by_slug(gym.id, "trial").uses_tickets = True
        else:
            booking = db.session.get_one(Booking, seat.booking_id)
            cancel(booking, by_gym=False, reason="", by=SYSTEM, now=booking.starts_at - timedelta(minutes=5))
    for language, words in WORDS.items():
        for address in (f"/today?lang={language}", f"/bookings/{seat.booking_id}?lang={language}"):
            about = marks_of(desk.open(address).text, seat)
            assert words["open"] not in about
            assert f"/participants/{seat.id}/fee" not in about
    assert open_fees_on(gym, TODAY) == (0, 0)
    assert open_fee_of(person.id) is None


def test_what_the_account_took_back_by_mistake_is_for_the_visit_to_say(
    seat: Participant, later: datetime
) -> None:
    invoice = came(seat, later)
    with transaction():
        credit(invoice.id, why=CreditWhy.MISTAKE, reason="誤り", by=SYSTEM, now=later)
    assert visit_fees([seat.id]) == {seat.id: VisitFee(5_500, 0)}
    with transaction():
        attendance.receive_fee(seat, FeeMethod.CASH, by=SYSTEM, now=later)
    assert visit_fees([seat.id]) == {seat.id: VisitFee(5_500, 5_500)}


def test_the_newest_fee_that_is_open_is_asked_for_when_joining(
    gym: Studio, person: Person, seat: Participant, now: datetime, later: datetime
) -> None:
    newer = seat_of(visit(gym, person, "18:00", now=now))
    assert (found := open_fee_of(person.id)) is not None
    assert found.participant is newer
    waived(came(newer, later), later)
    assert (found := open_fee_of(person.id)) is not None
    assert found.participant is seat


def test_a_day_of_many_trials_costs_as_many_statements_as_one(
    gym: Studio, seat: Participant, desk: PageClient, now: datetime, later: datetime
) -> None:
    paid(came(seat, later), 2_000, later)
    counts = []
    for clock in ("", "16:00", "18:00"):
        if clock:
            pair = [guest(f"客{clock}{n}", f"080-{clock[:2]}00-000{n}", now=now) for n in range(2)]
            booking = visit(gym, pair[0], clock, now=now, with_="okada", and_=pair[1])
            for other in guests_of(booking.id):
                waived(came(other, later), later)
        for address in ("/today?trainer=all", "/today/rows?trainer=all", "/money/day"):
            desk.get(address)
            db.session.expunge_all()
            with statements() as sent:
                assert desk.get(address).status_code == 200
            counts.append(len(sent))
    assert counts[:3] == counts[3:6] == counts[6:]


def test_a_tentative_booking_says_its_fee_and_takes_none(
    gym: Studio, person: Person, seat: Participant, desk: PageClient
) -> None:
    """Nobody is asked at the end of the day for the fee of a visit that was never promised."""
    with transaction():
        db.session.get_one(Booking, seat.booking_id).state = "HELD"
    for language, words in WORDS.items():
        about = marks_of(desk.open(f"/today?lang={language}").text, seat)
        assert words["open"] in about
        assert f"/participants/{seat.id}/fee" not in about
    assert open_fees_on(gym, TODAY) == (0, 0)
    assert open_fee_of(person.id) is None


def test_of_a_pair_only_who_came_owes_it(
    gym: Studio, person: Person, desk: PageClient, now: datetime, later: datetime
) -> None:
    other = guest("鈴木 一", "080-1111-2222", now=now)
    pair = guests_of(visit(gym, guest("乙", now=now), "18:00", now=now, with_="okada", and_=other).id)
    at_end = later + timedelta(hours=2)
    came(pair[0], at_end)
    with transaction():
        attendance.no_show(pair[1], by=SYSTEM, now=at_end)
    assert visit_fees([one.id for one in pair]) == {pair[0].id: VisitFee(5_500, 0)}


def test_a_fee_for_cancelling_is_not_the_fee_of_the_visit(seat: Participant, later: datetime) -> None:
    """Charged beside it and paid, it leaves the visit's own open."""
    line = Line(
        LineKind.CANCEL, "キャンセル料", "Cancellation fee", 1_000, tax_rate=0, participant_id=seat.id
    )
    with transaction():
        booking = db.session.get_one(Booking, seat.booking_id)
        charged = charge(
            seat.person_id, [line], studio_id=booking.studio_id, due_on=TODAY, by=SYSTEM, now=later
        )
    paid(charged, 1_000, later)
    assert visit_fees([seat.id]) == {seat.id: VisitFee(5_500, 0)}
