"""Amounts that nobody knows to the yen are not written as if somebody did."""

import pytest
from flask import Flask

from backoffice.studio.models import Studio
from blueprints.support.filters import show_round_yen


@pytest.mark.parametrize(
    ("amount", "least", "ja", "en"),
    [
        (2_345_678, 0, "230万円", "¥2,300,000"),
        (23_456_789, 0, "2,300万円", "¥23,000,000"),
        (456_789, 0, "46万円", "¥460,000"),
        (45_678, 0, "5万円", "¥50,000"),
        (4_567, 0, "¥5,000", "¥5,000"),
        (0, 0, "¥0", "¥0"),
        (2_345_678, 2_310_000, "240万円", "¥2,400,000"),
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_two_digits_are_enough(
    app: Flask, gym: Studio, language: str, amount: int, least: int, ja: str, en: str
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        assert show_round_yen(amount, least=least) == {"ja": ja, "en": en}[language]
