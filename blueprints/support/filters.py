"""How instants, money and names are shown. Times are said on the studio's clock in the reader's language."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_babel import gettext as _
from markupsafe import Markup

from backoffice.core.contact import format_phone
from backoffice.core.language import pick
from backoffice.people.models import ERASED
from blueprints.staff.audit_words import label_word
from blueprints.support.clock import now, today
from blueprints.support.days import MONTHS, WEEKDAYS, written
from blueprints.support.language import language
from blueprints.support.studio import current_studio


@dataclass(frozen=True)
class _Reader:
    """Where and when a page is read: looked up once a request, because lists show hundreds of dates."""

    is_japanese: bool
    zone: ZoneInfo
    now: datetime
    today: date


def _reader() -> _Reader:
    kept: _Reader | None = g.get("reader")
    if kept is None:
        kept = g.reader = _Reader(language() == "ja", ZoneInfo(current_studio().zone), now(), today())
    return kept


def weekday(day: date) -> str:
    """月 or Mon."""
    return WEEKDAYS[language()][day.weekday()]


def show_day(value: date | datetime | None) -> str:
    """11月24日(火) or Tue 24 Nov; with the year when it is not this one."""
    return "–" if value is None else _day(value, _reader())


def _day(value: date | datetime, reader: _Reader) -> str:
    day = value.astimezone(reader.zone).date() if isinstance(value, datetime) else value
    return written(day, today=reader.today, is_japanese=reader.is_japanese)


def show_month(month: date) -> str:
    """2026年11月 or Nov 2026."""
    return (
        f"{month.year}年{month.month}月" if language() == "ja" else f"{MONTHS[month.month - 1]} {month.year}"
    )


def show_short_month(month: date) -> str:
    """11月 or Nov; January with its year: for the marks of a chart."""
    word = f"{month.month}月" if _reader().is_japanese else MONTHS[month.month - 1]
    if month.month > 1:
        return word
    return f"{month.year}年1月" if _reader().is_japanese else f"{word} {month.year}"


def show_time(value: datetime | None) -> str:
    """19:05 on the studio's clock."""
    return "–" if value is None else _time(value, _reader())


def _time(value: datetime, reader: _Reader) -> str:
    local = value.astimezone(reader.zone)
    return f"{local.hour:02}:{local.minute:02}"


def show_daytime(value: datetime | None) -> str:
    """Day and time together."""
    if value is None:
        return "–"
    reader = _reader()
    return f"{_day(value, reader)} {_time(value, reader)}"


def show_when(value: datetime | None) -> str:
    """Relative up to two weeks (today, tomorrow, 3 days ago), then the date."""
    if value is None:
        return "–"
    reader = _reader()
    days = (value.astimezone(reader.zone).date() - reader.today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if 1 < days <= 14:
        return _("in %(n)s days", n=days)
    if -14 <= days < -1:
        return _("%(n)s days ago", n=-days)
    return _day(value, reader)


def show_yen(amount: int | None) -> str:
    """¥158,000 or −¥22,000."""
    if amount is None:
        return "–"
    return f"−¥{-amount:,}" if amount < 0 else f"¥{amount:,}"


def show_short_yen(amount: float) -> str:
    """482万円 or ¥4,820k for the marks of a chart; whole yen where that would round a mark away."""
    unit = 10_000 if _reader().is_japanese else 1_000
    if not amount or amount % unit:
        return show_yen(round(amount))
    return f"{amount / unit:,.0f}万円" if _reader().is_japanese else f"¥{amount / unit:,.0f}k"


def show_round_yen(amount: int, *, least: int = 0) -> str:
    """230万円 or ¥2,300,000: two digits of an estimate, in whole 万円 from ¥10,000 on.

    An amount that is at least `least` does not fall below it by rounding.
    """
    step = 10 ** max(len(str(amount)) - 2, 4 if amount >= 10_000 else 3)
    rounded = (amount + step // 2) // step * step
    if rounded < least <= amount:
        rounded = -(-amount // step) * step
    if _reader().is_japanese and rounded and rounded % 10_000 == 0:
        return f"{rounded // 10_000:,}万円"
    return show_yen(rounded)


def show_short_day(day: date) -> str:
    """11/24 or 24 Nov: for the marks of a chart."""
    return f"{day.month}/{day.day}" if _reader().is_japanese else f"{day.day} {MONTHS[day.month - 1]}"


def show_thousands(count: int) -> str:
    """1,192: a count in groups of three."""
    return f"{count:,}"


def show_number(value: Decimal | float, decimals: int) -> str:
    """65.8, to so many decimals."""
    return f"{value:.{decimals}f}".replace("-", "−")


def show_signed(value: Decimal | float, decimals: int) -> str:
    """+0.4 or −0.4; ±0.0 where nothing is left after rounding."""
    text = f"{value:+.{decimals}f}"
    return text.replace("-", "−") if float(text) else f"±{abs(value):.{decimals}f}"


def is_past(value: datetime | None) -> bool:
    """Whether an instant lies before this request."""
    return value is not None and value < _reader().now


def iso_day(value: date | datetime) -> str:
    """2026-11-24, for addresses and date inputs, on the studio's calendar."""
    return (value.astimezone(_reader().zone).date() if isinstance(value, datetime) else value).isoformat()


def iso_instant(value: datetime) -> str:
    """An instant for `datetime` attributes."""
    return value.astimezone(UTC).isoformat(timespec="seconds")


def days_from(day: date, count: int) -> date:
    """`count` days after a day."""
    return day + timedelta(days=count)


def own_name(row: object) -> str:
    """The name of a service, room, trainer, plan, source … in the reader's language."""
    return pick(language(), row.name_ja, row.name_en)  # type: ignore[attr-defined]


def either(ja: str | None, en: str | None) -> str:
    """One of two wordings, in the reader's language: for rows that carry several names."""
    return pick(language(), ja or "", en or "")


def honorific(name: str) -> str:
    """山田 花子 様 in Japanese; the plain name in English."""
    if name == ERASED:
        return _("Erased")
    return f"{name} 様" if _reader().is_japanese else name


def caution_pill(caution: str) -> Markup:
    """The mark of a person that everybody is to see (要確認, 出禁); nothing for those without."""
    words = {"CHECK": (_("Check first"), "yama"), "BARRED": (_("Barred"), "beni")}
    if caution not in words:
        return Markup()
    word, tone = words[caution]
    return Markup(' <span class="pill tone-{}">{}</span>').format(tone, word)


def init_app(app: Flask) -> None:
    """Make the filters known to templates."""
    app.jinja_env.filters.update(
        day=show_day,
        month=show_month,
        time=show_time,
        daytime=show_daytime,
        when=show_when,
        yen=show_yen,
        past=is_past,
        isoday=iso_day,
        instant=iso_instant,
        days_from=days_from,
        own_name=own_name,
        either=either,
        sama=honorific,
        phone=format_phone,
        caution=caution_pill,
        weekday=weekday,
        shortday=show_short_day,
        thousands=show_thousands,
        number=show_number,
        signed=show_signed,
        hand=label_word,
    )
