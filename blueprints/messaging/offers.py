"""What can be put into a text of some kind, as the pages that write one offer it."""

from typing import NamedTuple

from backoffice.messaging.models import Kind
from backoffice.messaging.variables import Shape, snippet, variables_of


class Offer(NamedTuple):
    """A variable: what it is called, and how it is written."""

    label: str
    ways: list[str]
    shape: Shape


def offers(kind: Kind) -> list[Offer]:
    """The variables of a kind, in their order."""
    return [Offer(one.label, snippet(one), one.shape) for one in variables_of(kind).values()]
