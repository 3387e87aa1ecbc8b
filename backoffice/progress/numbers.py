"""A number as somebody types it, with one free hand. Pure."""

import re
import unicodedata
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?[0-9]{1,5}(\.[0-9]{1,2})?")
_POINTS = str.maketrans({",": ".", "、": ".", "。": ".", "−": "-", "ー": "-", "‐": "-"})


def parse_number(text: str, unit: str = "") -> Decimal | None:
    """65.8, ６５．８, 65,8 or 65.8 kg; None for anything else, also for a third decimal."""
    plain = unicodedata.normalize("NFKC", text[:40]).translate(_POINTS).replace(" ", "")
    ending = unicodedata.normalize("NFKC", unit).replace(" ", "")
    if ending and plain.lower().endswith(ending.lower()):
        plain = plain[: -len(ending)]
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None
