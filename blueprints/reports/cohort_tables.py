"""The tables about cohorts as files, row by row as the pages show them: funnel, days to join, trainers."""

from flask import Response
from flask_babel import gettext as _

from backoffice.reports import funnel as figures
from backoffice.reports.entries import Basis
from backoffice.reports.maturity import maturity
from backoffice.reports.time_to_join import seen_days
from backoffice.staff.permissions import Permission
from blueprints.reports.blueprint import reports
from blueprints.reports.curve import time_to_join
from blueprints.reports.funnel import known_names, row_name
from blueprints.reports.listing import Column, in_percent, list_file
from blueprints.reports.question import Question, read_question
from blueprints.reports.trainers import known_lines, trainers_asked
from blueprints.reports.words import bucket_names, group_names, number_names
from blueprints.support.access import permit
from blueprints.support.exports import yes_or_no

NUMBERS = (
    figures.Bucket.JOINED, figures.Bucket.LOST, figures.Bucket.OPEN, figures.Bucket.SAME_DAY,
    figures.Bucket.WITHIN_WEEK,
)  # fmt: skip


@reports.get("/reports/funnel.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def funnel_table(kind: str) -> Response:
    """The rows of the funnel, with what stands under 詳しく."""
    question = read_question()
    at = question.asked.counted.at
    young = maturity(question.filters, now=at)
    return list_file(
        "funnel",
        kind,
        _cohort_columns(question),
        lambda: figures.cohorts(question.filters, question.grouping, maturity=young, now=at),
        question.address(),
    )


@reports.get("/reports/funnel/days.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def curve_table(kind: str) -> Response:
    """How many days people take to join: the table below the curve."""
    question = read_question()
    at = question.asked.counted.at
    columns = [
        Column(_("By day"), lambda row: row[0]),
        Column(_("Joined by then (percent)"), lambda row: in_percent(row[1].share)),
        Column(_("95 percent interval from"), lambda row: in_percent(row[1].low)),
        Column(_("95 percent interval to"), lambda row: in_percent(row[1].high)),
        Column(_("Not joined before"), lambda row: row[2]),
    ]
    rows = lambda: time_to_join(seen_days(question.filters, now=at)).rows  # noqa: E731
    return list_file("funnel", kind, columns, rows, question.address(table="days"))


@reports.get("/reports/trainers.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def trainers_table(kind: str) -> Response:
    """The trainers in the gym's own order, with what stands under 詳しく."""
    asked = trainers_asked()
    names, rows = known_lines(asked)
    return list_file("trainers", kind, _trainer_columns(names), lambda: rows, asked.address())


def _cohort_columns(question: Question) -> list[Column]:
    names, buckets = known_names(), bucket_names()
    grouping, has_trials = question.grouping, question.filters.basis != Basis.TRIAL
    shown = [figures.Bucket.TRIALLED] * has_trials + [*NUMBERS]
    return [
        Column(group_names()[grouping], lambda row: row_name(grouping, row.key, names)),
        Column(_("People"), lambda row: row.people),
        *(Column(buckets[one], lambda row, one=one: row.count(one)) for one in shown),
        Column(_("Of decided (percent)"), lambda row: in_percent(row.rate)),
        Column(_("95 percent interval from"), lambda row: in_percent(row.interval and row.interval[0])),
        Column(_("95 percent interval to"), lambda row: in_percent(row.interval and row.interval[1])),
        Column(_("Floor (percent)"), lambda row: in_percent(row.floor)),
        Column(_("Ceiling (percent)"), lambda row: in_percent(row.ceiling)),
        Column(_("Median days to joining"), lambda row: row.days_to_join),
        Column(_("Still deciding"), lambda row: yes_or_no(row.is_young)),
    ]


def _trainer_columns(names: dict[int, str]) -> list[Column]:
    return [
        Column(_("Trainer"), lambda row: names[row.trainer_id]),
        _of_trials("people", _("Trial held")),
        _of_trials("joined", _("Joined")),
        _of_trials("open", _("Still open")),
        _of_trials("decided", _("Decided")),
        Column(_("As counted (percent)"), lambda row: in_percent(row.trials.rate) if row.trials else None),
        _believed("share", _("Drawn towards all (percent)")),
        _believed("low", _("95 percent interval from")),
        _believed("high", _("95 percent interval to")),
        *(Column(words, lambda row, one=one: row.count(one)) for one, words in number_names().items()),
    ]


def _of_trials(name: str, words: str) -> Column:
    return Column(words, lambda row: getattr(row.trials, name) if row.trials else 0)


def _believed(name: str, words: str) -> Column:
    """Of the share as the page shows it; nothing where nobody has decided."""
    return Column(
        words,
        lambda row: in_percent(getattr(row.pooled, name)) if row.trials and row.trials.decided else None,
    )
