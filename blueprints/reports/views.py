"""The funnel page, the people behind each of its numbers, and the same people as a file."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.tables.writing import Row
from backoffice.leads.queries import sources
from backoffice.reports import funnel
from backoffice.reports.entries import Basis, Grouping
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import services
from blueprints.reports import words
from blueprints.reports.filters import NONE, Question, read_question
from blueprints.support.access import permit
from blueprints.support.clock import now
from blueprints.support.exports import hand_out
from blueprints.support.filters import own_name, show_month
from blueprints.support.studio import current_studio

reports = Blueprint("reports", __name__)

PAGE = 50


@reports.get("/reports")
@permit(Permission.REPORTS_VIEW)
def show() -> ResponseReturnValue:
    """The funnel: one row per month (or source, article, trainer, service)."""
    question = read_question()
    names = _names()
    return render_template(
        "reports/funnel.html",
        question=question,
        rows=funnel.cohorts(question.filters, question.grouping, now=now()),
        total=funnel.total(question.filters, now=now()),
        choices=_choices(question, names),
        row_name=lambda key: _row_name(question.grouping, key, names),
        group_names=words.group_names(),
        Bucket=funnel.Bucket,
        Basis=Basis,
        Grouping=Grouping,
    )


@reports.get("/reports/people")
@permit(Permission.REPORTS_VIEW)
def people() -> ResponseReturnValue:
    """Exactly the people behind a number, page by page."""
    question = read_question()
    rows = funnel.people_behind(question.filters, question.bucket, after=_after(), limit=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return render_template(
        "reports/people.html",
        question=question,
        rows=rows[:PAGE],
        total=getattr(funnel.total(question.filters, now=now()), _figure(question.bucket)),
        more=None if last is None else f"{last.month.isoformat()}.{last.person_id}",
        names=_names(),
        bucket_names=words.bucket_names(),
        outcome_names=words.outcome_names(),
    )


@reports.get("/reports/people.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def people_file(kind: str) -> ResponseReturnValue:
    """The same people as a file; that it was taken is recorded."""
    question = read_question()
    return hand_out(
        "report",
        kind,
        _header(),
        lambda: map(_file_row, funnel.everybody_behind(question.filters, question.bucket)),
        question.address(bucket=question.bucket.value),
    )


def _figure(bucket: funnel.Bucket) -> str:
    return "people" if bucket == funnel.Bucket.ALL else bucket.value


def _after() -> tuple[date, int] | None:
    month, _dot, person_id = request.args.get("after", "")[:40].partition(".")
    try:
        return date.fromisoformat(month), int(person_id)
    except ValueError:
        return None


def _names() -> dict[str, dict[str, str]]:
    """Names of sources, trainers and services by key, in the reader's language."""
    studio = current_studio()
    return {
        "source": {source.key: own_name(source) for source in sources()},
        "trainer": {str(trainer.id): own_name(trainer) for trainer in trainers(studio.id)},
        "service": {service.slug: own_name(service) for service in services(studio.id)},
    }


def _choices(
    question: Question, names: dict[str, dict[str, str]]
) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """The select boxes of the filter bar: name, label, chosen value, options."""
    asked, nobody = question.address(), (NONE, _("none"))
    articles = [(article, article) for article in funnel.articles(question.filters)]
    return [
        ("source", _("Source"), asked.get("source", ""), list(names["source"].items())),
        ("article", _("Article"), asked.get("article", ""), [nobody, *articles]),
        ("trainer", _("Trainer"), asked.get("trainer", ""), [nobody, *names["trainer"].items()]),
        ("service", _("Service"), asked.get("service", ""), list(names["service"].items())),
    ]


def _row_name(grouping: Grouping, key: str, names: dict[str, dict[str, str]]) -> str:
    if grouping == Grouping.MONTH:
        return show_month(date.fromisoformat(key))
    if key in {"", "0"}:
        return _("none")
    return names.get(grouping.value, {}).get(key, key)


def _header() -> list[str]:
    return [
        _("Person number"), _("Name"), _("Kana"), _("Month"), _("Outcome"), _("Source"), _("Article"),
        _("Entered"), _("Trial held"), _("Joined"),
    ]  # fmt: skip


def _file_row(row: funnel.PersonBehind) -> Row:
    return [
        row.person_id, row.name, row.kana, f"{row.month:%Y-%m}", row.outcome, row.source, row.article,
        row.entered_at, row.trial_at, row.joined_at,
    ]  # fmt: skip
