"""What cancelling a booking now would do, in sentences: for the desk, and for the guest whose booking it is."""

from collections.abc import Sequence

from flask_babel import gettext as _

from backoffice.billing.cancelling import Outcome, TicketEnd
from blueprints.support.filters import show_yen


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
