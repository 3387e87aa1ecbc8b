"""Kept, missed and cancelled late: the page, the bookings behind each of its numbers, and the same as a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from backoffice.reports import visits as figures
from backoffice.reports.visits import Became, VisitFilters, VisitGrouping, Visits
from backoffice.staff.permissions import Permission
from blueprints.reports.asked import Asked, read_asked, read_choice, read_number, read_text
from blueprints.reports.blueprint import reports
from blueprints.reports.charts import Bar, BarChart, Series, bar_chart
from blueprints.reports.frame import Box, report_page
from blueprints.reports.listing import Column, Listing, list_file, list_page
from blueprints.reports.named import service_box, service_names, trainer_box, trainer_names
from blueprints.reports.paging import PAGE, mark_after, read_after
from blueprints.support.access import permit
from blueprints.support.exports import yes_or_no
from blueprints.support.filters import honorific, show_day, show_daytime, show_month, weekday
from blueprints.support.studio import current_studio

A_MONDAY = date(2026, 1, 5)


@dataclass(frozen=True)
class VisitQuestion:
    """What the address asks: which bookings, in which rows, and (for the list) which number."""

    asked: Asked
    filters: VisitFilters
    grouping: VisitGrouping
    became: Became

    def row_address(self, key: str, became: Became) -> dict[str, str]:
        """Where the bookings behind one number of one row are listed."""
        if self.grouping == VisitGrouping.MONTH:
            return self.asked.address(**{"from": key[:7], "to": key[:7], "became": became.value})
        return self.asked.address(**{self.grouping.value: key, "became": became.value})


@reports.get("/reports/bookings")
@permit(Permission.REPORTS_VIEW)
def visits() -> ResponseReturnValue:
    """Rates of no-shows and late cancels, one row for each step of the chosen way to look at them."""
    question = visit_question()
    at = question.asked.counted.at
    rows = figures.visits_by(question.filters, question.grouping, now=at)
    compared = question.asked.compared
    row_name = row_namer(question.grouping)
    return report_page(
        "reports/visits.html",
        question.asked,
        _boxes(question.filters),
        table="reports.visits_table",
        question=question,
        rows=rows,
        total=figures.in_all(rows),
        before=compared and figures.visits_in_all(question.filters.only(period=compared), now=at),
        chart=_chart(rows, row_name),
        row_name=row_name,
        ways=_ways(question),
        group_name=visit_group_names()[question.grouping],
        Became=Became,
    )


@reports.get("/reports/bookings/list")
@permit(Permission.REPORTS_VIEW)
def visits_list() -> ResponseReturnValue:
    """Exactly the bookings behind a number, page by page."""
    question = visit_question()
    at = question.asked.counted.at
    rows = figures.visits_behind(
        question.filters, question.became, now=at, after=read_after(datetime), limit=PAGE + 1
    )
    total = figures.visits_in_all(question.filters, now=at)
    return list_page(
        Listing(
            asked=question.asked,
            address=question.asked.address(became=question.became.value),
            title=became_names()[question.became],
            columns=_columns(),
            rows=rows[:PAGE],
            total=getattr(total, question.became.value),
            after=mark_after(rows, lambda row: (row.starts_at, row.participant_id)),
            page_endpoint="reports.visits_list",
            file_endpoint="reports.visits_file",
        )
    )


@reports.get("/reports/bookings/list.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def visits_file(kind: str) -> ResponseReturnValue:
    """The same bookings as a file; that it was taken is recorded."""
    question = visit_question()
    at = question.asked.counted.at
    return list_file(
        "report",
        kind,
        _columns(),
        lambda: figures.all_visits_behind(question.filters, question.became, now=at),
        question.asked.address(became=question.became.value),
    )


def became_names() -> dict[Became, str]:
    """Which guests a number counts."""
    return {
        Became.ALL: _("All bookings"),
        Became.EXPECTED: _("Were expected"),
        Became.HELD: _("Came"),
        Became.NO_SHOW: _("No-show"),
        Became.LATE: _("Cancelled late"),
        Became.EARLY: _("Cancelled in time"),
        Became.BY_GYM: _("Cancelled by the gym"),
        Became.UNSAID: _("Nobody has said"),
    }


def visit_question() -> VisitQuestion:
    """Read the address; what makes no sense asks for all bookings of the last twelve months."""
    studio = current_studio()
    grouping = read_choice(VisitGrouping, "group", VisitGrouping.AHEAD)
    ahead, day, trainer_id = read_number("ahead"), read_number("weekday"), read_number("trainer")
    reminded = {"true": True, "false": False}.get(read_text("reminder") or "")
    own = {
        "group": grouping.value,
        "service": read_text("service"),
        "trainer": None if trainer_id is None else str(trainer_id),
        "ahead": str(ahead) if ahead in figures.AHEAD else None,
        "weekday": str(day) if day in range(7) else None,
        "reminder": None if reminded is None else str(reminded).lower(),
    }
    asked = read_asked("reports.visits", own, of_visits=True)
    filters = VisitFilters(
        studio.id, studio.zone, asked.period, own["service"], trainer_id,
        day if own["weekday"] else None, ahead if own["ahead"] else None, reminded, asked.counted.is_kept,
    )  # fmt: skip
    return VisitQuestion(asked, filters, grouping, read_choice(Became, "became", Became.ALL))


def _boxes(filters: VisitFilters) -> list[Box]:
    steps = [(str(first), _ahead_words(first)) for first in figures.AHEAD]
    ahead = "" if filters.ahead is None else str(filters.ahead)
    return [
        Box("ahead", _("Booked ahead"), steps, ahead, _("all")),
        service_box(filters.service),
        trainer_box(filters.trainer_id),
    ]


def _ways(question: VisitQuestion) -> list[tuple[str, str, bool]]:
    return [
        (question.asked.url(group=grouping.value), word, grouping == question.grouping)
        for grouping, word in visit_group_names().items()
    ]


def visit_group_names() -> dict[VisitGrouping, str]:
    """What a row of the table stands for."""
    return {
        VisitGrouping.AHEAD: _("Booked ahead"),
        VisitGrouping.REMINDER: _("Reminder"),
        VisitGrouping.WEEKDAY: _("Weekday"),
        VisitGrouping.SERVICE: _("Service"),
        VisitGrouping.MONTH: _("Month"),
        VisitGrouping.TRAINER: _("Trainer"),
    }


def row_namer(grouping: VisitGrouping) -> Callable[[str], str]:
    """What the row of a key is called."""
    if grouping == VisitGrouping.TRAINER:
        trainers = {str(number): name for number, name in trainer_names().items()}
        return lambda key: trainers.get(key, key)
    if grouping == VisitGrouping.SERVICE:
        kinds = service_names()
        return lambda key: kinds.get(key, key)
    names: dict[VisitGrouping, Callable[[str], str]] = {
        VisitGrouping.AHEAD: lambda key: _ahead_words(int(key)),
        VisitGrouping.REMINDER: lambda key: (
            _("With a reminder") if key == "true" else _("Without a reminder")
        ),
        VisitGrouping.WEEKDAY: lambda key: weekday(A_MONDAY + timedelta(days=int(key))),
        VisitGrouping.MONTH: lambda key: show_month(date.fromisoformat(key)),
    }
    return names[grouping]


def _ahead_words(first: int) -> str:
    last = figures.days_ahead(first)
    if first == 0:
        return _("the same day")
    if last is None:
        return _("%(first)s days and more", first=first)
    if last == first:
        return ngettext("%(num)s day", "%(num)s days", first)
    return _("%(first)s to %(last)s days", first=first, last=last)


def _chart(rows: list[Visits], row_name: Callable[[str], str]) -> BarChart | None:
    """Both shares stacked: who was expected and did not come. Rows with too few have none."""
    bars = [
        Bar(
            row_name(row.key),
            [100 * (row.share(row.no_show) or 0), 100 * (row.share(row.late) or 0)],
        )
        for row in rows
    ]
    names = became_names()
    series = [Series(names[Became.NO_SHOW], "beni"), Series(names[Became.LATE], "kaki")]
    return bar_chart(bars, series, says=lambda value: f"{value:.0f}%")


def _columns() -> list[Column]:
    trainers, kinds, outcomes = trainer_names(), service_names(), became_names()
    return [
        Column(
            _("Name"), lambda row: row.name, lambda row: honorific(row.name),
            url=lambda row: url_for("desk.show", booking_id=row.booking_id),
        ),
        Column(_("Person number"), lambda row: row.person_id, on_page=False),
        Column(_("Time"), lambda row: row.starts_at, lambda row: show_daytime(row.starts_at)),
        Column(_("Booked on"), lambda row: row.booked_at, lambda row: show_day(row.booked_at)),
        Column(_("Service"), lambda row: kinds.get(row.service, row.service)),
        Column(_("Trainer"), lambda row: trainers.get(row.trainer_id, "")),
        Column(_("Reminder"), lambda row: yes_or_no(row.reminded)),
        Column(_("Outcome"), lambda row: outcomes[Became(row.outcome)]),
    ]  # fmt: skip
