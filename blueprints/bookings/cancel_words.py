"""What cancelling a booking now would do, in sentences: for the desk, and for the guest whose booking it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _

from backoffice.billing.cancelling import Outcome, TicketEnd, house_prices
from backoffice.studio.models import Service
from blueprints.support.clock import now
from blueprints.support.filters import show_daytime, show_yen
from blueprints.support.studio import current_studio


def price_of(outcome: Outcome) -> Sequence[str]:
    """The sentences about one guest, when the guest calls it off. The last one is about what was paid for the visit."""
    said = [_ticket(outcome)]
    if outcome.fee_yen:
        said.append(_("A cancellation fee of %(yen)s will be charged.", yen=show_yen(outcome.fee_yen)))
    return [*said, *_received(outcome)]


def price_by_gym(outcome: Outcome) -> Sequence[str]:
    """The same when the gym calls it off: never a fee, and the ticket always comes back."""
    if outcome.ticket is TicketEnd.BACK:
        return [_("The ticket comes back. No fee."), *_received(outcome)]
    return [_("No fee."), *_received(outcome)]


def price_for_guest(outcome: Outcome) -> str:
    """What the guest reads on the own page, where cancelling is possible in time only. Short, and without our terms."""
    if outcome.ticket is TicketEnd.BACK:
        return _("Cancelling now costs nothing; your ticket for this visit comes back.")
    if outcome.received_yen:
        return _("There is no cancellation fee now. Please call us about the fee you have paid already.")
    return _("Cancelling now costs nothing.")


def house_words(service: Service, starts_at: datetime) -> Sequence[str]:
    """What cancelling late and not coming cost by the house's rules, for who books or has booked; empty: nothing."""
    prices = house_prices(current_studio(), service, starts_at)
    if prices is None:
        return []
    said, until = [], starts_at - timedelta(hours=service.cancel_until_hours)
    if prices.late_yen and now() <= until:
        said.append(
            _(
                "Cancelling is free until %(until)s; after that it costs %(yen)s.",
                until=show_daytime(until), yen=show_yen(prices.late_yen),
            )
        )  # fmt: skip
    elif prices.late_yen:
        said.append(
            _("It is so close to the visit that cancelling costs %(yen)s.", yen=show_yen(prices.late_yen))
        )
    if prices.no_show_yen:
        said.append(_("Not coming without a word costs %(yen)s.", yen=show_yen(prices.no_show_yen)))
    if prices.late_yen and current_studio().forgives_first_late_cancel:
        said.append(_("The first late cancel of a month is forgiven."))
    if service.uses_tickets:
        said.append(_("Who has a session left uses one instead."))
    return said


def _ticket(outcome: Outcome) -> str:
    match outcome.ticket, outcome.is_late, outcome.is_forgiven:
        case TicketEnd.USED, _late, _forgiven:
            return _("Late cancel: one ticket is used.")
        case TicketEnd.BACK, True, _forgiven:
            return _("Late cancel, but the first of the month: the ticket comes back.")
        case TicketEnd.BACK, False, _forgiven:
            return _("In time: the ticket comes back.")
        case _none, True, True:
            return _("Late cancel, but the first of the month: no fee.")
        case _none, True, False if outcome.fee_yen:
            return _("Late cancel.")
        case _none, True, False:
            return _("Late cancel: no ticket is used, no fee.")
    return _("In time: no fee.")


def _received(outcome: Outcome) -> Sequence[str]:
    if not outcome.received_yen:
        return []
    return [
        _(
            "The %(yen)s received for the visit do not go back by themselves.",
            yen=show_yen(outcome.received_yen),
        )
    ]
