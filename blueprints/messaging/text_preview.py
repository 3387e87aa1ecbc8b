"""How a text reads that is being written: for a real person, with links that lead nowhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice.bookings.facts import example_words
from backoffice.memberships.facts import member_words
from backoffice.messaging.letters import Letter, letter_of
from backoffice.messaging.models import Kind
from backoffice.messaging.samples import sample_name, sample_values
from backoffice.messaging.texts import written
from backoffice.messaging.wording import Source
from backoffice.people.search import PersonRow, find_people
from backoffice.studio.models import Studio


@dataclass(frozen=True)
class Preview:
    """A text as its reader would see it, and who that is; nobody where the values are made up."""

    subject: str
    letter: Letter
    reader: PersonRow | None


def preview(studio: Studio, kind: Kind, language: str, source: Source, who: str, *, now: datetime) -> Preview:
    """Fill a text that was found without fault. `who` is looked for as in the search box; the first one reads it."""
    reader = next(iter(find_people(who, limit=1)), None) if who else None
    values = _values(studio, language, reader, now=now)
    name = sample_name(language) if reader is None else reader.shown_name
    text = written(source, kind, language, studio, name, values)
    return Preview(text.subject, letter_of(text.body, language), reader)


def _values(studio: Studio, language: str, reader: PersonRow | None, *, now: datetime) -> dict[str, Any]:
    values = sample_values(studio, language, now=now, flags=False)
    if reader is None:
        return values
    booking = example_words(studio.id, reader.id, language, now=now)
    if booking is not None:
        values["booking"] = {**values["booking"], **booking}
    member = member_words(reader.id, language)
    if member is not None:
        values["client"] = {**values["client"], **member}
    return values
