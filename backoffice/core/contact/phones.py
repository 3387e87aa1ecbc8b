"""Phone numbers as people type them: any width, any dash, +81 or 0, with or without the zero Excel ate."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from backoffice.core.contact.plain import plain_text

HOME = "JP"
_HOME_CODE = 81
_LONGEST = 100

_DASHES = re.compile(r"[‐-―−─━ーｰ~〜]")
_EXTENSION = re.compile(r"(?:内線|ext\.?|extension|#|;ext=|x)\s*[:.]?\s*\d{1,7}", re.IGNORECASE)
_RUN = re.compile(r"\+?[0-9(][0-9 ().-]{6,}[0-9]")
_FROM_ABROAD = re.compile(r"^00(?=81)")
_LONG_PREFIXES = ("20", "50", "60", "70", "80", "90")  # ten digits after the zero; everything else has nine


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be dialled: as typed, in E.164, and the digits dialled inside the country."""

    raw: str
    e164: str
    national_digits: str


def parse_phone(text: str, region: str = HOME) -> Phone | None:
    """Read the first phone number in a text, or None when there is none that could be dialled.

    Words around it, a second number and an extension (内線 12) are tolerated. A Japanese number is judged
    by its length alone: carriers open ranges (070-0…, 060) before the library knows them, and a refused
    customer costs more than a wrong number.
    """
    if len(text) > _LONGEST:
        return None
    raw = plain_text(text)
    folded = _EXTENSION.sub(" ", _DASHES.sub("-", unicodedata.normalize("NFKC", raw)))
    for run in _RUN.finditer(folded):
        number = _parse(_FROM_ABROAD.sub("+", run.group()), region)
        if number is not None:
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return Phone(raw=raw, e164=e164, national_digits=_national_digits(number))
    return None


@lru_cache(maxsize=8192)
def format_phone(e164: str) -> str:
    """A stored number as it is read out: `090-1234-5678`, foreign ones with their country code.

    A text that is no number comes back unchanged.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    home = number.country_code == _HOME_CODE
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def _parse(run: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(run, region)
    except phonenumbers.NumberParseException:
        return None
    return number if _can_be_dialled(number) else None


def _can_be_dialled(number: phonenumbers.PhoneNumber) -> bool:
    if number.country_code != _HOME_CODE:
        return phonenumbers.is_possible_number(number)
    digits = str(number.national_number)
    wanted = 10 if digits.startswith(_LONG_PREFIXES) else 9
    return not number.italian_leading_zero and len(digits) == wanted


def _national_digits(number: phonenumbers.PhoneNumber) -> str:
    """What is dialled inside the country, digits only: 09012345678."""
    style = phonenumbers.PhoneNumberFormat.NATIONAL
    return re.sub(r"\D", "", phonenumbers.format_number(number, style))
