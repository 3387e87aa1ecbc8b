"""From a source with variables to words. Sources of the house are files, those of a gym run in a sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backoffice.core.clock import local
from backoffice.core.config import ROOT
from backoffice.core.language import Language

FOLDER = ROOT / "templates" / "texts"
WEEKDAYS_JA = "月火水木金土日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTS = {
    "booking_details": "booking",
    "visit_details": "visit",
    "manage_details": "manage",
    "line_details": "line",
}
"""Paragraphs that several texts share, by the variable that stands for them."""


@dataclass(frozen=True)
class Source:
    """A subject and a body with variables in them. `is_own`: written by the gym, so it runs in the sandbox."""

    subject: str
    body: str
    is_own: bool = False


@lru_cache
def standard_source(kind: str, language: str) -> Source:
    """The text of the house: templates/texts/<kind>/<language>.txt, its first line is the subject."""
    text = (FOLDER / kind / f"{language}.txt").read_text("utf-8")
    subject, _newline, body = text.partition("\n")
    return Source(subject, body)


def fill(source: Source, given: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body with their variables filled. A variable that nobody gave is an error, not a blank."""
    language = given["language"]
    parts = {name: part(f"{one}_{language}", given) for name, one in PARTS.items() if name in source.body}
    subject = _compiled(source.subject, source.is_own).render(given)
    body = _compiled(source.body, source.is_own).render({**given, **parts})
    return " ".join(subject.split()), body.strip()


def part(name: str, given: Mapping[str, Any]) -> str:
    """A paragraph of the house, from templates/texts/_parts/<name>.txt."""
    return _files().get_template(f"_parts/{name}.txt").render(given).strip()


def own_environment() -> Environment:
    """The sandbox in which a gym's own texts are read and run."""
    return _sandbox()


@lru_cache(maxsize=512)
def _compiled(text: str, is_own: bool) -> Template:
    return (_sandbox() if is_own else _files()).from_string(text)


@lru_cache
def _files() -> Environment:
    # Plain text: escaping for HTML would be wrong here.
    loader = FileSystemLoader(FOLDER)
    return _with_filters(Environment(loader=loader, autoescape=False, **_HABITS))  # noqa: S701


@lru_cache
def _sandbox() -> Environment:
    return _with_filters(ImmutableSandboxedEnvironment(autoescape=False, **_HABITS))


_HABITS: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}


def _with_filters(environment: Environment) -> Environment:
    environment.filters.update(day=_day, time=_time, yen=_yen)
    return environment


@pass_context
def _day(context: Context, value: datetime | date) -> str:
    """11月25日(水) or Wed 25 November, on the studio's calendar."""
    day = local(value, context["studio"].zone).date() if isinstance(value, datetime) else value
    if context["language"] == Language.JA:
        return f"{day.month}月{day.day}日({WEEKDAYS_JA[day.weekday()]})"
    return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


@pass_context
def _time(context: Context, value: datetime) -> str:
    """19:00 on the studio's clock."""
    return f"{local(value, context['studio'].zone):%H:%M}"


@pass_context
def _yen(context: Context, amount: int) -> str:
    """5,500円 or ¥5,500."""
    return f"{amount:,}円" if context["language"] == Language.JA else f"¥{amount:,}"
