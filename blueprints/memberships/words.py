"""Words for why somebody leaves, what becomes of a booking, and why somebody is asked about more tickets."""

from flask_babel import lazy_gettext as _l

from backoffice.memberships.models import LeavingReason
from backoffice.memberships.rejoining import OldTickets
from backoffice.memberships.renewals import Why
from backoffice.memberships.undecided import Decision

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
    Decision.KEEP: _l("Keep it"),
    Decision.BY_GYM: _l("Cancel and tell them"),
    Decision.BY_GYM_QUIETLY: _l("Cancel without a message"),
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
