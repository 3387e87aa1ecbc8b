"""What sources and articles brought, what sources cost. The funnel lists the people behind each number."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.language import N_
from backoffice.leads.queries import all_sources
from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.funnel import Cohort, cohorts_and_total
from backoffice.reports.maturity import maturity
from backoffice.reports.members import Standing
from backoffice.reports.periods import Period
from backoffice.reports.sources import NO_ENQUIRY, Brought, SourceLine, brought
from backoffice.staff.permissions import Permission
from blueprints.reports.asked import Asked, read_asked, read_choice
from blueprints.reports.blueprint import reports
from blueprints.reports.charts import Bar, Series, SideBars, side_bars
from blueprints.reports.costs import MONTHS
from blueprints.reports.frame import report_page
from blueprints.reports.listing import Column, list_file
from blueprints.reports.question import NONE
from blueprints.support.access import permit
from blueprints.support.filters import own_name, show_yen
from blueprints.support.studio import current_studio

_COSTS: tuple[tuple[str, Callable[[SourceLine], int | None]], ...] = (
    (N_("Cost (yen)"), lambda row: row.cost_yen),
    (N_("Cost for each enquiry (yen)"), lambda row: row.cost_per_enquiry),
    (N_("Cost for each who joined (yen)"), lambda row: row.cost_per_join),
)
MOST_BARS = 12
BY = (Grouping.SOURCE, Grouping.ARTICLE)


@reports.get("/reports/sources")
@permit(Permission.REPORTS_VIEW)
def sources() -> ResponseReturnValue:
    """One line for each source, or for each article."""
    grouping = _grouping()
    asked = _asked(grouping)
    before = None if asked.compared is None else _before(asked, asked.compared, grouping)
    together = _brought(asked, grouping, also=before.by_key if before else ())
    name = _name(grouping)
    return report_page(
        "reports/sources.html",
        asked,
        table="reports.sources_file",
        rows=[(row, name(row), NONE if row.cohort.key == "" else row.cohort.key) for row in together.lines],
        together=together,
        chart=_chart(together.lines, name),
        before=before,
        without_url=url_for(
            "reports.members_list", **asked.address(group=None, standing=Standing.NO_ENQUIRY.value)
        ),
        grouping=grouping,
        Grouping=Grouping,
        costs_url=MONTHS.link(asked.period.last) or url_for("reports.costs"),
    )


@reports.get("/reports/sources.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def sources_file(kind: str) -> ResponseReturnValue:
    """The table as a file; that it was taken is recorded."""
    grouping = _grouping()
    asked = _asked(grouping)
    return list_file(
        "sources", kind, _columns(grouping), lambda: _all_lines(asked, grouping), asked.address()
    )


def _asked(grouping: Grouping) -> Asked:
    return read_asked("reports.sources", {"group": grouping.value}, of_visits=True)


def _grouping() -> Grouping:
    grouping = read_choice(Grouping, "group", Grouping.SOURCE)
    return grouping if grouping in BY else Grouping.SOURCE


def _all_lines(asked: Asked, grouping: Grouping) -> list[SourceLine]:
    """With those of whom no enquiry is known, so that the file sums to all who joined."""
    found = _brought(asked, grouping)
    return [*found.lines, *([found.without] if found.without.cohort.joined else [])]


def _brought(asked: Asked, grouping: Grouping, *, also: Collection[str] = ()) -> Brought:
    filters, at = _filters(asked), asked.counted.at
    return brought(filters, grouping, also=also, maturity=maturity(filters, now=at), now=at)


class _Before(NamedTuple):
    """The months compared with: the cohort of each source that brought somebody then, and of all."""

    by_key: dict[str, Cohort]
    total: Cohort


def _before(asked: Asked, months: Period, grouping: Grouping) -> _Before:
    filters, at = _filters(asked).only(period=months), asked.counted.at
    rows, total = cohorts_and_total(filters, grouping, maturity=maturity(filters, now=at), now=at)
    return _Before({row.key: row for row in rows}, total)


def _chart(rows: list[SourceLine], name: Callable[[SourceLine], str]) -> SideBars | None:
    """What became of those who enquired, for the sources that brought most."""
    series = [
        Series(_("Joined"), "matsu"),
        Series(_("Still open"), "yama"),
        Series(_("Not this time"), "nezu"),
    ]
    shown = [row for row in rows if row.cohort.people][:MOST_BARS]
    return side_bars(
        [Bar(name(row), (row.cohort.joined, row.cohort.open, row.cohort.lost)) for row in shown], series
    )


def _filters(asked: Asked) -> Filters:
    studio = current_studio()
    return Filters(studio.id, studio.zone, asked.period, Basis.ENQUIRY, is_kept=asked.counted.is_kept)


def _name(grouping: Grouping) -> Callable[[SourceLine], str]:
    names = {one.key: own_name(one) for one in all_sources()} if grouping == Grouping.SOURCE else {}
    names[NO_ENQUIRY] = _("no enquiry known")
    return lambda row: names.get(row.cohort.key, row.cohort.key) or _("none")


def _columns(grouping: Grouping) -> list[Column]:
    name, costs = _name(grouping), _COSTS if grouping == Grouping.SOURCE else ()
    return [
        Column(_("Source") if grouping == Grouping.SOURCE else _("Article"), name),
        Column(_("Enquiries"), lambda row: row.cohort.people),
        Column(_("Trial held"), lambda row: row.cohort.trialled),
        Column(_("Joined"), lambda row: row.cohort.joined),
        Column(_("Still open"), lambda row: row.cohort.open),
        Column(_("Median days to joining"), lambda row: row.cohort.days_to_join),
        Column(
            _("Received to date (yen)"), lambda row: row.received_yen, lambda row: show_yen(row.received_yen)
        ),
        *(Column(_(label), cell) for label, cell in costs),
    ]
