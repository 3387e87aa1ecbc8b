"""What each kind of message has to know, and who knows it: for the worker that sends and pages that foresee."""

from backoffice.bookings.facts import BOOKING_KINDS, booking_facts, series_facts
from backoffice.bookings.line_menu import change_facts
from backoffice.bookings.sheet_requests import screening_facts
from backoffice.care.replies import care_facts
from backoffice.choices.facts import tap_facts, times_facts
from backoffice.inbox.facts import written_facts
from backoffice.joining.facts import welcome_facts
from backoffice.line.facts import answer_facts, invite_facts
from backoffice.line.menu import ANSWERS
from backoffice.messaging.facts import Provider
from backoffice.messaging.models import Kind
from backoffice.playbooks.entries import STEP_KINDS
from backoffice.playbooks.facts import step_facts
from backoffice.programs.home import home_facts
from backoffice.replanning.facts import proposal_facts
from backoffice.reports.summary import summary_facts
from backoffice.staff.facts import staff_facts, text_test_facts
from backoffice.waiting.facts import offer_facts

PROVIDERS: dict[Kind, Provider] = {
    **dict.fromkeys(BOOKING_KINDS, booking_facts),
    **dict.fromkeys(STEP_KINDS, step_facts),
    Kind.STAFF_INVITE: staff_facts,
    Kind.PASSWORD_RESET: staff_facts,
    Kind.SERIES_DATES: series_facts,
    Kind.MOVE_PROPOSED: proposal_facts,
    Kind.SLOT_OFFERED: offer_facts,
    Kind.TIMES_OFFERED: times_facts,
    Kind.LINE_TIMES: tap_facts,
    Kind.SCREENING_ASKED: screening_facts,
    Kind.CARE_ASKED: care_facts,
    Kind.CARE_REPLY: care_facts,
    Kind.HOME_PROGRAM: home_facts,
    Kind.WELCOME: welcome_facts,
    **dict.fromkeys((Kind.LINE_GREETING, Kind.LINE_CONNECTED, Kind.LINE_CODE_REFUSED), answer_facts),
    **dict.fromkeys(ANSWERS.values(), answer_facts),
    Kind.LINE_CHANGE: change_facts,
    Kind.LINE_INVITE: invite_facts,
    Kind.TEXT_TEST: text_test_facts,
    Kind.WRITTEN: written_facts,
    Kind.WEEKLY_SUMMARY: summary_facts,
}
