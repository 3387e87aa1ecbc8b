"""What consents, messages and matches are called."""

from flask_babel import lazy_gettext as _l

from backoffice.core.contact import Reason
from backoffice.messaging.models import Kind, MessageState
from backoffice.people.models import Purpose

REASON_WORDS = {
    Reason.SAME_PHONE: _l("same phone"),
    Reason.SAME_MAIL: _l("same mail"),
    Reason.SAME_NAME: _l("same name"),
    Reason.SAME_KANA: _l("same reading"),
    Reason.SIMILAR_KANA: _l("similar reading"),
    Reason.OLD_NAME: _l("former name"),
    Reason.OTHER_NAME: _l("other name: family?"),
}

PURPOSE_WORDS = {
    Purpose.TERMS: _l("Terms and privacy"),
    Purpose.FOLLOW_UP: _l("Follow-up messages"),
    Purpose.MARKETING: _l("News and offers"),
}

MESSAGE_WORDS = {
    Kind.BOOKING_CONFIRMED: _l("Booking confirmed"),
    Kind.BOOKING_MOVED: _l("Booking moved"),
    Kind.BOOKING_CANCELLED: _l("Booking cancelled"),
    Kind.REMINDER_DAY_BEFORE: _l("Reminder the day before"),
    Kind.REMINDER_TWO_HOURS: _l("Reminder two hours before"),
    Kind.STAFF_INVITE: _l("Staff invitation"),
    Kind.PASSWORD_RESET: _l("Password reset"),
    Kind.WELCOME: _l("Welcome"),
    Kind.AFTER_COUNSELLING: _l("After the counselling"),
    Kind.AFTER_TRIAL: _l("After the trial"),
    Kind.AFTER_NO_SHOW: _l("After a no-show"),
}

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
