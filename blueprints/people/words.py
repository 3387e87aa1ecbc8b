"""What consents, messages and matches are called."""

from flask_babel import lazy_gettext as _l

from backoffice.core.contact import Reason
from backoffice.messaging.models import MessageState
from backoffice.messaging.policy import POLICIES
from backoffice.people.models import Caution, Purpose

REASON_WORDS = {
    Reason.SAME_PHONE: _l("same phone"),
    Reason.SAME_MAIL: _l("same mail"),
    Reason.SAME_NAME: _l("same name"),
    Reason.SAME_KANA: _l("same reading"),
    Reason.SIMILAR_KANA: _l("similar reading"),
    Reason.OLD_NAME: _l("former name"),
    Reason.OTHER_NAME: _l("other name: family?"),
}

CAUTION_WORDS = {
    Caution.CHECK: _l("Check first"),
    Caution.BARRED: _l("Barred"),
}

GENDER_WORDS = {
    "": _l("not asked"),
    "female": _l("female"),
    "male": _l("male"),
    "other": _l("other"),
}

PURPOSE_WORDS = {
    Purpose.TERMS: _l("Terms and privacy"),
    Purpose.FOLLOW_UP: _l("Follow-up messages"),
    Purpose.MARKETING: _l("News and offers"),
    Purpose.HEALTH: _l("Keeping health answers"),
    Purpose.PHOTOS: _l("Photos of progress"),
    Purpose.HEALTH_CHAT: _l("Talking about food and health on LINE"),
}

MESSAGE_WORDS = {kind: _l(policy.label) for kind, policy in POLICIES.items()}

MESSAGE_STATE_WORDS = {
    MessageState.PLANNED: _l("Planned"),
    MessageState.CLAIMED: _l("Being sent"),
    MessageState.SENT: _l("Sent"),
    MessageState.FAILED: _l("Failed"),
    MessageState.UNKNOWN: _l("Unclear"),
    MessageState.CANCELLED: _l("Cancelled"),
    MessageState.EXPIRED: _l("Expired"),
    MessageState.NOT_SENT: _l("Not sent"),
    MessageState.HELD_FOR_REVIEW: _l("To be checked"),
}
