"""Members: who joined and left by month, 入会月別の継続率, the people behind each number, and the same as a file."""

from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.reports import members as figures
from backoffice.reports.members import MemberFilters, MemberMonth, Standing
from backoffice.reports.retention import JoinMonth, average, retention
from backoffice.staff.permissions import Permission
from blueprints.reports.asked import Asked, read_asked, read_choice, read_number
from blueprints.reports.blueprint import reports
from blueprints.reports.charts import Bar, BarChart, Line, LineChart, Series, bar_chart, line_chart
from blueprints.reports.frame import report_page
from blueprints.reports.heat import LEVELS, Heat, HeatCell, HeatRow, share_cell
from blueprints.reports.listing import Column, Listing, list_file, list_page
from blueprints.reports.named import trainer_box, trainer_names
from blueprints.reports.paging import PAGE, mark_after, read_after
from blueprints.support.access import permit
from blueprints.support.clock import today
from blueprints.support.filters import honorific, show_day, show_month, show_short_month
from blueprints.support.studio import current_studio


@dataclass(frozen=True)
class MemberQuestion:
    """What the address asks: whose members, over which months, and (for the list) which number."""

    asked: Asked
    filters: MemberFilters
    standing: Standing

    def url(self, standing: Standing, **changes: object) -> str:
        """The people behind one number."""
        address = self.asked.address(standing=standing.value, **changes)
        return url_for("reports.members_list", **address)  # type: ignore[arg-type]

    def of_month(self, month: date, standing: Standing, **changes: object) -> str:
        """The people behind one number of one month."""
        return self.url(standing, **{"from": f"{month:%Y-%m}", "to": f"{month:%Y-%m}", **changes})


@reports.get("/reports/members")
@permit(Permission.REPORTS_VIEW)
def members() -> ResponseReturnValue:
    """Joined, left, net and members by month; below it how many of each join month are still here."""
    question = member_question()
    months = figures.member_months(question.filters)
    cohorts = retention(question.filters, today=today())
    compared = question.asked.compared
    return report_page(
        "reports/members.html",
        question.asked,
        [trainer_box(question.filters.trainer_id)],
        table="reports.members_table",
        question=question,
        months=months,
        total=figures.in_all(months),
        before=compared and figures.in_all(figures.member_months(question.filters.only(period=compared))),
        chart=_chart(months),
        curve=_curve(cohorts),
        triangle=_triangle(question, cohorts),
        Standing=Standing,
    )


@reports.get("/reports/members/list")
@permit(Permission.REPORTS_VIEW)
def members_list() -> ResponseReturnValue:
    """Exactly the members behind a number, page by page."""
    question = member_question()
    rows = figures.members_behind(question.filters, question.standing, after=read_after(date), limit=PAGE + 1)
    return list_page(
        Listing(
            asked=question.asked,
            address=question.asked.address(standing=question.standing.value),
            title=_standing_names(question.filters.stayed)[question.standing],
            columns=_columns(),
            rows=rows[:PAGE],
            total=figures.count_members(question.filters, question.standing),
            after=mark_after(rows, lambda row: (row.joined_on, row.person_id)),
            page_endpoint="reports.members_list",
            file_endpoint="reports.members_file",
        )
    )


@reports.get("/reports/members/list.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def members_file(kind: str) -> ResponseReturnValue:
    """The same members as a file; that it was taken is recorded."""
    question = member_question()
    return list_file(
        "report",
        kind,
        _columns(),
        lambda: figures.all_members_behind(question.filters, question.standing),
        question.asked.address(standing=question.standing.value),
    )


def member_question() -> MemberQuestion:
    """Read the address; what makes no sense asks for everybody over the last twelve months."""
    trainer_id, stayed = read_number("trainer"), read_number("stayed")
    asked = read_asked(
        "reports.members",
        {
            "trainer": None if trainer_id is None else str(trainer_id),
            "stayed": None if stayed is None else str(min(stayed, figures.MOST_MONTHS)),
        },
    )
    months = min(stayed or 0, figures.MOST_MONTHS)
    filters = MemberFilters(current_studio().id, asked.period, trainer_id, months)
    return MemberQuestion(asked, filters, read_choice(Standing, "standing", Standing.MEMBERS))


def _standing_names(stayed: int) -> dict[Standing, str]:
    return {
        Standing.JOINED: _("Joined"),
        Standing.LEFT: _("Left"),
        Standing.MEMBERS: _("Members at the end"),
        Standing.FROZEN: _("Frozen at the end"),
        Standing.NO_ENQUIRY: _("Joined without a known enquiry"),
        Standing.STAYED: _("Still members after %(months)s months", months=stayed),
    }


def _chart(months: list[MemberMonth]) -> BarChart | None:
    """Members at the end of each month."""
    bars = [Bar(show_short_month(row.month), (row.members,)) for row in months]
    return bar_chart(bars, [Series(_("Members"), "ai")])


def _curve(cohorts: list[JoinMonth]) -> LineChart | None:
    """The share that stayed, all those join months together."""
    points = [(0.0, 1.0), *((float(number + 1), share) for number, share in enumerate(average(cohorts)))]
    line = Line(Series(_("Still members"), "matsu"), points)
    along = [(float(number), _("%(months)s mo.", months=number)) for number in range(len(points))]
    return (
        line_chart([line], along, says=lambda share: f"{100 * share:.0f}%", top=1.0) if points[1:] else None
    )


def _triangle(question: MemberQuestion, cohorts: list[JoinMonth]) -> Heat | None:
    """One row per join month, one column per month after it."""
    width = max((len(row.stayed) for row in cohorts), default=0)
    rows = [
        HeatRow(
            _("%(month)s: %(joined)s joined", month=show_month(row.month), joined=row.joined),
            [
                *(_cell(question, row, number) for number in range(len(row.stayed))),
                *(HeatCell("") for _number in range(width - len(row.stayed))),
            ],
        )
        for row in cohorts
    ]
    columns = [_("%(months)s mo.", months=number) for number in range(width)]
    return Heat(_("Joined in"), columns, rows) if width else None


def _cell(question: MemberQuestion, row: JoinMonth, number: int) -> HeatCell:
    """The share; the count alone where few joined."""
    url = question.of_month(row.month, Standing.STAYED, stayed=number) if row.stayed[number] else ""
    share = row.share(number)
    if share is not None:
        return share_cell(share, url)
    return HeatCell(str(row.stayed[number]), round(LEVELS * row.stayed[number] / row.joined), url)


def _columns() -> list[Column]:
    trainers = trainer_names()
    return [
        Column(
            _("Name"), lambda row: row.name, lambda row: honorific(row.name),
            url=lambda row: url_for("people.show", person_id=row.person_id),
        ),
        Column(_("Person number"), lambda row: row.person_id, on_page=False),
        Column(_("Member number"), lambda row: row.member_number),
        Column(_("Joined"), lambda row: row.joined_on, lambda row: show_day(row.joined_on)),
        Column(_("Last day"), lambda row: row.left_on, lambda row: show_day(row.left_on)),
        Column(_("Trainer"), lambda row: trainers.get(row.trainer_id, "")),
    ]  # fmt: skip
