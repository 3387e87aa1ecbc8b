"""Why a balance is what it is, as one sum: given, and what became of that."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from backoffice.tickets.models import EntryKind, TicketEntry
from backoffice.tickets.queries import Lot, balance


class Term(StrEnum):
    """What changes how many tickets are free, in the order in which it is read."""

    GIVEN = "GIVEN"
    ADDED = "ADDED"
    TAKEN = "TAKEN"
    REFUNDED = "REFUNDED"
    ENDED = "ENDED"
    USED = "USED"
    RESERVED = "RESERVED"


class Sum(NamedTuple):
    """Terms with their sign (none is 0) and what they come to: the tickets that are free on the day."""

    terms: dict[Term, int]
    free: int


BY_KIND = {
    EntryKind.GRANT: Term.GIVEN,
    EntryKind.REFUND: Term.REFUNDED,
    EntryKind.EXPIRE: Term.ENDED,
}


def why(entries: Iterable[TicketEntry], lots: Sequence[Lot], *, day: date) -> Sum:
    """The sum behind a balance on a day: `entries` and `lots` of one person, both as of the same moment. Pure.

    A line that was taken back is not in it. Tickets whose last day has passed count as ended before that is written
    down, as they do in the balance.
    """
    terms = dict.fromkeys(Term, 0)
    by_id: dict[int, TicketEntry] = {}
    for entry in entries:
        by_id[entry.id] = entry
        term = _term(by_id.get(entry.reverses_id or 0, entry))
        if term is not None:
            terms[term] += entry.free
        terms[Term.USED] -= entry.used
        terms[Term.RESERVED] -= entry.reserved
    live = balance(lots, day=day)
    terms[Term.ENDED] -= sum(lot.free for lot in lots) - live.free
    return Sum({term: count for term, count in terms.items() if count}, live.free)


def _term(entry: TicketEntry) -> Term | None:
    """Where the free tickets of a line belong; None for a booking's, which are counted where its ticket stands."""
    kind = EntryKind(entry.kind)
    if kind is EntryKind.ADJUST:
        return Term.ADDED if entry.free > 0 else Term.TAKEN
    return BY_KIND.get(kind)
