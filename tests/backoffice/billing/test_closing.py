"""A day is counted, closed, and opened again with a reason; its payments wait or go to the next day."""

from datetime import date, datetime, timedelta

import pytest

from backoffice.billing import actions
from backoffice.billing.actions import DayClosed
from backoffice.billing.closing import (
    ClosedAlready,
    close_day,
    closes_of,
    counted,
    day_of,
    expected_cash,
    reopen_day,
)
from backoffice.billing.days import first_open_day
from backoffice.billing.house import House, change_settings
from backoffice.billing.models import DayClose, PaymentKind
from backoffice.billing.queries import settings_of
from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.studio.models import Studio

from .conftest import TODAY


@pytest.fixture
def close(gym: Studio, by: Actor, now: datetime):
    def close(counts: dict[int, int], reason: str = "", day: date = TODAY) -> DayClose:
        with transaction():
            return close_day(gym, day, counts, reason=reason, by=by, now=now)

    return close


def test_what_the_books_say_and_what_lay_in_the_drawer(
    gym: Studio, charge, pay, close, by: Actor, now: datetime
) -> None:
    invoice = charge(50_000)
    paid = pay(invoice, 20_000)
    pay(invoice, 30_000, kind=PaymentKind.CARD)
    with transaction():
        actions.refund(paid, PaymentKind.CASH, 500, reason="値引き", received_on=TODAY, by=by, now=now)
    books = day_of(gym.id, TODAY)
    assert (books.total_yen, books.cash_yen) == (49_500, 30_000 + 19_500)
    assert books.totals[PaymentKind.CARD] == 30_000
    with pytest.raises(Invalid, match="difference"):
        close({10_000: 4, 5_000: 1, 1_000: 4})
    made = close({10_000: 4, 5_000: 1, 1_000: 4}, "500円不足、明日確認")
    assert (made.counted_yen, expected_cash(made)) == (49_000, 49_500)
    with pytest.raises(ClosedAlready):
        close({10_000: 3})


def test_after_closing_money_is_of_the_next_day(gym: Studio, charge, pay, close) -> None:
    invoice = charge(3_000)
    close({10_000: 3})
    with pytest.raises(DayClosed):
        pay(invoice, 1_000)
    tomorrow = first_open_day(gym.id, TODAY)
    assert tomorrow == TODAY + timedelta(days=1)
    pay(invoice, 1_000, day=tomorrow)
    with pytest.raises(Invalid):
        pay(invoice, 1_000, day=tomorrow + timedelta(days=1))


def test_opened_again_with_a_reason_it_is_counted_anew(
    gym: Studio, charge, pay, close, by: Actor, now: datetime
) -> None:
    invoice = charge(3_000)
    close({10_000: 3})

    def reopen(reason: str) -> None:
        with transaction():
            reopen_day(gym.id, TODAY, reason=reason, by=by, now=now)

    with pytest.raises(Invalid):
        reopen(" ")
    reopen("登録漏れ")
    with pytest.raises(NotFound):
        reopen("登録漏れ")
    pay(invoice, 1_000)
    close({10_000: 3, 1_000: 1})
    assert [one.reopen_reason for one in closes_of(gym.id, TODAY)] == [None, "登録漏れ"]


@pytest.mark.parametrize("counts", [{3: 1}, {1_000: -1}, {1_000: 10_000}])
def test_what_cannot_be_counted(close, counts: dict[int, int]) -> None:
    with pytest.raises(Invalid):
        close(counts, "x")


def test_no_day_ahead(close) -> None:
    with pytest.raises(Invalid):
        close({10_000: 3}, "x", TODAY + timedelta(days=1))


def test_a_count_is_a_sum() -> None:
    assert counted({10_000: 2, 500: 3, 1: 4}) == 21_504


def test_settings_refuse_a_wrong_number_and_an_old_form(gym: Studio, by: Actor, now: datetime) -> None:
    def save(number: str, version: int) -> None:
        values = House("株式会社整", "SEI", number, "", "", 14, 30_000, 3_300, 5_500)
        with transaction():
            change_settings(gym.id, values, version=version, by=by, now=now)

    for wrong in ("123456789012", "T123", "T12345678901234", "X1234567890123"):
        with pytest.raises(Invalid):
            save(wrong, 1)
    save("T1234567890123", 1)
    with pytest.raises(Stale):
        save("", 1)
    assert settings_of(gym.id).registration_number == "T1234567890123"
