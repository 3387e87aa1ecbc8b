"""The words of each message, from templates/texts/<kind>/<language>.txt; the first line is the subject."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from backoffice.core.clock import local
from backoffice.core.config import ROOT
from backoffice.core.contact import format_phone
from backoffice.core.language import Language, pick
from backoffice.studio.models import Studio

FOLDER = ROOT / "templates" / "texts"
MASK = "●●●"
WEEKDAYS_JA = "月火水木金土日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LIKE_AN_ADDRESS = re.compile(r"[/@<>]|www\.|\w\.\w{2,}", re.IGNORECASE)
LONGEST_NAME = 60


@dataclass(frozen=True)
class Text:
    """A message as a reader sees it."""

    subject: str
    body: str


@dataclass(frozen=True)
class StudioWords:
    """The studio in the language of the reader."""

    name: str
    address: str
    way: str
    bring: str
    changing: str
    phone: str
    mail: str
    map_url: str
    zone: str


def render(kind: str, language: str, studio: Studio, name: str, values: Mapping[str, Any]) -> Text:
    """The text of a message. A value that the template needs and nobody gave is an error, not a blank."""
    template = _environment().get_template(f"{kind}/{language}.txt")
    words = studio_words(studio, language)
    text = template.render(**values, language=language, studio=words, name=fit_name(name, language))
    subject, _, body = text.strip().partition("\n")
    return Text(" ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n")


def masked(values: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, Any]:
    """The values with secrets covered, for the text that is kept and shown."""
    return {key: MASK if key in secrets else value for key, value in values.items()}


def fit_name(name: str, language: str) -> str:
    """A name for the first line. What looks like an address is left out: the form is open to strangers."""
    plain = " ".join(name.split())[:LONGEST_NAME]
    if not plain or LIKE_AN_ADDRESS.search(plain):
        return pick(language, "お客様", "guest")
    return f"{plain} 様" if language == Language.JA else plain


def studio_words(studio: Studio, language: str) -> StudioWords:
    """What messages say about the studio."""
    return StudioWords(
        name=pick(language, studio.name_ja, studio.name_en),
        address=pick(language, studio.address_ja, studio.address_en),
        way=pick(language, studio.way_ja, studio.way_en),
        bring=pick(language, studio.bring_ja, studio.bring_en),
        changing=pick(language, studio.changing_ja, studio.changing_en),
        phone=format_phone(studio.phone),
        mail=studio.mail,
        map_url=studio.map_url,
        zone=studio.zone,
    )


@lru_cache
def _environment() -> Environment:
    # Plain text for mail: escaping for HTML would be wrong here.
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
    )
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
