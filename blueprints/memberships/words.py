"""Words for why somebody leaves, what becomes of a booking, and why somebody is asked about more tickets."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from backoffice.memberships.models import LeavingReason, Plan
from backoffice.memberships.rejoining import OldTickets
from backoffice.memberships.renewals import Why
from backoffice.memberships.undecided import Decision, Undecided
from blueprints.support.filters import own_name, show_yen
from blueprints.support.studio import current_studio

REASON_WORDS = {
    LeavingReason.REACHED: _l("Goal reached"),
    LeavingReason.TIME: _l("No time"),
    LeavingReason.MONEY: _l("The price"),
    LeavingReason.MOVING: _l("Moving or another job"),
    LeavingReason.ELSEWHERE: _l("Another gym"),
    LeavingReason.UNHAPPY: _l("Not satisfied"),
    LeavingReason.PERSONAL: _l("Personal reasons"),
}

DECISION_WORDS = {
    Decision.KEEP: _l("Keep the booking"),
    Decision.BY_GYM: _l("The gym cancels and tells them"),
    Decision.BY_GYM_QUIETLY: _l("The gym cancels without a message"),
    Decision.BY_GUEST: _l("They cancel themselves"),
}

RENEWAL_WORDS = {
    Why.FEW: _l("Few tickets left"),
    Why.ENDING: _l("Tickets end soon"),
    Why.ENDED: _l("Tickets used up or ended"),
    Why.MONTHLY_ENDS: _l("Monthly plan ends"),
}

OLD_TICKET_WORDS = {
    OldTickets.KEEP: _l("Keep them: they can be used until their last day"),
    OldTickets.END: _l("End them: they are taken off, nothing is paid back"),
}


def plan_offer(plan: Plan) -> str:
    """A plan in a list to choose from: its name, its price, how many sessions and how long they can be used."""
    if plan.is_monthly:
        price, often = _("%(yen)s a month", yen=show_yen(plan.price_yen)), _("%(n)s a month", n=plan.sessions)
        return " · ".join((own_name(plan), price, often))
    sessions = ngettext("%(num)s session in all", "%(num)s sessions in all", plan.sessions)
    words = [own_name(plan), show_yen(plan.price_yen), sessions]
    if plan.valid_months:
        words.append(ngettext("%(num)s month", "%(num)s months", plan.valid_months))
    return " · ".join(words)


def ticket_after(decision: Decision, one: Undecided) -> str:
    """What becomes of the ticket of a booking when this is decided; nothing for a service that uses none."""
    if not one.service.uses_tickets:
        return ""
    if decision is Decision.KEEP:
        return _("the ticket stays reserved")
    if decision is not Decision.BY_GUEST or not one.is_late:
        return _("the ticket comes back")
    if current_studio().forgives_first_late_cancel:
        return _("late: the ticket is used, unless it is the first of the month")
    return _("late: the ticket is used")
