"""A file of past bookings, from its lines to what each says. Reads only; names are not looked up yet."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from backoffice.bookings.models import BookingState
from backoffice.core.clock import at_local, local_date
from backoffice.core.contact import Identity
from backoffice.core.language import N_
from backoffice.core.tables.columns import Words, cells_of
from backoffice.core.tables.dates import parse_when
from backoffice.core.tables.reading import Table
from backoffice.exchange.people_file import CONTACTS, NAMES, WORDS, PersonColumn, folded, name_and_kana

NO_TIME = N_("The day or the time cannot be read.")
BAD_END = N_("The end or the length cannot be read, or is longer than a day.")
NO_STATE = N_("The file says nothing that is known about how the booking ended.")
NOBODY = N_("There is no name, phone number or mail address.")

LONGEST = 24 * 60  # minutes


class BookingColumn(StrEnum):
    """What a column may hold, besides those that say who came."""

    DAY = "day"
    ENDS = "ends"
    STARTS = "starts"
    TIME = "time"
    MINUTES = "minutes"
    SERVICE = "service"
    TRAINER = "trainer"
    STATE = "state"


B = BookingColumn
_WHEN: Words[StrEnum] = {
    B.ENDS: ("終了|終了日時|終了時刻|終了時間|ends?|endsat|endtime", "終了|^end"),
    B.STARTS: (
        "開始|開始日時|予約日時|来店日時|利用日時|日時|begins|starts?|startsat|datetime",
        "(予約|来店|利用|施術|開始).*日時|starttime.*date|begin",
    ),
    B.DAY: ("日付|予約日|来店日|利用日|施術日|date|day", "(予約|来店|利用|施術)日(?!時)|^date"),
    B.TIME: (
        "時間|時刻|開始時刻|開始時間|予約時間|来店時間|time|starttime",
        "(予約|来店|利用|開始).*(時刻|時間)|^time|starttime",
    ),
    B.MINUTES: ("所要時間|分|分数|施術時間|minutes|duration|length", "所要|分数|minutes|duration"),
    B.SERVICE: ("メニュー|コース|サービス|メニュー名|service|menu", "メニュー|コース|サービス|service|menu"),
    B.TRAINER: (
        "トレーナー|担当|担当者|担当トレーナー|スタッフ|trainer|staff",
        "トレーナー|担当|スタッフ|trainer|staff|coach",
    ),
    B.STATE: (
        "状況|状態|ステータス|予約状況|来店状況|出欠|結果|status|state|attendance",
        "ステータス|状況|状態|status|attendance",
    ),
}  # fmt: skip
COLUMNS: tuple[StrEnum, ...] = (
    *BookingColumn,
    PersonColumn.NAME, PersonColumn.FAMILY, PersonColumn.GIVEN, PersonColumn.KANA, PersonColumn.FAMILY_KANA,
    PersonColumn.GIVEN_KANA, PersonColumn.PHONE, PersonColumn.MAIL,
)  # fmt: skip
BOOKING_WORDS: Words[StrEnum] = {
    **_WHEN,
    **{column: words for column, words in {**NAMES, **CONTACTS}.items() if column in COLUMNS},
    PersonColumn.NAME: WORDS[PersonColumn.NAME],
}

S = BookingState
_STATES: tuple[tuple[BookingState, str], ...] = (
    (S.CANCELLED_BY_GYM, "cancelledbythegym|店舗.*キャンセル|ジム.*キャンセル|(店|ジム)都合"),
    (S.LATE_CANCELLED, "latecancel.*|(直前|当日)キャンセル"),
    (S.NO_SHOW, "no-?show|無断キャンセル|無断欠席|欠席|来店なし|未来店|ノーショー"),
    (S.CANCELLED, "cancell?ed|cancel|キャンセル(済み?)?|取消し?|取り消し|事前キャンセル"),
    (S.ATTENDED, "attended|came|done|completed|来店(済み?)?|来館(済み?)?|完了|終了|出席|実施(済み?)?|済み?"),
)  # fmt: skip
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?|(\d{1,2})時(?:(\d{1,2})分?|(半))?")
_MINUTES = re.compile(r"(\d{1,4})(?:分|min(?:utes)?)?")


@dataclass(frozen=True, slots=True)
class BookingRow:
    """One line as written and as understood; `refused` says why it is no past booking. `ends_at` may be unknown."""

    number: int
    cells: tuple[str, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    service: str = ""
    trainer: str = ""
    state: BookingState = BookingState.ATTENDED
    name: str = ""
    kana: str = ""
    refused: str = ""
    blank: bool = False
    identity: Identity = field(default_factory=Identity)


def missing_columns(found: Mapping[StrEnum, int]) -> tuple[str, ...]:
    """What no booking can do without: when, what, with whom, who."""
    missing = []
    if not (B.STARTS in found or {B.DAY, B.TIME} <= found.keys()):
        missing.append("when")
    missing += [column.value for column in (B.SERVICE, B.TRAINER) if column not in found]
    if not found.keys() & {column for column in COLUMNS if isinstance(column, PersonColumn)}:
        missing.append("name")
    return tuple(missing)


def read_bookings(table: Table, found: Mapping[StrEnum, int], *, zone: str) -> list[BookingRow]:
    """Every line of a file by its columns. Without a column of the state every booking took place."""
    return [_row(number, cells, found, zone) for number, cells in table.rows]


def _row(number: int, cells: tuple[str, ...], found: Mapping[StrEnum, int], zone: str) -> BookingRow:
    if not any(cells):
        return BookingRow(number, cells, blank=True)
    when = cells_of(cells, {one: at for one, at in found.items() if isinstance(one, B)}, BookingColumn)
    who = cells_of(
        cells, {one: at for one, at in found.items() if isinstance(one, PersonColumn)}, PersonColumn
    )
    name, kana = name_and_kana(who)
    starts_at = _starts(when, zone)
    ends_at, is_bad = _ends(when, starts_at, zone)
    state = _state(when[B.STATE]) if B.STATE in found else S.ATTENDED
    identity = Identity.of(
        name=name, kana=kana, phones=[who[PersonColumn.PHONE]], mails=[who[PersonColumn.MAIL]]
    )
    refused = NO_TIME if starts_at is None else BAD_END if is_bad else NO_STATE if state is None else ""
    return BookingRow(
        number, cells, starts_at, ends_at, when[B.SERVICE], when[B.TRAINER], state or S.ATTENDED, name, kana,
        refused=refused or ("" if identity != Identity() else NOBODY),
        identity=identity,
    )  # fmt: skip


def _starts(when: Mapping[BookingColumn, str], zone: str) -> datetime | None:
    """The start, to the minute: from one cell, or from a day and a time."""
    if when[B.TIME] and (day := _day(when[B.DAY] or when[B.STARTS], zone)):
        clock = _clock(when[B.TIME])
        return None if clock is None else at_local(day, clock, zone)
    text = when[B.STARTS] or when[B.DAY]
    at = parse_when(text, zone)
    if at is None or not _CLOCK.search(unicodedata.normalize("NFKC", text)):
        return None
    return at.replace(second=0, microsecond=0)


def _ends(
    when: Mapping[BookingColumn, str], starts_at: datetime | None, zone: str
) -> tuple[datetime | None, bool]:
    """The end where the file says one, and whether it says one that cannot be."""
    if starts_at is None or not (when[B.ENDS] or when[B.MINUTES]):
        return None, False
    if not when[B.ENDS]:
        minutes = _MINUTES.fullmatch(folded(when[B.MINUTES]))
        ends_at = (
            None if minutes is None else starts_at + timedelta(minutes=min(int(minutes[1]), LONGEST + 1))
        )
    elif (clock := _clock(when[B.ENDS])) is not None:
        ends_at = at_local(local_date(starts_at, zone), clock, zone)
    else:
        ends_at = parse_when(when[B.ENDS], zone)
    if ends_at is None or not starts_at < ends_at <= starts_at + timedelta(minutes=LONGEST):
        return None, True
    return ends_at, False


def _day(text: str, zone: str) -> date | None:
    at = parse_when(text, zone)
    return None if at is None else local_date(at, zone)


def _clock(text: str) -> time | None:
    """A time of day alone (19:00, 19時半; of 19:00～20:00 the first)."""
    first = re.split(r"[~〜～-]", unicodedata.normalize("NFKC", text), maxsplit=1)[0].strip()
    found = _CLOCK.fullmatch(first)
    if found is None:
        return None
    hour, minute = int(found[1] or found[3]), 30 if found[5] else int(found[2] or found[4] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _state(text: str) -> BookingState | None:
    word = folded(text)
    return next((state for state, pattern in _STATES if re.fullmatch(pattern, word)), None)
