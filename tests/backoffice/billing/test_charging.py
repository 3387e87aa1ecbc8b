"""Months are charged once each, frozen ones at the fee of the freeze; tax is rounded once per rate."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.billing.actions import credit
from backoffice.billing.charging import Paid, charge_months, months_ahead, sell
from backoffice.billing.freezing import cancel_freeze, end_freeze
from backoffice.billing.models import CreditWhy, Invoice, InvoiceLine, PaymentKind
from backoffice.billing.queries import items_of, open_yen, settings_of
from backoffice.billing.taxes import by_rate
from backoffice.clients.actions import register
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid
from backoffice.memberships.models import Freeze, Membership, Plan
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from tests.statements import statements

from .conftest import TODAY


@pytest.fixture
def member(gym: Studio, guest: Person, by: Actor, now: datetime) -> Client:
    with transaction():
        return register(guest.id, joined_on=TODAY, main_trainer_id=None, by=by, now=now)


@pytest.fixture
def monthly(gym: Studio, member: Client, by: Actor, now: datetime) -> Membership:
    """A month of four for 39,600 yen, sold and not paid."""
    plan = db.session.query(Plan).filter_by(is_monthly=True, sessions=4).one()
    with transaction():
        return sell(member, plan.id, TODAY, studio=gym, paid=None, by=by, now=now)


def sweep(gym: Studio, at: datetime) -> int:
    with transaction():
        return charge_months(gym, by=SYSTEM, now=at)


def charged() -> list[tuple[str, date | None, int]]:
    query = db.session.query(InvoiceLine).order_by(InvoiceLine.id)
    return [(line.kind, line.month_on, line.amount_yen) for line in query]


def test_a_month_is_charged_when_it_begins_and_once(gym: Studio, monthly: Membership, now: datetime) -> None:
    assert charged() == [("MONTH", TODAY, 39_600)]
    assert sweep(gym, now) == 0
    minute_before = datetime(2026, 12, 23, 14, 50, tzinfo=UTC)  # 23:50 in Kyoto
    assert sweep(gym, minute_before) == 0
    assert [sweep(gym, minute_before + timedelta(minutes=20)) for _ in range(2)] == [1, 0]
    assert charged()[1:] == [("MONTH", date(2026, 12, 24), 39_600)]


def test_missed_runs_lose_no_month(gym: Studio, monthly: Membership, now: datetime) -> None:
    assert sweep(gym, now + timedelta(days=100)) == 3


def test_a_month_that_begins_frozen_costs_the_fee(
    gym: Studio, monthly: Membership, by: Actor, now: datetime
) -> None:
    freeze = Freeze(
        membership_id=monthly.id, starts_on=date(2026, 12, 1), ends_on=date(2027, 1, 31), fee_yen=2_200,
        created_at=now, created_by="x",
    )  # fmt: skip
    with transaction():
        db.session.add(freeze)
    sweep(gym, now + timedelta(days=100))
    assert [(kind, yen) for kind, _month, yen in charged()] == [
        ("MONTH", 39_600), ("FREEZE", 2_200), ("FREEZE", 2_200), ("MONTH", 39_600),
    ]  # fmt: skip


def test_what_ended_and_what_began_before_the_books_costs_nothing(
    gym: Studio, monthly: Membership, now: datetime
) -> None:
    with transaction():
        monthly.ends_on = date(2026, 12, 23)
    assert sweep(gym, now + timedelta(days=100)) == 0
    with transaction():
        monthly.ends_on = None
        settings_of(gym.id).charges_from = date(2027, 2, 1)
    assert sweep(gym, now + timedelta(days=100)) == 1


@pytest.mark.parametrize(("yen", "left"), [(None, 0), (58_000, 100_000)])
def test_a_pack_is_charged_with_its_deposit_and_paid_at_once(
    gym: Studio, member: Client, guest: Person, by: Actor, now: datetime, yen: int | None, left: int
) -> None:
    plan = db.session.query(Plan).filter_by(is_monthly=False).one()
    with transaction():
        plan.deposit_yen = 10_000
        sell(member, plan.id, TODAY, studio=gym, paid=Paid(PaymentKind.CARD, yen), by=by, now=now)
    assert charged() == [("PACK", None, 158_000), ("DEPOSIT", None, 10_000)]
    assert open_yen(guest.id, gym.id) == (left + 10_000 if yen else 0)
    (item,) = items_of(guest.id, gym.id)
    assert isinstance(item.invoice, Invoice)


def test_tax_is_rounded_once_for_each_rate() -> None:
    assert by_rate([(10, 333), (10, 333), (10, 333), (8, 540), (0, 3_000)]) == [
        (10, 999, 90), (8, 540, 40), (0, 3_000, 0),
    ]  # fmt: skip
    assert by_rate([(10, -158_000)]) == [(10, -158_000, -14_363)]


@given(st.lists(st.tuples(st.sampled_from([0, 8, 10]), st.integers(-10_000, 10_000)), max_size=20))
def test_what_takes_back_states_the_same_tax(lines: list[tuple[int, int]]) -> None:
    there, back = by_rate(lines), by_rate([(rate, -yen) for rate, yen in lines])
    assert [(one.rate, -one.total_yen, -one.tax_yen) for one in there] == [tuple(one) for one in back]
    assert sum(one.total_yen for one in there) == sum(yen for _rate, yen in lines)


CHANGES: list[tuple[str, date | None, date | None]] = [
    ("charged as frozen, back on that day", date(2027, 1, 10), date(2026, 12, 23)),
    ("charged as frozen, taken back", date(2027, 1, 10), None),
    ("charged in full, longer", date(2026, 12, 23), date(2027, 1, 10)),
]


@pytest.mark.parametrize(("last", "new"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_charged_month_keeps_its_freeze_until_the_charge_is_taken_back(
    gym: Studio, monthly: Membership, by: Actor, now: datetime, last: date, new: date | None
) -> None:
    then = now + timedelta(days=30)  # the 24th of December, its second month
    first = date(2026, 12, 24) if new is None else date(2026, 12, 1)
    with transaction():
        row = Freeze(
            membership_id=monthly.id, starts_on=first, ends_on=last, fee_yen=3_300, created_at=now, created_by="test"
        )  # fmt: skip
        db.session.add(row)
    assert sweep(gym, then) == 1

    def change() -> None:
        with transaction():
            if new is None:
                cancel_freeze(gym, row.id, by=by, now=then)
            else:
                end_freeze(gym, row.id, new, version=None, by=by, now=then)

    with pytest.raises(Invalid):
        change()
    line = db.session.query(InvoiceLine).order_by(InvoiceLine.id.desc()).first()
    assert line is not None
    with transaction():
        credit(line.invoice_id, why=CreditWhy.CHANGED, reason="休会の変更", by=by, now=then)
    change()
    assert sweep(gym, then) == 0


def test_a_freeze_may_end_on_another_day_that_leaves_the_charged_month_as_it_was(
    gym: Studio, monthly: Membership, by: Actor, now: datetime
) -> None:
    then = now + timedelta(days=30)  # the 24th of December, its second month
    with transaction():
        row = Freeze(
            membership_id=monthly.id, starts_on=date(2026, 12, 1), ends_on=date(2027, 1, 10), fee_yen=3_300,
            created_at=now, created_by="test",
        )  # fmt: skip
        db.session.add(row)
    assert sweep(gym, then) == 1
    with transaction():
        end_freeze(gym, row.id, date(2026, 12, 24), version=None, by=by, now=then)
    assert (row.ends_on, sweep(gym, then)) == (date(2026, 12, 24), 0)


def test_a_month_that_cost_nothing_is_charged_when_the_freeze_is_taken_back(
    gym: Studio, monthly: Membership, by: Actor, now: datetime
) -> None:
    then = now + timedelta(days=30)
    with transaction():
        row = Freeze(
            membership_id=monthly.id,
            starts_on=date(2026, 12, 24),
            fee_yen=0,
            created_at=now,
            created_by="test",
        )
        db.session.add(row)
    assert sweep(gym, then) == 0
    with transaction():
        cancel_freeze(gym, row.id, by=by, now=then)
    assert sweep(gym, then) == 1


def test_twenty_members_cost_as_many_statements_as_two(
    gym: Studio, monthly: Membership, by: Actor, now: datetime
) -> None:
    sent = []
    for day, others in ((30, 1), (61, 18)):
        for number in range(others):
            another(gym, monthly, f"{day}-{number}", by, now)
        with statements() as one:
            assert sweep(gym, now + timedelta(days=day)) > others
        sent.append([line for line in one if "paper_numbers" not in line])
    assert len(sent[0]) == len(sent[1]), sent


def another(gym: Studio, like: Membership, name: str, by: Actor, now: datetime) -> None:
    """Another member with the same agreement."""
    with transaction():
        person = create_person(name=name, by=by, now=now)
        client = register(person.id, joined_on=TODAY, main_trainer_id=None, by=by, now=now)
        sell(client, like.plan_id, TODAY, studio=gym, paid=None, by=by, now=now)


def test_months_that_begin_by_the_last_day_are_known_ahead(
    gym: Studio, monthly: Membership, by: Actor
) -> None:
    """The month of today is charged; the next begins on 24 December."""
    person_id = db.session.query(Client).one().person_id
    assert months_ahead(gym, person_id, date(2026, 12, 23)) == []
    ahead = months_ahead(gym, person_id, date(2027, 1, 31))
    assert [(one.first, one.price_yen) for one in ahead] == [
        (date(2026, 12, 24), 39_600),
        (date(2027, 1, 24), 39_600),
    ]
    monthly.ends_on = date(2026, 12, 31)
    assert len(months_ahead(gym, person_id, date(2027, 1, 31))) == 1
