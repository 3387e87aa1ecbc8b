"""Pages about one month each: which months they have, the month in their address, and the way to another."""

from dataclasses import dataclass
from datetime import date

from flask import url_for

from backoffice.core.errors import NotFound
from backoffice.reports.periods import months_after
from blueprints.support.clock import today


@dataclass(frozen=True)
class NearMonths:
    """The months around this one that a page (`endpoint`, with a `month` in its address) can be asked for."""

    endpoint: str
    back: int
    ahead: int

    def read(self, text: str) -> date:
        """The first day of 2026-11. Raises `NotFound` for nonsense and for months that are far away."""
        try:
            first = date.fromisoformat(f"{text}-01")
        except ValueError as error:
            raise NotFound from error
        if not self._has(first):
            raise NotFound
        return first

    def link(self, first: date) -> str:
        """The page of a month; empty for one that is far away."""
        return url_for(self.endpoint, month=f"{first:%Y-%m}") if self._has(first) else ""

    def _has(self, first: date) -> bool:
        this = today().replace(day=1)
        return months_after(this, -self.back) <= first <= months_after(this, self.ahead)
