"""Dates and times as forms, spreadsheets and people write them, Western or by era."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from backoffice.core.clock import DEFAULT_ZONE

# The year before the first year of each era.
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERAS |= {"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}
_EARLIEST, _LATEST = 1900, 2100

_WHEN = re.compile(
    r"""
    (?: (?P<era>明治|大正|昭和|平成|令和|[mtshr]) \s* (?P<era_year>元|\d{1,2}) | (?P<year>\d{4}) )
    \s* [年./-] \s* (?P<month>\d{1,2}) \s* [月./-] \s* (?P<day>\d{1,2}) \s* 日?
    \s* (?: \( (?: [月火水木金土日] (?:曜日?)? | [a-z]{3} ) \) )?
    (?:
        [t\s]* (?P<before>午前|午後|am|pm)? \s*
        (?P<hour>\d{1,2}) \s* [:時] \s*
        (?: (?P<half>半) | (?P<minute>\d{1,2}) \s* [:分]? \s* (?: (?P<second>\d{1,2}) (?:\.\d+)? \s* 秒? )? )?
        \s* (?P<after>午前|午後|am|pm)?
        \s* (?P<zone> z | jst | (?:gmt|utc)? [+-] \d{1,2} (?: :? \d{2} )? | gmt | utc )?
    )?
    """,
    re.VERBOSE,
)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")


def parse_when(text: str, zone: str = DEFAULT_ZONE) -> datetime | None:
    """An instant in UTC, or None for what is no date (来週の夜) or cannot be one (2026/02/31).

    Reads `2026/04/13 2:27:02`, ISO with or without a zone, `2026年4月13日(月) 午後2時半`, `令和8年9月10日`,
    `R8.9.10`, 元年. Without a zone the studio's is meant; without a time, midnight there. A day and month in
    an order that has to be guessed (4/5/2026) is not read.
    """
    found = _WHEN.fullmatch(unicodedata.normalize("NFKC", text).strip().lower())
    if found is None:
        return None
    part = {name: value or "" for name, value in found.groupdict().items()}
    year = int(part["year"]) if part["year"] else _ERAS[part["era"]] + _era_year(part["era_year"])
    hour = _hour(int(part["hour"] or 0), part["before"] or part["after"])
    minute = 30 if part["half"] else int(part["minute"] or 0)
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        wall = datetime(year, int(part["month"]), int(part["day"]), hour, minute, int(part["second"] or 0))  # noqa: DTZ001 - wall time; the zone follows
        return wall.replace(tzinfo=_zone(part["zone"], zone)).astimezone(UTC)
    except ValueError:
        return None


def _era_year(text: str) -> int:
    return 1 if text == "元" else int(text)


def _hour(hour: int, half: str) -> int:
    """The hour of the day. 午後 12時 is noon, 午前 12時 midnight; 午後 14時 is taken as it stands."""
    if half in {"午後", "pm"} and hour < 12:
        return hour + 12
    return 0 if half in {"午前", "am"} and hour == 12 else hour


def _zone(written: str, studio_zone: str) -> timezone | ZoneInfo:
    if not written or written == "jst":
        return ZoneInfo(DEFAULT_ZONE if written else studio_zone)
    offset = _OFFSET.search(written)
    if offset is None:
        return UTC
    sign = -1 if offset[1] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)))
