"""The page about trainers, the clients and sessions behind its numbers, and the same as a file."""

from collections.abc import Callable

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.reports import trainers as figures
from backoffice.reports.entries import Basis, Filters
from backoffice.reports.maturity import maturity
from backoffice.reports.periods import Period
from backoffice.reports.trainers import Number
from backoffice.staff import trainers as staff
from backoffice.staff.permissions import Permission
from blueprints.reports import words
from blueprints.reports.asked import Asked, read_asked, read_choice, read_number
from blueprints.reports.blueprint import reports
from blueprints.reports.frame import report_page
from blueprints.reports.listing import Column, Listing, list_file, list_page
from blueprints.support.access import permit
from blueprints.support.filters import honorific, own_name, show_daytime
from blueprints.support.studio import current_studio

PAGE = 50


@reports.get("/reports/trainers")
@permit(Permission.REPORTS_VIEW)
def trainers() -> ResponseReturnValue:
    """One line for each trainer, in the gym's own order: nobody is ranked."""
    asked = trainers_asked()
    names, rows = known_lines(asked)
    return report_page(
        "reports/trainers.html",
        asked,
        table="reports.trainers_table",
        rows=rows,
        names=names,
        before=asked.compared and _before(asked, asked.compared, names),
        against=words.against_words(),
        knows_who_stayed=figures.months_known(asked.period),
        behind=_behind(asked),
        Number=Number,
    )


@reports.get("/reports/trainers/rows")
@permit(Permission.REPORTS_VIEW)
def trainer_rows() -> ResponseReturnValue:
    """Exactly the clients or sessions behind a number."""
    asked, number = trainers_asked(), _number()
    filters, at, trainer_id = _filters(asked), asked.counted.at, read_number("trainer") or 0
    rows = figures.behind(
        number, trainer_id, filters, after=read_number("after") or 0, limit=PAGE + 1, now=at
    )
    return list_page(
        Listing(
            asked=asked,
            address=asked.address(number=number.value, trainer=trainer_id),
            title=f"{_names().get(trainer_id, '')} · {words.number_names()[number]}",
            columns=_columns(number),
            rows=rows[:PAGE],
            total=figures.counts(number, filters, now=at).get(trainer_id, 0),
            after=str(rows[PAGE - 1].id) if len(rows) > PAGE else None,
            page_endpoint="reports.trainer_rows",
            file_endpoint="reports.trainer_file",
        )
    )


@reports.get("/reports/trainers/rows.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def trainer_file(kind: str) -> ResponseReturnValue:
    """The same rows as a file; that it was taken is recorded."""
    asked, number = trainers_asked(), _number()
    filters, at, trainer_id = _filters(asked), asked.counted.at, read_number("trainer") or 0
    return list_file(
        "trainers",
        kind,
        _columns(number),
        lambda: figures.everything_behind(number, trainer_id, filters, now=at),
        asked.address(number=number.value, trainer=trainer_id),
    )


def trainers_asked() -> Asked:
    """The months the page is about."""
    return read_asked("reports.trainers", {}, of_visits=True)


def _filters(asked: Asked) -> Filters:
    studio = current_studio()
    return Filters(studio.id, studio.zone, asked.period, Basis.TRIAL, is_kept=asked.counted.is_kept)


def known_lines(asked: Asked) -> tuple[dict[int, str], list[figures.TrainerLine]]:
    """Names in the gym's own order, and a line for each."""
    filters, at = _filters(asked), asked.counted.at
    names = _names()
    young = maturity(filters, now=at)
    return names, figures.trainer_lines(filters, list(names), maturity=young, now=at)


def _before(asked: Asked, months: Period, names: dict[int, str]) -> dict[int, figures.TrainerLine]:
    """The same trainers in the months compared with."""
    filters, at = _filters(asked).only(period=months), asked.counted.at
    lines = figures.trainer_lines(filters, list(names), maturity=maturity(filters, now=at), now=at)
    return {line.trainer_id: line for line in lines}


def _number() -> Number:
    return read_choice(Number, "number", Number.HELD)


def _names() -> dict[int, str]:
    return {one.id: own_name(one) for one in staff.trainers(current_studio().id)}


def _behind(asked: Asked) -> Callable[[figures.TrainerLine, Number], str]:
    def address(line: figures.TrainerLine, number: Number) -> str:
        parameters = asked.address(number=number.value, trainer=line.trainer_id)
        return url_for("reports.trainer_rows", **parameters)  # type: ignore[arg-type]

    return address


def _columns(number: Number) -> list[Column]:
    is_session = number in {Number.HELD, Number.IN_TIME}
    columns = [
        Column(_("Person number"), lambda row: row.person_id, on_page=False),
        Column(
            _("Name"),
            lambda row: row.name,
            lambda row: honorific(row.name),
            url=lambda row: url_for("people.show", person_id=row.person_id),
        ),
        Column(
            _("End of the session") if is_session else _("Last session before the period"),
            lambda row: row.at,
            lambda row: show_daytime(row.at),
        ),
    ]
    if is_session:
        columns.append(
            Column(_("Written up"), lambda row: row.saved_at, lambda row: show_daytime(row.saved_at))
        )
    return columns
