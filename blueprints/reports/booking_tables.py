"""The tables about bookings and hours as files, row by row as the pages show them."""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_babel import gettext as _

from backoffice.reports import utilisation
from backoffice.reports import visits as figures
from backoffice.reports.visits import Became, VisitGrouping
from backoffice.staff.permissions import Permission
from blueprints.reports.blueprint import reports
from blueprints.reports.hours import day_name, hour_question
from blueprints.reports.listing import Column, in_percent, list_file
from blueprints.reports.named import trainer_names
from blueprints.reports.visits import became_names, row_namer, visit_group_names, visit_question
from blueprints.support.access import permit
from blueprints.support.studio import current_studio


@reports.get("/reports/bookings.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def visits_table(kind: str) -> Response:
    """Kept, missed and cancelled late, a row for each step of the chosen way to look at them."""
    question = visit_question()
    at = question.asked.counted.at
    return list_file(
        "bookings",
        kind,
        _visit_columns(question.grouping),
        lambda: figures.visits_by(question.filters, question.grouping, now=at),
        question.asked.address(),
    )


@reports.get("/reports/hours.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def hours_table(kind: str) -> Response:
    """Hours by trainer."""
    question, studio, names = hour_question(), current_studio(), trainer_names()
    at = question.asked.counted.at
    columns = [
        Column(_("Trainer"), lambda row: names.get(row[0], "")),
        *_time_columns(lambda row: row[1]),
    ]
    rows = lambda: utilisation.used(studio, question.filters, now=at).by_trainer().items()  # noqa: E731
    return list_file("hours", kind, columns, rows, question.asked.address())


@reports.get("/reports/hours/cells.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def hour_cells_table(kind: str) -> Response:
    """What both heat maps are made of: a row for each trainer, weekday and hour."""
    question, studio, names = hour_question(), current_studio(), trainer_names()
    at = question.asked.counted.at
    columns = [
        Column(_("Trainer"), lambda row: names.get(row[0][0], "")),
        Column(_("Weekday"), lambda row: day_name(row[0][1])),
        Column(_("Hour"), lambda row: row[0][2]),
        *_time_columns(lambda row: row[1]),
    ]
    rows = lambda: utilisation.used(studio, question.filters, now=at).cells.items()  # noqa: E731
    return list_file("hours", kind, columns, rows, question.asked.address(table="cells"))


def _visit_columns(grouping: VisitGrouping) -> list[Column]:
    names, became = row_namer(grouping), became_names()

    def rated(one: Became) -> list[Column]:
        def bound(row: figures.Visits, side: int) -> float | None:
            interval = row.interval(getattr(row, one.value))
            return in_percent(interval and interval[side])

        return [
            _count(one, became[one]),
            Column(
                _("%(what)s (percent of expected)", what=became[one]),
                lambda row: in_percent(row.share(getattr(row, one.value))),
            ),
            Column(_("95 percent interval from"), lambda row: bound(row, 0)),
            Column(_("95 percent interval to"), lambda row: bound(row, 1)),
        ]

    return [
        Column(visit_group_names()[grouping], lambda row: names(row.key)),
        _count(Became.EXPECTED, became[Became.EXPECTED]),
        _count(Became.HELD, became[Became.HELD]),
        *rated(Became.NO_SHOW),
        *rated(Became.LATE),
        *(_count(one, became[one]) for one in (Became.EARLY, Became.BY_GYM, Became.UNSAID)),
    ]


def _count(one: Became, words: str) -> Column:
    return Column(words, lambda row: getattr(row, one.value))


def _time_columns(time: Callable[[Any], utilisation.Time]) -> list[Column]:
    return [
        Column(_("Hours that could be sold"), lambda row: round(time(row).sellable / 60, 2)),
        Column(_("Hours sold"), lambda row: round(time(row).sold / 60, 2)),
        Column(_("Share (percent)"), lambda row: in_percent(time(row).share)),
    ]
