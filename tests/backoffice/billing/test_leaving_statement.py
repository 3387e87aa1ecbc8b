"""Twenty refunds worked out by hand, and one that went through the books."""

from datetime import date, datetime, timedelta

import pytest

from backoffice.billing.actions import Line, charge, credit, pay
from backoffice.billing.leaving import Charge, Pack, settle, statement
from backoffice.billing.models import CreditWhy, Invoice, LineKind, PaymentKind
from backoffice.billing.unused import UnusedFilters, unused_total
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db, transaction
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.studio.models import Studio
from backoffice.tickets import actions as ledger
from backoffice.tickets.models import EntryKind, TicketEntry
from tests.backoffice.billing.test_unused import a_client, a_plan, buy

LEFT = date(2026, 12, 31)
PACK = Charge(LineKind.PACK, "回数券 16回", "Pack of 16", 158_000, 1)
JOINED = Charge(LineKind.JOINING, "入会金", "Joining fee", 33_000)
OFF = Charge(LineKind.DISCOUNT, "当日入会", "Joined at once", -33_000)
PACK_OFF = Charge(LineKind.DISCOUNT, "家族割", "Family", -14_000, 1)
MONTH_OFF = Charge(LineKind.DISCOUNT, "当日入会", "Joined at once", -10_000, 9)
DEPOSIT = Charge(LineKind.DEPOSIT, "預り金", "Deposit", 10_000)
ODD = Charge(LineKind.PACK, "回数券 3回", "Pack of 3", 29_500, 2)
LATE = Charge(LineKind.CANCEL, "キャンセル料", "Late cancel", 3_300)
TRIAL = Charge(LineKind.TRIAL, "体験", "Trial", 5_500)
CREDIT = Charge(LineKind.TRIAL_CREDIT, "体験料充当", "Trial credited", -5_500)


def month(day: date, yen: int = 39_600, kind: LineKind = LineKind.MONTH) -> Charge:
    """A month that begins on a day."""
    return Charge(kind, "月会費", "Month", yen, 9, day)


NOVEMBER, DECEMBER, JANUARY = (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))
FREEZE = month(DECEMBER, 3_300, LineKind.FREEZE)


@pytest.mark.parametrize(
    ("charges", "packs", "paid", "refund"),
    [
        # One pack of 16 for 158,000: 9,875 a session.
        ([PACK], {1: Pack(16, 0)}, 158_000, 158_000),
        ([PACK], {1: Pack(16, 1)}, 158_000, 148_125),
        ([PACK], {1: Pack(16, 6)}, 158_000, 98_750),
        ([PACK], {1: Pack(16, 15)}, 158_000, 9_875),
        ([PACK], {1: Pack(16, 16)}, 158_000, 0),
        ([PACK], {1: Pack(16, 6, ended=10)}, 158_000, 0),  # the rest has ended
        ([PACK], {1: Pack(16, 6, reserved=2)}, 158_000, 98_750),  # what is booked is not delivered
        ([PACK], {1: Pack(16, 6)}, 79_000, 19_750),  # half was paid
        ([PACK], {1: Pack(16, 10)}, 79_000, -19_750),  # half was paid, more was used: owed
        # 29,500 / 3 = 9,833 and 1 yen: the client's until the last session.
        ([ODD], {2: Pack(3, 1)}, 29_500, 19_667),
        ([ODD], {2: Pack(3, 2)}, 29_500, 9_834),
        ([ODD], {2: Pack(3, 3)}, 29_500, 0),
        # A discount on the pack makes a session cheaper: 144,000 / 16 = 9,000.
        ([PACK, PACK_OFF], {1: Pack(16, 4)}, 144_000, 108_000),
        # A joining fee is delivered with joining, its discount as well.
        ([JOINED, PACK], {1: Pack(16, 4)}, 191_000, 118_500),
        ([JOINED, OFF, PACK], {1: Pack(16, 4)}, 158_000, 118_500),
        ([DEPOSIT, PACK], {1: Pack(16, 16)}, 168_000, 10_000),
        # Months: begun is delivered, not begun goes back, a frozen one is its fee.
        ([month(NOVEMBER), month(DECEMBER)], {}, 79_200, 0),
        ([month(DECEMBER), month(JANUARY)], {}, 79_200, 39_600),
        ([month(NOVEMBER), FREEZE, LATE], {}, 39_600, -6_600),
        # A discount on the first month goes with it: what was never paid does not come back.
        ([month(JANUARY), MONTH_OFF], {}, 29_600, 29_600),
        ([month(DECEMBER), MONTH_OFF, month(JANUARY)], {}, 69_200, 39_600),
        ([TRIAL, CREDIT, PACK, ODD], {1: Pack(16, 16), 2: Pack(3, 0)}, 187_500, 29_500),
    ],
)  # fmt: skip
def test_worked_out_by_hand(charges: list[Charge], packs: dict[int, Pack], paid: int, refund: int) -> None:
    lines = settle(charges, packs, LEFT)
    assert paid - sum(line.delivered_yen for line in lines) == refund
    assert sum(line.charged_yen for line in lines) == sum(one.amount_yen for one in charges)


def test_through_the_books_and_the_ledger(gym: Studio, by: Actor, now: datetime) -> None:
    today = now.date()
    with transaction():
        person = create_person(name="北川 澄", by=by, now=now)
        pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
        join(person, Joining(pack.id, today, None), studio_id=gym.id, lead=None, by=by, now=now)
    membership = db.session.query(Membership).one()
    assert db.session.query(Client).one().person_id == person.id
    with transaction():
        line = Line(LineKind.PACK, "回数券", "Pack", 158_000, membership_id=membership.id)
        invoice = charge(person.id, [line], studio_id=gym.id, due_on=today, by=by, now=now)
        pay(invoice, PaymentKind.CASH, 100_000, received_on=today, by=by, now=now)
    grant_id = db.session.query(TicketEntry.grant_id).scalar()
    for days, count in ((1, -3), (5, -13)):
        with transaction():
            db.session.add(
                TicketEntry(
                    grant_id=grant_id, kind=EntryKind.EXPIRE.value, free=count, reason="",
                    at=now + timedelta(days=days), created_at=now, created_by="test",
                )
            )  # fmt: skip
    made = statement(gym, person.id, today + timedelta(days=2))
    assert (made.charged_yen, made.paid_yen, made.delivered_yen, made.refund_yen) == (
        158_000,
        100_000,
        29_625,
        70_375,
    )
    assert statement(gym, person.id, today + timedelta(days=9)).refund_yen == -58_000


def test_what_was_taken_off_without_a_refund_does_not_go_back_later(
    gym: Studio, by: Actor, now: datetime
) -> None:
    """Tickets ended when somebody joined again, or that a manager took off; what was reversed is theirs again."""
    today = now.date()
    with transaction():
        person = create_person(name="北川 澄", by=by, now=now)
        pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
        join(person, Joining(pack.id, today, None), studio_id=gym.id, lead=None, by=by, now=now)
        line = Line(
            LineKind.PACK, "回数券", "Pack", 158_000, membership_id=db.session.query(Membership).one().id
        )
        invoice = charge(person.id, [line], studio_id=gym.id, due_on=today, by=by, now=now)
        pay(invoice, PaymentKind.CASH, 158_000, received_on=today, by=by, now=now)
        grant_id = db.session.query(TicketEntry.grant_id).scalar()

    def refund() -> int:
        return statement(gym, person.id, today).refund_yen

    with transaction():
        ledger.adjust(grant_id, -5, note="再入会のため終了", by=by, now=now)
    assert refund() == 11 * 9_875
    (taken,) = db.session.query(TicketEntry).filter_by(kind=EntryKind.ADJUST.value)
    with transaction():
        ledger.reverse(taken.id, note="まちがい", by=by, now=now)
    assert refund() == 158_000
    with transaction():
        ledger.adjust(grant_id, 2, note="キャンペーン", by=by, now=now)
    assert refund() == 158_000
    with transaction():
        ledger.adjust(grant_id, -18, note="終了", by=by, now=now)
    assert refund() == 0


def test_a_day_means_what_was_charged_and_received_by_its_end(gym: Studio, now: datetime) -> None:
    """A month paid four days later is not paid yet; the list of unused balances of that day agrees."""
    client, day = a_client(gym, now), now.date()
    buy(gym, client, a_plan(gym), now, paid=30_000)
    later = now + timedelta(days=4)
    month = a_plan(gym, price=39_600)
    month.is_monthly, month.valid_months = True, None
    buy(gym, client, month, later, paid=None)
    pay(first_invoice(), PaymentKind.CARD, 10_000, received_on=day + timedelta(days=4), by=SYSTEM, now=later)
    on_that_day = statement(gym, client.person_id, day + timedelta(days=3))
    assert [line.charged_yen for line in on_that_day.lines] == [40_000]
    assert (on_that_day.paid_yen, on_that_day.refund_yen) == (30_000, 30_000)
    assert unused_total(UnusedFilters(gym.id, gym.zone, on_that_day.left_on)).yen == on_that_day.refund_yen
    after = statement(gym, client.person_id, day + timedelta(days=4))
    assert (after.paid_yen, after.delivered_yen, after.refund_yen) == (79_600, 39_600, 40_000)


def test_what_is_taken_back_later_was_still_charged(gym: Studio, now: datetime) -> None:
    client, day = a_client(gym, now), now.date()
    buy(gym, client, a_plan(gym), now, paid=None)
    later = now + timedelta(days=2)
    credit(first_invoice().id, why=CreditWhy.MISTAKE, reason="まちがい", by=SYSTEM, now=later)
    assert statement(gym, client.person_id, day + timedelta(days=1)).charged_yen == 40_000
    assert statement(gym, client.person_id, day + timedelta(days=2)).charged_yen == 0


def first_invoice() -> Invoice:
    return db.session.query(Invoice).order_by(Invoice.id).first()
