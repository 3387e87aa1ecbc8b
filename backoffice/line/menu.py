"""The four buttons of the rich menu. Each is answered by a message of its own kind, with their own link."""

from enum import StrEnum

from backoffice.messaging.models import Kind


class Button(StrEnum):
    """What the buttons send (`menu=book`)."""

    BOOK = "book"
    CHANGE = "change"
    WAY = "way"
    QUESTION = "question"


ANSWERS = {
    Button.BOOK: Kind.LINE_BOOK,
    Button.CHANGE: Kind.LINE_CHANGE,
    Button.WAY: Kind.LINE_WAY,
    Button.QUESTION: Kind.LINE_QUESTION,
}
PREFIX = "menu="


def button_in(data: str) -> Button | None:
    """The button a postback speaks of; None for anything else. Pure."""
    name = data.removeprefix(PREFIX)
    return Button(name) if data.startswith(PREFIX) and name in tuple(Button) else None
