"""The list behind a number and the same list as a file: one set of columns for both, so they cannot disagree."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from backoffice.core.tables.writing import Row
from blueprints.reports.asked import Asked
from blueprints.reports.catalogue import title_of
from blueprints.support.exports import hand_out


@dataclass(frozen=True)
class Column:
    """A column of a list. `cell` gives what a file holds, `shown` what the page says (the same unless given).

    `url` makes it a link. A column without `on_page` stands in the file only.
    """

    label: str
    cell: Callable[[Any], Any]
    shown: Callable[[Any], Any] | None = None
    url: Callable[[Any], str] | None = None
    on_page: bool = True

    def says(self, row: Any) -> Any:
        """What stands on the page; a dash where nothing is known."""
        said = (self.shown or self.cell)(row)
        return "–" if said is None or said == "" else said


@dataclass(frozen=True)
class Listing:
    """One page of the rows a number counts: `total` is the number, `after` marks where the next page begins."""

    asked: Asked
    address: Mapping[str, str]
    title: str
    columns: Sequence[Column]
    rows: Sequence[Any]
    total: int
    after: str | None
    page_endpoint: str
    file_endpoint: str

    @property
    def more_url(self) -> str | None:
        """The next page, if there is one."""
        if self.after is None:
            return None
        return url_for(self.page_endpoint, **{**self.address, "after": self.after})  # type: ignore[arg-type]

    @property
    def back_words(self) -> str:
        """Where the page leads back to."""
        return _("Back to “%(page)s”", page=_(title_of(self.asked.endpoint)))

    @property
    def shown_columns(self) -> list[Column]:
        """Those that stand on the page."""
        return [column for column in self.columns if column.on_page]


def in_percent(share: float | None) -> float | None:
    """0.384 as 38.4, as a number that a spreadsheet goes on reckoning with; nothing where no share is shown."""
    return None if share is None else round(100 * share, 1)


def list_page(listing: Listing) -> str:
    """The page of a list; the export button leads to the same question as a file."""
    return render_template("reports/list.html", listing=listing)


def list_file(
    what: str,
    kind: str,
    columns: Sequence[Column],
    rows: Callable[[], Iterable[Any]],
    asked: Mapping[str, object],
) -> Response:
    """All rows as CSV or Excel, recorded with what was asked."""

    def cells() -> Iterable[Row]:
        return ([column.cell(row) for column in columns] for row in rows())

    return hand_out(what, kind, [column.label for column in columns], cells, asked)
