"""Spans of time as pairs of whole minutes since 1970 (UTC), half-open: what free time is worked out from. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Span = tuple[int, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def minute_of(at: datetime) -> int:
    """The minute an instant lies in."""
    return (at - _EPOCH) // _MINUTE


def minute_after(at: datetime) -> int:
    """The first whole minute that is not before an instant."""
    return -((_EPOCH - at) // _MINUTE)


def instant(minute: int) -> datetime:
    """The instant at which a minute begins."""
    return _EPOCH + minute * _MINUTE


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as few sorted spans that neither overlap nor touch. Empty spans vanish."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def minus(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of `spans` when the time of `holes` is taken out."""
    taken = joined(holes)
    left: list[Span] = []
    for start, end in joined(spans):
        at = start
        for hole_start, hole_end in taken[_first_reaching(taken, start) :]:
            if hole_start >= end:
                break
            if at < hole_start:
                left.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            left.append((at, end))
    return left


def both(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The time that lies in both; each of the two is joined already, so each is walked through once."""
    found, rest = [], iter(others)
    other = next(rest, None)
    for start, end in spans:
        while other is not None and other[1] <= start:
            other = next(rest, None)
        while other is not None and other[0] < end:
            found.append((max(start, other[0]), min(end, other[1])))
            if other[1] > end:
                break
            other = next(rest, None)
    return found


def inside(spans: list[Span], span: Span) -> bool:
    """Whether one of the joined `spans` holds the whole of `span`."""
    index = bisect_right(spans, (span[0], _FAR)) - 1
    return index >= 0 and span[1] <= spans[index][1]


def clear_of(busy: list[Span], span: Span) -> bool:
    """Whether `span` overlaps none of the joined `busy` spans."""
    index = _first_reaching(busy, span[0])
    return index == len(busy) or span[1] <= busy[index][0]


_FAR = 1 << 62


def _first_reaching(spans: list[Span], minute: int) -> int:
    """Index of the first joined span that ends after a minute."""
    index = bisect_right(spans, (minute, _FAR)) - 1
    return index if index >= 0 and spans[index][1] > minute else index + 1


@dataclass(frozen=True)
class Length:
    """Minutes of a visit: with the guest, and before and after for trainer and room."""

    minutes: int
    before: int = 0
    after: int = 0

    def visit(self, start: int) -> Span:
        """The time of the guest."""
        return start, start + self.minutes

    def busy(self, start: int) -> Span:
        """The time of trainer and room."""
        return start - self.before, start + self.minutes + self.after


@dataclass(frozen=True)
class Grid:
    """Where visits may start: every `step` minutes counted from `origin`, not before `earliest`."""

    origin: int
    step: int
    earliest: int

    def first_from(self, minute: int) -> int:
        """The first start of the grid that is not before a minute."""
        at = max(minute, self.earliest)
        return self.origin + -((self.origin - at) // self.step) * self.step


def starts(length: Length, grid: Grid, opening: list[Span], free: list[Span]) -> list[int]:
    """Every start on the grid whose visit lies inside opening hours and whose busy time lies inside free time.

    `opening` and `free` are joined spans; `free` is what a trainer works minus what is taken.
    """
    found: list[int] = []
    for open_from, open_to in opening:
        for free_from, free_to in free:
            at = grid.first_from(max(open_from, free_from + length.before))
            last = min(open_to, free_to - length.after) - length.minutes
            found += range(at, last + 1, grid.step)
    return sorted(found)
