"""The funnel page, the people behind each of its numbers, and the same people as a file."""

from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.leads.queries import sources
from backoffice.reports import funnel as figures
from backoffice.reports.entries import Basis, Grouping
from backoffice.reports.funnel import PersonBehind
from backoffice.reports.maturity import maturity
from backoffice.reports.time_to_join import seen_days
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import services
from blueprints.reports import words
from blueprints.reports.blueprint import reports
from blueprints.reports.charts import Bar, BarChart, Series, bar_chart
from blueprints.reports.curve import time_to_join
from blueprints.reports.frame import Box, report_page
from blueprints.reports.listing import Column, Listing, list_file, list_page
from blueprints.reports.question import NONE, Question, read_question
from blueprints.support.access import permit
from blueprints.support.filters import honorific, own_name, show_day, show_month, show_short_month
from blueprints.support.studio import current_studio

PAGE = 50


@reports.get("/reports/funnel")
@permit(Permission.REPORTS_VIEW)
def funnel() -> ResponseReturnValue:
    """The funnel: one row per month (or source, article, trainer, service)."""
    question = read_question()
    at = question.asked.counted.at
    filters, names, compared = question.filters, known_names(), question.asked.compared
    young = maturity(filters, now=at)
    rows, total = figures.cohorts_and_total(filters, question.grouping, maturity=young, now=at)
    return report_page(
        "reports/funnel.html",
        question.asked,
        _boxes(question, names),
        table="reports.funnel_table",
        question=question,
        rows=rows,
        total=total,
        before=compared and figures.total(filters.only(period=compared), maturity=young, now=at),
        chart=_chart(question, rows),
        curve=time_to_join(seen_days(filters, now=at)),
        maturity=young,
        row_name=lambda key: row_name(question.grouping, key, names),
        group_names=words.group_names(),
        basis_names=words.basis_names(),
        Bucket=figures.Bucket,
        Basis=Basis,
    )


@reports.get("/reports/funnel/people")
@permit(Permission.REPORTS_VIEW)
def funnel_people() -> ResponseReturnValue:
    """Exactly the people behind a number, page by page."""
    question = read_question()
    at = question.asked.counted.at
    rows = figures.people_behind(question.filters, question.bucket, after=_after(), limit=PAGE + 1, now=at)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return list_page(
        Listing(
            asked=question.asked,
            address=question.address(bucket=question.bucket.value),
            title=words.bucket_names()[question.bucket],
            columns=_columns(),
            rows=rows[:PAGE],
            total=figures.number_of(question.filters, question.bucket, now=at),
            after=None if last is None else f"{last.month.isoformat()}.{last.person_id}",
            page_endpoint="reports.funnel_people",
            file_endpoint="reports.funnel_file",
        )
    )


@reports.get("/reports/funnel/people.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def funnel_file(kind: str) -> ResponseReturnValue:
    """The same people as a file; that it was taken is recorded."""
    question = read_question()
    at = question.asked.counted.at
    return list_file(
        "report",
        kind,
        _columns(),
        lambda: figures.everybody_behind(question.filters, question.bucket, now=at),
        question.address(bucket=question.bucket.value),
    )


def _chart(question: Question, rows: list[figures.Cohort]) -> BarChart | None:
    """What became of each month's people; other groups stand in the table alone."""
    if question.grouping != Grouping.MONTH:
        return None
    by_month = {row.key: row for row in rows}
    found = [(month, by_month.get(month.isoformat())) for month in question.filters.period.months]
    return bar_chart(
        [
            Bar(show_short_month(month), (row.joined, row.open, row.lost) if row else (0, 0, 0))
            for month, row in found
        ],
        [Series(_("Joined"), "matsu"), Series(_("Still open"), "yama"), Series(_("Not this time"), "nezu")],
    )


def _after() -> tuple[date, int] | None:
    month, _dot, person_id = request.args.get("after", "")[:40].partition(".")
    try:
        return date.fromisoformat(month), int(person_id)
    except ValueError:
        return None


def known_names() -> dict[str, dict[str, str]]:
    """Names of sources, trainers and services by key, in the reader's language."""
    studio = current_studio()
    return {
        "source": {source.key: own_name(source) for source in sources()},
        "trainer": {str(trainer.id): own_name(trainer) for trainer in trainers(studio.id)},
        "service": {service.slug: own_name(service) for service in services(studio.id)},
    }


def _boxes(question: Question, names: dict[str, dict[str, str]]) -> list[Box]:
    """The filters of the funnel."""
    chosen, nobody, everything = question.asked.own, (NONE, _("none")), _("all")
    articles = [(article, article) for article in figures.articles(question.filters)]
    groups = [(grouping.value, word) for grouping, word in words.group_names().items()]
    found = {
        "source": (_("Source"), [*names["source"].items()]),
        "article": (_("Article"), [nobody, *articles]),
        "trainer": (_("Trainer"), [nobody, *names["trainer"].items()]),
        "service": (_("Service"), [*names["service"].items()]),
    }
    return [
        Box("group", _("A row for each"), groups, question.grouping.value),
        *(
            Box(name, label, options, chosen.get(name, ""), everything)
            for name, (label, options) in found.items()
        ),
    ]


def row_name(grouping: Grouping, key: str, names: dict[str, dict[str, str]]) -> str:
    """What a row stands for: a month, or the name of a source, trainer or service."""
    if grouping == Grouping.MONTH:
        return show_month(date.fromisoformat(key))
    if key in {"", "0"}:
        return _("none")
    return names.get(grouping.value, {}).get(key, key)


def _columns() -> list[Column]:
    names, outcomes = known_names(), words.outcome_names()
    return [
        Column(_("Person number"), lambda row: row.person_id, on_page=False),
        Column(_("Name"), lambda row: row.name, lambda row: honorific(row.name), url=_where),
        Column(_("Kana"), lambda row: row.kana),
        Column(_("Month"), lambda row: f"{row.month:%Y-%m}", lambda row: show_month(row.month)),
        Column(_("Outcome"), lambda row: row.outcome, lambda row: outcomes[row.outcome]),
        Column(_("Source"), lambda row: row.source, lambda row: names["source"].get(row.source, row.source)),
        Column(_("Article"), lambda row: row.article),
        Column(_("Trainer"), lambda row: names["trainer"].get(str(row.trainer_id), "")),
        Column(_("Entered"), lambda row: row.entered_at, lambda row: show_day(row.entered_at)),
        Column(_("Trial held"), lambda row: row.trial_at, lambda row: show_day(row.trial_at)),
        Column(_("Joined"), lambda row: row.joined_at, lambda row: show_day(row.joined_at)),
        Column(_("Days from trial to joining"), lambda row: row.days_after_trial),
    ]


def _where(row: PersonBehind) -> str:
    """Their enquiry, or the person when there was none."""
    if row.lead_id:
        return url_for("leads.show", lead_id=row.lead_id)
    return url_for("people.show", person_id=row.person_id)
