"""What the desk reads about tickets beside a booking: before it is made, and after one for which there is none."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from backoffice.bookings.ticket_steps import needs_ticket
from backoffice.memberships.covering import Cover, covers
from backoffice.people.models import Person
from backoffice.staff.permissions import Permission
from backoffice.studio.models import Service
from backoffice.tickets.queries import Balance
from blueprints.support.access import may
from blueprints.support.clock import now
from blueprints.support.filters import honorific
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_link, flash_warning


class Line(NamedTuple):
    """What somebody can book with; on which of the offered days (ISO) there is no ticket; when missing ones come."""

    balance: Balance
    without: frozenset[str]
    is_short: bool
    """On every offered day there is none."""
    comes_on: date | None


def ticket_lines(person_ids: Collection[int], service: Service, days: Collection[date]) -> dict[int, Line]:
    """The line of each client, where the service uses tickets; one visit more on one of the days is asked about."""
    if not needs_ticket(service):
        return {}
    found = covers(person_ids, current_studio(), days=days, now=now())
    return {person_id: _line(cover, days) for person_id, cover in found.items()}


def tell_without_ticket(guests: Collection[Person], booking_ids: Collection[int]) -> None:
    """Say of whom there is no ticket for bookings just made, with the way to sell one; nothing is stopped by it."""
    found = covers([guest.id for guest in guests], current_studio(), made=booking_ids, now=now())
    for guest in guests:
        cover = found.get(guest.id)
        count = 0 if cover is None else len(set(cover.bookings_without()) & set(booking_ids))
        if count:
            _tell(guest, _words(guest, count, len(booking_ids)))


def _line(cover: Cover, days: Collection[date]) -> Line:
    without = frozenset(day.isoformat() for day in days if cover.without([day]))
    comes_on = min((on for day in days if (on := cover.comes_on(day)) is not None), default=None)
    return Line(cover.balance, without, bool(days) and len(without) == len(set(days)), comes_on)


def _words(guest: Person, count: int, of: int) -> str:
    who = honorific(guest.shown_name)
    if of == 1:
        return _("%(who)s has no ticket for this booking.", who=who)
    return ngettext(
        "%(who)s has no ticket for %(num)s of these bookings.",
        "%(who)s has no ticket for %(num)s of these bookings.",
        count,
        who=who,
    )


def _tell(guest: Person, text: str) -> None:
    if may(Permission.JOINING_EDIT):
        flash_link(text, url_for("tickets.sale", person_id=guest.id), _("Sell a pack"))
    else:
        flash_warning(text)
