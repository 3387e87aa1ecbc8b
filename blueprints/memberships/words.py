"""Words for why somebody leaves, and for what becomes of a booking."""

from flask_babel import lazy_gettext as _l

from backoffice.memberships.models import LeavingReason
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
