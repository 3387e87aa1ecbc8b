"""The words of each message: those the gym wrote, else those of the house; below them, who sends it."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backoffice.core.contact import format_phone
from backoffice.core.language import Language, pick
from backoffice.messaging.models import Channel, Kind, MessageTemplate
from backoffice.messaging.own_texts import own_text
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.wording import Source, fill, part, standard_source
from backoffice.studio.models import Studio

log = logging.getLogger(__name__)

MASK = "●●●"
LIKE_AN_ADDRESS = re.compile(r"[/@<>]|www\.|\w\.\w{2,}", re.IGNORECASE)
LONGEST_NAME = 60


@dataclass(frozen=True)
class Text:
    """A message as a reader sees it. `failed` is the gym's own text that could not be written, so this is the other;
    `own_failed` says the same of a text for this one message."""

    subject: str
    body: str
    failed: MessageTemplate | None = None
    own_failed: bool = False


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
    """The text of a message, as the gym wrote it last; without that, or where it cannot be written, the standard text.

    One statement. A value that the standard text needs and nobody gave is an error, not a blank.
    """
    own = own_text(studio.id, kind, language)
    if own is None:
        return standard_text(kind, language, studio, name, values)
    try:
        return written(own_source(own), kind, language, studio, name, values)
    except Exception:
        # Whatever is wrong with what somebody typed, the guest still hears of the booking.
        log.exception("own text could not be written", extra={"template_id": own.id})
    return replace(standard_text(kind, language, studio, name, values), failed=own)


def own_source(row: MessageTemplate) -> Source:
    """What a gym wrote, to be run in the sandbox."""
    return Source(row.subject or "", row.body or "", is_own=True)


def standard_text(kind: str, language: str, studio: Studio, name: str, values: Mapping[str, Any]) -> Text:
    """The text of the house."""
    return written(standard_source(kind, language), kind, language, studio, name, values)


def written(
    source: Source, kind: str, language: str, studio: Studio, name: str, values: Mapping[str, Any]
) -> Text:
    """A source filled with values, signed by the studio; advertising says how to stop it, whoever wrote the text.

    Raises whatever is wrong with the source or its values, and ValueError when nothing is left of it.
    """
    words = studio_words(studio, language)
    given = {**values, "language": language, "studio": words, "name": fit_name(name, language)}
    subject, body = fill(source, given)
    if not subject or not body:
        raise ValueError("nothing is left of the text")
    whole = "\n\n".join([body, *(part(one, given) for one in _foot(Kind(kind), language))])
    return Text(subject, re.sub(r"\n{3,}", "\n\n", whole) + "\n")


def _foot(kind: Kind, language: str) -> list[str]:
    """What stands below every text. In a conversation on LINE everybody sees who is speaking."""
    if POLICIES[kind].only_by is Channel.LINE:
        return []
    return ["sign", f"stop_{language}"] if POLICIES[kind].needs_consent else ["sign"]


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


def says_who_sends(studio: Studio, language: str) -> bool:
    """Whether the studio's name, address and a way to reach it are on file, as the law asks of advertising mails."""
    words = studio_words(studio, language)
    return bool(words.name and words.address and (words.phone or words.mail))
