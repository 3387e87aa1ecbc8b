"""Slow machines down without losing a person: a trap field, a shortest time, and one more button when in doubt."""

from datetime import datetime

from backoffice.core import links

SHORTEST_SECONDS = 3
STAMP = "form-shown"
PERSON = "form-person"


def stamp(at: datetime) -> str:
    """A signed note of when the form was first shown."""
    return links.sign(STAMP, int(at.timestamp()))


def looks_like_a_machine(*, trap: str, shown: str, at: datetime) -> bool:
    """Whether the trap was filled, or the form came back faster than anybody types (or without its stamp)."""
    parts = links.read(STAMP, shown)
    if trap or not parts or not isinstance(parts[0], int):
        return True
    return at.timestamp() - parts[0] < SHORTEST_SECONDS


def vouch(form_token: str) -> str:
    """What the button "I am a person" sends: good for this one form."""
    return links.sign(PERSON, form_token)


def is_vouched(form_token: str, vouched: str) -> bool:
    """Whether the button was pressed for this form."""
    return links.read(PERSON, vouched) == [form_token]
