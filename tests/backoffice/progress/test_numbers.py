"""Numbers as they are typed beside the rack."""

from decimal import Decimal

import pytest

from backoffice.progress.numbers import parse_number


@pytest.mark.parametrize(
    "typed",
    ["65.8", "６５．８", "65,8", "65、8", " 65.8 ", "65.8kg", "65.8 KG", "６５．８ｋｇ", "+65.8", "65.80"],
)
def test_one_number_in_many_hands(typed: str) -> None:
    assert parse_number(typed, "kg") == Decimal("65.8")


def test_below_zero_and_with_odd_units() -> None:
    assert parse_number("-3") == parse_number("−3") == parse_number("ー3") == -3
    assert parse_number("52°", "°") == parse_number("52", "°") == 52
    assert parse_number("18.5％", "%") == Decimal("18.5")


@pytest.mark.parametrize(
    "typed", ["", "x", "65.8.1", "65.842", "1e3", "nan", "inf", "--3", "123456", "65 lb", "٣٤"]
)
def test_anything_else_is_none(typed: str) -> None:
    assert parse_number(typed, "kg") is None
