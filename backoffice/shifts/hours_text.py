"""The hours of a day as one line of text: `10-14 15:00-20:30`, typed as people type it. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from backoffice.bookings.shift_table import DAY_MINUTES
from backoffice.bookings.spans import Span, joined
from backoffice.core.errors import Invalid
from backoffice.core.language import N_

MOST_SPANS = 6
_DASHES = re.compile("(?:から|[‐-―−〜ー~-])+")
_BETWEEN = re.compile(r"[\s,、・;/]+")
_CLOCK = r"([0-9]{1,2})(?::?([0-9]{2})|時(?:([0-9]{1,2})分)?)?"
_SPAN = re.compile(f"{_CLOCK}-{_CLOCK}")


def read_hours(text: str) -> list[Span]:
    """Minutes of the day, in order; nothing typed is a day off.

    Accepts full width, 10-14, 1000-1430, 10時-14時30分, every dash. Refuses (Invalid) what it cannot read, an end that
    is not after its beginning, times after 24:00, spans that overlap, and more than six.
    """
    typed = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    typed = re.sub(r"\s*-\s*", "-", typed)
    parts = [part for part in _BETWEEN.split(typed) if part]
    spans = sorted(_span(part) for part in parts)
    if len(spans) > MOST_SPANS:
        raise Invalid(N_("At most 6 spans fit into a day."), field="hours")
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise Invalid(N_("Two of these hours overlap."), field="hours")
    return joined(spans)


def write_hours(spans: Iterable[Span]) -> str:
    """10:00-14:00 15:00-20:30, as `read_hours` reads it."""
    return " ".join(f"{clock(start)}-{clock(end)}" for start, end in spans)


def clock(minute: int) -> str:
    """630 is 10:30; the end of the day is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _span(part: str) -> Span:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise Invalid(N_("Please write hours like this: 10:00-14:00 15:00-20:00"), field="hours")
    start, end = _minute(*found.groups()[:3]), _minute(*found.groups()[3:])
    if end <= start:
        raise Invalid(N_("The end must be after the beginning."), field="hours")
    return start, end


def _minute(hour: str, minute: str | None, spoken: str | None) -> int:
    value = int(hour) * 60 + int(minute or spoken or 0)
    if int(minute or spoken or 0) > 59 or value > DAY_MINUTES:
        raise Invalid(N_("A day has the times from 0:00 to 24:00."), field="hours")
    return value
