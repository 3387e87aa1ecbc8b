"""Unused paid balance: every yen is recounted in plain Python, and every sum is its list."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.billing import charging
from backoffice.billing.actions import credit, take
from backoffice.billing.charging import Paid
from backoffice.billing.models import CreditWhy, Invoice, PaymentKind
from backoffice.billing.queries import items
from backoffice.billing.unused import (
    BY_HAND,
    UnusedFilters,
    all_unused_lots,
    base_days,
    unused_by_plan,
    unused_lots,
    unused_total,
)
from backoffice.bookings.models import Participant
from backoffice.clients.actions import register
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local
from backoffice.core.db import db
from backoffice.memberships.models import Plan
from backoffice.memberships.periods import months_after
from backoffice.people.actions import create_person
from backoffice.reports.periods import Period
from backoffice.reports.revenue import Flow, MoneyFilters, money_months
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.tickets import actions as ledger
from backoffice.tickets.actions import Given
from backoffice.tickets.models import EntryKind, TicketEntry, TicketGrant
from tests.backoffice.reports.test_utilisation import a_booking

ZONE = "Asia/Tokyo"
FIRST = date(2026, 2, 1)
NOON, EARLY, LATE = time(12), time(0, 10), time(23, 50)
numbers = count()


def at(day: date, clock: time = NOON) -> datetime:
    return at_local(day, clock, ZONE)


def asking(studio: Studio, day: date, **changes: object) -> UnusedFilters:
    return UnusedFilters(studio.id, ZONE, day).only(**changes)


def a_plan(studio: Studio, *, sessions: int = 4, price: int = 40_000, months: int | None = 6) -> Plan:
    plan = Plan(
        studio_id=studio.id, name_ja=f"{sessions}回券", name_en=f"Pack of {sessions}", price_yen=price,
        sessions=sessions, is_monthly=False, valid_months=months, position=next(numbers),
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    return plan


def a_client(studio: Studio, when: datetime) -> Client:
    person = create_person(name=f"会員 {next(numbers)}", by=SYSTEM, now=when)
    return register(person.id, joined_on=when.date(), main_trainer_id=None, by=SYSTEM, now=when)


def buy(studio: Studio, client: Client, plan: Plan, when: datetime, *, paid: int | None = 0) -> Invoice:
    """Buy a pack; `paid` yen of it at once (None: all)."""
    now_paid = None if paid == 0 else Paid(PaymentKind.CASH, paid)
    charging.sell(client, plan.id, local_day(when), studio=studio, paid=now_paid, by=SYSTEM, now=when)
    return db.session.query(Invoice).order_by(Invoice.id.desc()).first()


def local_day(when: datetime) -> date:
    return (when + timedelta(hours=9)).date()


def spend(studio: Studio, lot_id: int, when: datetime, *, is_used: bool = True) -> None:
    booking = a_booking(
        studio, trainers(studio.id)[0], at(FIRST - timedelta(days=1 + next(numbers)), time(9))
    )
    guest = db.session.query(Participant).filter_by(booking_id=booking.id).one()
    write(lot_id, EntryKind.RESERVE, when, free=-1, reserved=1, participant_id=guest.id)
    if is_used:
        write(lot_id, EntryKind.USE, when, reserved=-1, used=1, participant_id=guest.id)


def write(lot_id: int, kind: EntryKind, when: datetime, **change: object) -> None:
    db.session.add(
        TicketEntry(
            grant_id=lot_id,
            kind=kind.value,
            at=when,
            created_at=when,
            created_by="test",
            reason="",
            **change,
        )
    )
    db.session.flush()


def newest_lot() -> TicketGrant:
    return db.session.query(TicketGrant).order_by(TicketGrant.id.desc()).first()


def test_the_base_days_are_the_last_two_that_have_come() -> None:
    assert base_days(date(2026, 11, 29)) == [date(2026, 9, 30), date(2026, 3, 31)]
    assert base_days(date(2027, 3, 31)) == [date(2027, 3, 31), date(2026, 9, 30)]
    assert base_days(date(2027, 3, 30)) == [date(2026, 9, 30), date(2026, 3, 31)]


@pytest.mark.parametrize(("day", "clock", "yen"), [((3, 31), LATE, 40_000), ((4, 1), EARLY, 0)])
def test_a_base_day_ends_at_midnight_in_kyoto(
    gym: Studio, day: tuple[int, int], clock: time, yen: int
) -> None:
    when = at(date(2026, *day), clock)
    buy(gym, a_client(gym, when), a_plan(gym), when, paid=None)
    assert unused_total(asking(gym, date(2026, 3, 31))).yen == yen


def test_a_ticket_counts_on_its_last_day_and_not_on_the_next(gym: Studio) -> None:
    when = at(FIRST)
    buy(gym, a_client(gym, when), a_plan(gym, months=2), when, paid=None)  # until 31 March
    assert newest_lot().valid_from == FIRST
    for _ in range(2):  # before and after it is written down that they have ended
        assert unused_total(asking(gym, date(2026, 3, 31))).yen == 40_000
        assert unused_total(asking(gym, date(2026, 4, 1))).yen == 0
        ledger.expire(by=SYSTEM, now=at(date(2026, 4, 1), EARLY))


def test_what_is_open_of_the_invoice_is_taken_off_until_it_is_paid(gym: Studio) -> None:
    when, later = at(FIRST), at(FIRST + timedelta(days=9))
    invoice = buy(gym, a_client(gym, when), a_plan(gym), when, paid=15_000)
    take([invoice.id], PaymentKind.CARD, 25_000, received_on=local_day(later), by=SYSTEM, now=later)
    before, after = (unused_total(asking(gym, FIRST + timedelta(days=days))) for days in (8, 9))
    assert (before.worth_yen, before.unpaid_yen, before.yen) == (40_000, 25_000, 15_000)
    assert (after.worth_yen, after.unpaid_yen, after.yen) == (40_000, 0, 40_000)


def test_what_was_taken_back_in_the_books_was_not_paid_for(gym: Studio) -> None:
    when, later = at(FIRST), at(FIRST + timedelta(days=3))
    invoice = buy(gym, a_client(gym, when), a_plan(gym), when, paid=None)
    credit(invoice.id, why=CreditWhy.MISTAKE, reason="打ち間違い", by=SYSTEM, now=later)
    assert unused_total(asking(gym, FIRST + timedelta(days=2))).yen == 40_000
    assert unused_total(asking(gym, FIRST + timedelta(days=3))).yen == 0


@pytest.mark.parametrize(("months", "is_long"), [(6, False), (7, True), (None, True)])
def test_longer_than_six_months_from_the_day_it_was_given(
    gym: Studio, months: int | None, is_long: bool
) -> None:
    when = at(FIRST)
    buy(gym, a_client(gym, when), a_plan(gym, months=months), when, paid=None)
    (lot,) = unused_lots(asking(gym, FIRST), limit=9)
    assert lot.is_long is is_long
    assert unused_total(asking(gym, FIRST, only_long=True)).yen == (40_000 if is_long else 0)


def test_a_month_is_paid_by_its_own_invoice(gym: Studio) -> None:
    plan = Plan(
        studio_id=gym.id, name_ja="月4回", name_en="4 a month", price_yen=39_600, sessions=4, is_monthly=True,
        valid_months=None, carries_months=1, position=0,
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    when = at(FIRST)
    buy(gym, a_client(gym, when), plan, when, paid=9_600)
    (lot,) = unused_lots(asking(gym, FIRST), limit=9)
    assert (lot.worth_yen, lot.unpaid_yen, lot.yen, lot.is_long) == (39_600, 30_000, 9_600, False)


def test_another_gym_and_a_later_page(gym: Studio) -> None:
    when = at(FIRST)
    client = a_client(gym, when)
    for _ in range(3):
        ledger.grant(
            client.person_id, Given(2, "手入力", "By hand", 500, FIRST), studio_id=gym.id, by=SYSTEM, now=when
        )
    asked = asking(gym, FIRST)
    first = unused_lots(asked, limit=2)
    rest = unused_lots(asked, after=first[-1].grant_id, limit=2)
    assert len(first) == 2
    assert [one.grant_id for one in first + rest] == [one.grant_id for one in all_unused_lots(asked)]
    assert unused_total(asked).people == 1
    assert unused_total(UnusedFilters(gym.id + 1, ZONE, FIRST)).rows == 0


@dataclass
class Told:
    """One thing that happens: how many days after the last, at which hour, what, to which of the lots."""

    days: int
    clock: time
    what: str
    number: int


@dataclass
class Sold:
    """What plain Python knows of one grant."""

    lot_id: int
    plan_id: int
    unit: int
    given_on: date
    invoice_id: int | None
    total: int
    ends: list[tuple[datetime, date | None]]
    lines: list[tuple[datetime, int, int]]
    paid: list[tuple[date, int]] = field(default_factory=list)
    back: date | None = None

    def left(self, day: date) -> tuple[int, int]:
        """Tickets that count at the end of a day, and the yen they are worth."""
        end = at(day + timedelta(days=1), time(0))
        ends = [last for when, last in self.ends if when < end]
        free = sum(one[1] for one in self.lines if one[0] < end)
        reserved = sum(one[2] for one in self.lines if one[0] < end)
        if not ends or (ends[-1] is not None and ends[-1] < day):
            free = 0
        return free + reserved, (free + reserved) * self.unit

    def yen(self, day: date) -> int:
        """What of that is paid."""
        worth = self.left(day)[1]
        if self.invoice_id is None:
            return worth
        if self.back is not None and self.back <= day:
            return 0
        is_open = self.total - sum(yen for when, yen in self.paid if when <= day)
        return worth - min(worth, max(is_open, 0))

    def is_long(self, day: date) -> bool:
        end = at(day + timedelta(days=1), time(0))
        last = [one for when, one in self.ends if when < end][-1]
        return last is None or last > months_after(self.given_on, 6)

    @property
    def free(self) -> int:
        return sum(one[1] for one in self.lines)


happenings = st.builds(
    Told,
    st.integers(0, 40),
    st.sampled_from([EARLY, NOON, LATE]),
    st.sampled_from(["sell", "sell", "hand", "pay", "use", "hold", "expire", "credit", "extend"]),
    st.integers(0, 7),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(happenings, min_size=2, max_size=14))
def test_recounted_in_plain_python(gym: Studio, told: list[Told]) -> None:
    with db.session.begin_nested() as savepoint:
        plans = [a_plan(gym, sessions=3, price=29_500, months=months) for months in (1, 6, 7, None)]
        sold, days, last = happen(gym, plans, told)
        for day in sorted({*days, date(2026, 3, 31), FIRST}):
            check(gym, day, sold)
        ledger.expire(by=SYSTEM, now=last + timedelta(days=800))
        month = date(2026, 3, 1)
        (report,) = money_months(MoneyFilters(gym.id, ZONE, Period(month, month)))
        assert unused_total(asking(gym, date(2026, 3, 31))).worth_yen == report.sum(Flow.OWED)
        savepoint.rollback()


def happen(gym: Studio, plans: list[Plan], told: list[Told]) -> tuple[list[Sold], list[date], datetime]:
    sold: list[Sold] = []
    day, when = FIRST, at(FIRST)
    days = []
    client = a_client(gym, at(FIRST - timedelta(days=1)))
    for one in told:
        day += timedelta(days=one.days)
        when = max(at(day, one.clock), when)
        days += [day, day - timedelta(days=1)]
        live = [lot for lot in sold if lot.ends[-1][1] is None or lot.ends[-1][1] >= day]
        if one.what == "sell":
            sold.append(a_sale(gym, client, plans[one.number % 4], when, (0, 9_000, None)[one.number % 3]))
        elif one.what == "hand":
            given = Given(one.number + 1, "手入力", "By hand", 700, day, None)
            row = ledger.grant(client.person_id, given, studio_id=gym.id, by=SYSTEM, now=when)
            sold.append(Sold(row.id, BY_HAND, 700, day, None, 0, [(when, None)], [(when, one.number + 1, 0)]))
        elif one.what == "expire":
            ledger.expire(by=SYSTEM, now=when)
            for lot in sold:
                end = lot.ends[-1][1]
                if end is not None and end < day and lot.free:
                    lot.lines.append((at(end + timedelta(days=1), time(0)), -lot.free, 0))
        elif live:
            HAPPENS[one.what](gym, live[one.number % len(live)], when)
    return sold, days, when


def a_sale(gym: Studio, client: Client, plan: Plan, when: datetime, paid: int | None) -> Sold:
    invoice = buy(gym, client, plan, when, paid=paid)
    lot, day = newest_lot(), local_day(when)
    ends = None if plan.valid_months is None else months_after(day, plan.valid_months) - timedelta(days=1)
    made = Sold(
        lot.id, plan.id, 29_500 // 3, day, invoice.id, 29_500, [(when, ends)], [(when, plan.sessions, 0)]
    )
    if paid != 0:
        made.paid.append((day, 29_500 if paid is None else paid))
    return made


def a_payment(gym: Studio, lot: Sold, when: datetime) -> None:
    if lot.invoice_id is None or lot.back:
        return
    (item,) = items([lot.invoice_id])
    if item.open_yen:
        take(
            [lot.invoice_id],
            PaymentKind.CARD,
            item.open_yen,
            received_on=local_day(when),
            by=SYSTEM,
            now=when,
        )
        lot.paid.append((local_day(when), item.open_yen))


def a_use(gym: Studio, lot: Sold, when: datetime) -> None:
    if lot.free:
        spend(gym, lot.lot_id, when)
        lot.lines.append((when, -1, 0))


def a_hold(gym: Studio, lot: Sold, when: datetime) -> None:
    if lot.free:
        spend(gym, lot.lot_id, when, is_used=False)
        lot.lines.append((when, -1, 1))


def a_credit(gym: Studio, lot: Sold, when: datetime) -> None:
    if lot.invoice_id is not None and lot.back is None:
        credit(lot.invoice_id, why=CreditWhy.MISTAKE, reason="検査", by=SYSTEM, now=when)
        lot.back = local_day(when)


def an_extension(gym: Studio, lot: Sold, when: datetime) -> None:
    end = lot.ends[-1][1]
    if end is not None:
        ledger.extend(lot.lot_id, end + timedelta(days=45), note="検査", by=SYSTEM, now=when)
        lot.ends.append((when, end + timedelta(days=45)))


HAPPENS: dict[str, Callable[[Studio, Sold, datetime], None]] = {
    "pay": a_payment, "use": a_use, "hold": a_hold, "credit": a_credit, "extend": an_extension,
}  # fmt: skip


def check(gym: Studio, day: date, sold: list[Sold]) -> None:
    """Tile, plans and list say what plain Python says."""
    left = {one.lot_id: one for one in sold if one.left(day)[0] > 0}
    asked = asking(gym, day)
    total, lots, plans = unused_total(asked), list(all_unused_lots(asked)), unused_by_plan(asked)
    assert {lot.grant_id: (lot.tickets, lot.worth_yen, lot.yen, lot.is_long) for lot in lots} == {
        key: (*one.left(day), one.yen(day), one.is_long(day)) for key, one in left.items()
    }
    assert total.yen == sum(one.yen(day) for one in left.values()) == sum(lot.yen for lot in lots)
    assert total.long_yen == sum(lot.yen for lot in lots if lot.is_long)
    assert (total.rows, total.worth_yen - total.unpaid_yen) == (len(lots), total.yen)
    assert sum(row.yen for row in plans) == total.yen
    for row in plans:
        of_plan = asked.only(plan_id=row.plan_id)
        assert unused_total(of_plan).yen == row.yen == sum(lot.yen for lot in all_unused_lots(of_plan))
