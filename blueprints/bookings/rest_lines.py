"""What staff read about a freeze or a last day beside a booking: before it is made, and after one that is hit."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from backoffice.core.clock import local_date
from backoffice.memberships.resting import Rest, Resting, rests
from backoffice.people.models import Person
from backoffice.staff.permissions import Permission
from blueprints.support.access import may
from blueprints.support.clock import today
from blueprints.support.filters import honorific, show_day
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_link, flash_warning


class RestLine(NamedTuple):
    """What some days fall into, in sentences; and each such day (ISO) with a word. Nothing is stopped by it."""

    words: Sequence[str]
    marks: dict[str, str]


def rest_lines(person_ids: Collection[int], days: Collection[date]) -> dict[int, RestLine]:
    """The line of each of these people who rests, or is no member any more, on one of the days. One statement."""
    found = {id_: _line(rest, days) for id_, rest in rests(person_ids, today=today()).items()}
    return {id_: line for id_, line in found.items() if line.words}


def rest_line(guests: Collection[Person], days: Collection[date]) -> RestLine:
    """The guests of one booking together; of a pair it is said who."""
    lines = rest_lines([guest.id for guest in guests], days)
    words, marks = [], {}
    for guest in guests:
        if (line := lines.get(guest.id)) is not None:
            words += [_of(guest, line)] if len(guests) > 1 else line.words
            marks |= line.marks
    return RestLine(words, marks)


def days_of(starts: Collection[datetime]) -> set[date]:
    """The days of the studio on which these visits would begin."""
    return {local_date(one, current_studio().zone) for one in starts}


def tell_resting(guests: Collection[Person], starts: Collection[datetime]) -> None:
    """Say of whom a visit just booked falls into a freeze or after the last day, with the way to decide about it."""
    lines = rest_lines([guest.id for guest in guests], days_of(starts))
    for guest in guests:
        if (line := lines.get(guest.id)) is not None:
            _tell(guest, _of(guest, line))


def _line(rest: Rest, days: Collection[date]) -> RestLine:
    met = dict.fromkeys(one for day in sorted(days) if (one := rest.on(day)) is not None)
    words = [_said(one) for one in met]
    if any(rest.is_after_last(day) for day in days):
        words.append(_("After the last day (%(day)s).", day=show_day(rest.left_on)))
    return RestLine(words, dict(_marks(rest, days)))


def _marks(rest: Rest, days: Collection[date]) -> Iterator[tuple[str, str]]:
    for day in days:
        if rest.on(day) is not None:
            yield day.isoformat(), _("in the freeze")
        elif rest.is_after_last(day):
            yield day.isoformat(), _("after the last day")


def _said(one: Resting) -> str:
    first = show_day(one.first)
    if one.last is None:
        return _("Frozen from %(first)s on, with no end so far.", first=first)
    return _("Frozen from %(first)s to %(last)s.", first=first, last=show_day(one.last))


def _of(guest: Person, line: RestLine) -> str:
    return _("%(who)s: %(what)s", who=honorific(guest.shown_name), what=" ".join(line.words))


def _tell(guest: Person, text: str) -> None:
    if may(Permission.BOOKINGS_EDIT):
        address = url_for("memberships.show", person_id=guest.id) + "#undecided"
        flash_link(text, address, _("Bookings to decide about"))
    else:
        flash_warning(text)
