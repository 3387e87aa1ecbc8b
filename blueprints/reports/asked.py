"""What every report is asked, read from its address and written back into links: months, comparison, own filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import request, url_for
from flask_babel import gettext as _

from backoffice.reports.kept import Counted, counted
from backoffice.reports.periods import Comparison, Period, Preset, period, preset
from blueprints.support.clock import now, today
from blueprints.support.filters import show_month

Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_TEXT = 200


@dataclass(frozen=True)
class Asked:
    """Which report, over which months, beside which others; `own` are its filters as they stand in the address.

    `counted` says when: now, or the moment at which visits were kept.
    """

    endpoint: str
    period: Period
    comparison: Comparison
    counted: Counted
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def compared(self) -> Period | None:
        """The months to compare with, if any."""
        return self.period.compared(self.comparison)

    def address(self, **changes: object) -> dict[str, str]:
        """Query parameters that ask the same with `changes`; None leaves a parameter out."""
        values: dict[str, object | None] = {
            "from": f"{self.period.first:%Y-%m}",
            "to": f"{self.period.last:%Y-%m}",
            "compare": None if self.comparison == Comparison.NOTHING else self.comparison.value,
            **self.own,
            **changes,
        }
        return {name: str(value) for name, value in values.items() if value is not None}

    def url(self, **changes: object) -> str:
        """The page of the report, asked the same with `changes`."""
        return url_for(self.endpoint, **self.address(**changes))  # type: ignore[arg-type]

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """Periods asked for every week: words, address, whether it is the one shown."""
        meant = {kind: preset(kind, today()) for kind in Preset}
        return [
            (words, self.url(**month_range(meant[kind])), meant[kind] == self.period)
            for kind, words in preset_names().items()
        ]


def read_asked(endpoint: str, own: Mapping[str, str | None], *, of_visits: bool = False) -> Asked:
    """Read months and comparison from the address; what makes no sense falls back to the last twelve months.

    A report `of_visits` reads them as they were kept where that is done, one statement more.
    """
    usual = preset(Preset.TWELVE_MONTHS, today())
    return Asked(
        endpoint,
        period(read_month("from", usual.first), read_month("to", usual.last)),
        read_choice(Comparison, "compare", Comparison.NOTHING),
        counted(now()) if of_visits else Counted(now()),
        {name: value for name, value in own.items() if value is not None},
    )


def month_range(months: Period) -> dict[str, str]:
    """The parameters that ask for these months."""
    return {"from": f"{months.first:%Y-%m}", "to": f"{months.last:%Y-%m}"}


def read_choice(kind: type[Choice], name: str, default: Choice) -> Choice:
    """One of the values of an enum, or the default."""
    try:
        return kind(request.args.get(name))
    except ValueError:
        return default


def read_text(name: str) -> str | None:
    """A short text; None when it is missing or empty."""
    return (request.args.get(name) or "")[:LONGEST_TEXT].replace("\x00", "") or None


def read_number(name: str) -> int | None:
    """A number that may be an id; None when it is none."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None


def read_month(name: str, default: date) -> date:
    """The first day of a month written as 2026-11."""
    try:
        month = date.fromisoformat(f"{request.args.get(name, '')[:7]}-01")
    except ValueError:
        return default
    return month if 2000 <= month.year <= 2100 else default


def show_period(months: Period) -> str:
    """2026年9月 – 2026年11月; one month alone."""
    if months.first == months.last:
        return show_month(months.first)
    return f"{show_month(months.first)} – {show_month(months.last)}"


def preset_names() -> dict[Preset, str]:
    """Periods asked for every week."""
    return {
        Preset.THIS_MONTH: _("This month"),
        Preset.LAST_MONTH: _("Last month"),
        Preset.THREE_MONTHS: _("3 months"),
        Preset.TWELVE_MONTHS: _("12 months"),
        Preset.BUSINESS_YEAR: _("Business year (from April)"),
    }


def comparison_names() -> dict[Comparison, str]:
    """Beside what the numbers are put."""
    return {
        Comparison.NOTHING: _("nothing"),
        Comparison.BEFORE: _("the months before"),
        Comparison.YEAR: _("a year earlier"),
    }
