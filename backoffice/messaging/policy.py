"""What is decided about each kind of message: when it may go out, whether it needs a consent, whether it is secret."""

from dataclasses import dataclass
from enum import StrEnum

from backoffice.core.language import N_
from backoffice.messaging.models import Channel, Kind


class Quiet(StrEnum):
    """What quiet hours do to a kind of message."""

    AT_ONCE = "AT_ONCE"
    """Answers what somebody has just done: never held back."""
    EARLIER = "EARLIER"
    """Loses its use when late: pulled to before the quiet hours."""
    LATER = "LATER"
    """Can wait: held until the quiet hours end."""


@dataclass(frozen=True)
class KindPolicy:
    """The rules of one kind. `label` is what screens call it; `is_secret` texts are never kept nor shown.

    `only_by` names the one road that makes sense: an answer to somebody on LINE goes there, whatever the studio chose.
    `answers` kinds answer what somebody has just written or tapped, so on LINE they may go by its reply token.
    `is_by_hand`: a human typed the words, so on LINE they stand alone, and the road is chosen for each one.
    """

    label: str
    quiet: Quiet
    needs_consent: bool = False
    is_secret: bool = False
    only_by: Channel | None = None
    answers: bool = False
    is_by_hand: bool = False


POLICIES: dict[Kind, KindPolicy] = {
    Kind.BOOKING_CONFIRMED: KindPolicy(N_("Booking confirmation"), Quiet.AT_ONCE),
    Kind.BOOKING_MOVED: KindPolicy(N_("Booking moved"), Quiet.AT_ONCE),
    Kind.BOOKING_CANCELLED: KindPolicy(N_("Booking cancelled"), Quiet.AT_ONCE),
    Kind.REMINDER_DAY_BEFORE: KindPolicy(N_("Reminder the day before"), Quiet.EARLIER),
    Kind.REMINDER_TWO_HOURS: KindPolicy(N_("Reminder two hours before"), Quiet.EARLIER),
    Kind.SERIES_DATES: KindPolicy(N_("Dates of a series"), Quiet.AT_ONCE),
    Kind.MOVE_PROPOSED: KindPolicy(N_("Another time proposed"), Quiet.AT_ONCE),
    Kind.SLOT_OFFERED: KindPolicy(N_("A time has become free"), Quiet.LATER),
    Kind.TIMES_OFFERED: KindPolicy(N_("Times to choose from"), Quiet.AT_ONCE, answers=True),
    Kind.SCREENING_ASKED: KindPolicy(N_("Health check sheet asked for"), Quiet.LATER),
    Kind.CARE_ASKED: KindPolicy(N_("Check-in asked for"), Quiet.LATER),
    Kind.CARE_REPLY: KindPolicy(N_("Word from the trainer"), Quiet.LATER),
    Kind.HOME_PROGRAM: KindPolicy(N_("Link to the home program"), Quiet.LATER),
    Kind.STAFF_INVITE: KindPolicy(N_("Staff invitation"), Quiet.AT_ONCE, is_secret=True),
    Kind.PASSWORD_RESET: KindPolicy(N_("Password reset"), Quiet.AT_ONCE, is_secret=True),
    Kind.TEXT_TEST: KindPolicy(N_("Test of a text"), Quiet.AT_ONCE, only_by=Channel.MAIL),
    Kind.WELCOME: KindPolicy(N_("Welcome"), Quiet.AT_ONCE),
    Kind.AFTER_COUNSELLING: KindPolicy(N_("Follow-up after counselling"), Quiet.LATER, needs_consent=True),
    Kind.AFTER_TRIAL: KindPolicy(N_("Follow-up after the trial"), Quiet.LATER, needs_consent=True),
    Kind.AFTER_NO_SHOW: KindPolicy(N_("Follow-up after a no-show"), Quiet.LATER, needs_consent=True),
    Kind.NO_NEXT_BOOKING: KindPolicy(N_("Member without a next booking"), Quiet.LATER, needs_consent=True),
    Kind.MISSED_YOU: KindPolicy(N_("A member who has not come for a while"), Quiet.LATER, needs_consent=True),
    Kind.FIRST_MONTH: KindPolicy(N_("The first weeks of a member"), Quiet.LATER, needs_consent=True),
    Kind.SHEET_EXPIRING: KindPolicy(N_("Health check sheet running out"), Quiet.LATER),
    Kind.TICKETS_LOW: KindPolicy(N_("Tickets running out"), Quiet.LATER, needs_consent=True),
    Kind.FREEZE_ENDING: KindPolicy(N_("A freeze ends"), Quiet.LATER),
    Kind.CARE_REMINDED: KindPolicy(N_("Check-in asked for again"), Quiet.LATER),
    Kind.LINE_GREETING: KindPolicy(N_("LINE: greeting"), Quiet.AT_ONCE, only_by=Channel.LINE, answers=True),
    Kind.LINE_CONNECTED: KindPolicy(N_("LINE: connected"), Quiet.AT_ONCE, only_by=Channel.LINE, answers=True),
    Kind.LINE_CODE_REFUSED: KindPolicy(
        N_("LINE: code not valid"), Quiet.AT_ONCE, only_by=Channel.LINE, answers=True
    ),
    Kind.LINE_BOOK: KindPolicy(N_("LINE menu: book"), Quiet.AT_ONCE, only_by=Channel.LINE, answers=True),
    Kind.LINE_CHANGE: KindPolicy(N_("LINE menu: change"), Quiet.AT_ONCE, only_by=Channel.LINE, answers=True),
    Kind.LINE_WAY: KindPolicy(N_("LINE menu: way"), Quiet.AT_ONCE, only_by=Channel.LINE, answers=True),
    Kind.LINE_QUESTION: KindPolicy(
        N_("LINE menu: question"), Quiet.AT_ONCE, only_by=Channel.LINE, answers=True
    ),
    Kind.LINE_TIMES: KindPolicy(
        N_("LINE: answer to a chosen time"), Quiet.AT_ONCE, only_by=Channel.LINE, answers=True
    ),
    Kind.LINE_INVITE: KindPolicy(N_("Link to connect LINE"), Quiet.LATER, only_by=Channel.MAIL),
    Kind.WEEKLY_SUMMARY: KindPolicy(
        N_("Summary of the week for managers"), Quiet.AT_ONCE, only_by=Channel.MAIL
    ),
    Kind.WRITTEN: KindPolicy(N_("Written by hand"), Quiet.AT_ONCE, is_by_hand=True, answers=True),
}

FOLLOW_UP_KINDS = tuple(kind for kind, policy in POLICIES.items() if policy.needs_consent)
