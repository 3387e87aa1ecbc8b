"""Paid, delivered, lapsed, owed: every yen in one month and kind, and every number is its list."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.billing.actions import Line, charge, refund, take
from backoffice.billing.models import LineKind, Payment, PaymentKind
from backoffice.bookings.models import Attendance, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.memberships.models import Membership
from backoffice.reports.outlook import known_months
from backoffice.reports.periods import Period
from backoffice.reports.revenue import (
    KINDS,
    Delivered,
    Flow,
    MoneyFilters,
    MoneyMonth,
    all_money_behind,
    count_money,
    in_one,
    money_behind,
    money_months,
)
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import Given, grant
from backoffice.tickets.models import EntryKind, TicketEntry, TicketGrant
from tests.backoffice.reports.test_members import TODAY, a_member, freeze
from tests.backoffice.reports.test_utilisation import a_booking

AUTUMN = Period(date(2026, 9, 1), date(2026, 11, 1))
FIRST = datetime(2026, 9, 1, 3, tzinfo=UTC)


def asking(studio: Studio, **changes: object) -> MoneyFilters:
    return MoneyFilters(studio.id, studio.zone, AUTUMN).only(**changes)


def a_payment(studio: Studio, client: Client, kind: PaymentKind, yen: int, at: datetime) -> Payment:
    line = Line(LineKind.OTHER, "その他", "Other", yen)
    day = at.date()
    invoice = charge(client.person_id, [line], studio_id=studio.id, due_on=day, by=SYSTEM, now=at)
    return take([invoice.id], kind, yen, received_on=day, by=SYSTEM, now=at)


def a_grant(
    studio: Studio, client: Client, count: int, yen: int, at: datetime, membership_id: int | None = None
) -> TicketGrant:
    given = Given(count, "回数券", "Pack", yen, at.date(), membership_id=membership_id)
    return grant(client.person_id, given, studio_id=studio.id, by=SYSTEM, now=at)


def use_one(studio: Studio, lot: TicketGrant, at: datetime) -> TicketEntry:
    booking = a_booking(studio, trainers(studio.id)[0], at)
    guest = db.session.query(Participant).filter_by(booking_id=booking.id).one()
    write(lot, EntryKind.RESERVE, at, free=-1, reserved=1, participant_id=guest.id)
    return write(lot, EntryKind.USE, at, reserved=-1, used=1, participant_id=guest.id)


def write(lot: TicketGrant, kind: EntryKind, at: datetime, **change: object) -> TicketEntry:
    entry = TicketEntry(
        grant_id=lot.id, kind=kind.value, at=at, created_at=at, created_by="test", reason="", **change
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def test_refunds_are_taken_off_on_the_day_they_went(gym: Studio) -> None:
    client = a_member(gym, date(2026, 9, 1), None)
    paid = a_payment(gym, client, PaymentKind.CASH, 88_000, FIRST)
    a_payment(gym, client, PaymentKind.CARD, 5_500, FIRST)
    later = FIRST + timedelta(days=35)
    refund(paid, PaymentKind.TRANSFER, 20_000, reason="退会", received_on=later.date(), by=SYSTEM, now=later)
    september, october, _november = money_months(asking(gym))
    assert september.paid == {"CASH": 88_000, "CARD": 5_500}
    assert october.paid == {"TRANSFER": -20_000}
    assert in_one(money_months(asking(gym))).sum(Flow.PAID) == 73_500


def test_a_ticket_is_delivered_at_its_price_and_owed_until_then(gym: Studio) -> None:
    client = a_member(gym, date(2026, 9, 1), None)
    lot = a_grant(gym, client, 5, 8_000, FIRST)
    use_one(gym, lot, FIRST + timedelta(days=2))
    use_one(gym, lot, FIRST + timedelta(days=40))
    write(lot, EntryKind.EXPIRE, FIRST + timedelta(days=70), free=-3)
    found = [
        (row.sum(Flow.DELIVERED), row.sum(Flow.LAPSED), row.sum(Flow.OWED))
        for row in money_months(asking(gym))
    ]
    assert found == [(8_000, 0, 32_000), (8_000, 0, 24_000), (0, 24_000, 0)]


def test_a_use_taken_back_counts_in_the_month_of_the_correction(gym: Studio) -> None:
    """September stays as it was read in September."""
    client = a_member(gym, date(2026, 9, 1), None)
    lot = a_grant(gym, client, 2, 8_000, FIRST)
    use = use_one(gym, lot, FIRST + timedelta(days=2))
    write(
        lot, EntryKind.REVERSE, FIRST + timedelta(days=40), reserved=1, used=-1, reverses_id=use.id,
        participant_id=use.participant_id,
    )  # fmt: skip
    assert [row.sum(Flow.DELIVERED) for row in money_months(asking(gym))] == [8_000, -8_000, 0]
    assert [row.sum(Flow.OWED) for row in money_months(asking(gym))] == [8_000, 16_000, 16_000]


def test_what_was_owed_before_the_period_is_owed_in_it(gym: Studio) -> None:
    client = a_member(gym, date(2026, 5, 1), None)
    a_grant(gym, client, 3, 8_000, FIRST - timedelta(days=100))
    assert [row.sum(Flow.OWED) for row in money_months(asking(gym))] == [24_000] * 3


@pytest.mark.parametrize(("minute", "month"), [(-10, 0), (10, 1)])
def test_a_month_of_the_ledger_ends_at_midnight_in_kyoto(gym: Studio, minute: int, month: int) -> None:
    """23:50 on 30 September is September's, 00:10 October's."""
    client = a_member(gym, date(2026, 9, 1), None)
    lot = a_grant(gym, client, 2, 8_000, FIRST)
    use_one(gym, lot, datetime(2026, 9, 30, 15, tzinfo=UTC) + timedelta(minutes=minute))
    assert money_months(asking(gym))[month].sum(Flow.DELIVERED) == 8_000


def test_single_visits_are_delivered_at_their_fee_once_attended(gym: Studio) -> None:
    for slug, state in (
        ("trial", BookingState.ATTENDED),
        ("session", BookingState.ATTENDED),
        ("trial", BookingState.NO_SHOW),
    ):
        booking = a_booking(
            gym, trainers(gym.id)[0], FIRST + timedelta(hours=len(slug) + 3 * len(state)), state=state
        )
        booking.service_id = service_by_slug(gym.id, slug).id
        guest = db.session.query(Participant).filter_by(booking_id=booking.id).one()
        guest.fee_yen, guest.attendance = 5_500, Attendance(state.value)
    db.session.flush()
    assert money_months(asking(gym))[0].delivered == {Delivered.SINGLE: 5_500}


def test_tickets_of_months_and_of_packs_are_kept_apart(gym: Studio, now: datetime) -> None:
    client = a_member(gym, date(2026, 9, 1), None)
    membership = db.session.query(Membership).filter_by(client_id=client.id).one()
    a_grant(gym, client, 4, 9_900, FIRST, membership.id)
    a_grant(gym, client, 2, 8_000, FIRST)
    assert money_months(asking(gym))[-1].owed == {Delivered.MONTH: 39_600, Delivered.HAND: 16_000}


@dataclass(frozen=True)
class Event:
    """What happens to money: a day after 1 September, which kind, how much."""

    day: int
    what: str
    number: int


events = st.builds(
    Event, st.integers(0, 80), st.sampled_from(["pay", "grant", "use", "lapse"]), st.integers(1, 6)
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(events, max_size=14))
def test_every_yen_is_in_one_place_and_every_number_is_its_list(gym: Studio, told: list[Event]) -> None:
    with db.session.begin_nested() as savepoint:
        live(gym, sorted(told, key=lambda event: event.day))
        months = money_months(asking(gym))
        whole = in_one(months)
        granted = sum(event.number * 8_000 for event in told if event.what == "grant")
        assert whole.sum(Flow.OWED) == granted - whole.sum(Flow.DELIVERED) - whole.sum(Flow.LAPSED)
        for flow in Flow:
            if flow != Flow.OWED:
                assert whole.sum(flow) == sum(month.sum(flow) for month in months)
            assert paged(asking(gym), flow) == [row.number for row in all_money_behind(asking(gym), flow)]
            for month in months:
                check_lists(gym, month, flow)
        savepoint.rollback()


def live(studio: Studio, told: list[Event]) -> None:
    """Write down what happened, as far as tickets are left."""
    client = a_member(studio, date(2026, 9, 1), None)
    left: list[tuple[TicketGrant, int]] = []
    for number, event in enumerate(told):
        at = FIRST + timedelta(days=event.day, minutes=number)
        if event.what == "pay":
            a_payment(studio, client, list(PaymentKind)[event.number % 5], 1_000 * event.number, at)
        elif event.what == "grant":
            left.append((a_grant(studio, client, event.number, 8_000, at), event.number))
        elif left:
            lot, count = left.pop()
            if event.what == "use":
                use_one(studio, lot, at)
                left += [(lot, count - 1)] if count > 1 else []
            else:
                write(lot, EntryKind.EXPIRE, at, free=-count)


def check_lists(studio: Studio, month: MoneyMonth, flow: Flow) -> None:
    asked = asking(studio, period=Period(month.month, month.month))
    for kind in (None, *KINDS[flow]):
        rows = list(all_money_behind(asked.only(kind=kind), flow))
        assert sum(row.yen for row in rows) == (month.by_kind(flow).get(kind, 0) if kind else month.sum(flow))
        assert count_money(asked.only(kind=kind), flow) == len(rows)


def paged(filters: MoneyFilters, flow: Flow) -> list[int]:
    found: list[int] = []
    after = None
    while rows := money_behind(filters, flow, after=after, limit=4):
        found += [row.number for row in rows]
        after = (rows[-1].day, rows[-1].number)
    return found


def test_what_the_forecast_knows_of_a_month(gym: Studio) -> None:
    """Of 39,600 each: one runs on, one ends in October, one is frozen in October, one begins in October."""
    payer = a_member(gym, date(2026, 8, 1), None)
    a_member(gym, date(2026, 8, 1), date(2026, 10, 31))
    resting = a_member(gym, date(2026, 8, 1), None)
    a_member(gym, date(2026, 10, 10), None)
    freeze(resting, date(2026, 10, 1), date(2026, 10, 31))
    a_payment(gym, payer, PaymentKind.CASH, 100_000, FIRST)
    september, october, november = known_months(gym.id, gym.zone, today=TODAY)
    assert (september.paid, september.fees, september.running, september.stayed) == (100_000, 118_800, 3, 3)
    assert (october.fees, october.running, october.stayed, october.new_fees) == (79_200, 2, 1, 39_600)
    assert (november.fees, november.running, november.squares) == (118_800, 3, 3 * 39_600**2)


def test_a_payment_dated_tomorrow_has_not_come_in_yet(gym: Studio) -> None:
    payer = a_member(gym, date(2026, 8, 1), None)
    for day, yen in ((0, 10_000), (1, 2_000)):
        a_payment(
            gym, payer, PaymentKind.CASH, yen, datetime.combine(TODAY, time(3), UTC) + timedelta(days=day)
        )
    assert known_months(gym.id, gym.zone, today=TODAY)[-1].paid == 10_000


def test_a_gym_without_payments_has_no_past(gym: Studio) -> None:
    assert len(known_months(gym.id, gym.zone, today=TODAY)) == 1
