"""The entry rules: their words on screens, the event that lets people in, the stops and messages that go with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.playbooks import events
from backoffice.playbooks.models import Entry, Stop


@dataclass(frozen=True)
class EntryRule:
    """An entry rule: its name and its sentence for screens, whom it lets in, and the stops that make sense with it."""

    label: str
    sentence: str
    entrants: Callable[[int, datetime], events.Entrants]
    stops: tuple[Stop, ...]


_LEAD_STOPS = (Stop.JOINED, Stop.LOST, Stop.BOOKED, Stop.OPTED_OUT, Stop.REPLIED)
_MEMBER_STOPS = (Stop.BOOKED, Stop.OPTED_OUT, Stop.GATE_OPEN, Stop.REPLIED)

ENTRIES: dict[Entry, EntryRule] = {
    Entry.COUNSELLED: EntryRule(
        N_("Counselling without a trial"), N_("The counselling was held; no trial is booked."),
        events.counselled, _LEAD_STOPS,
    ),
    Entry.TRIALLED: EntryRule(
        N_("Trial without joining"), N_("The trial was held; they have not joined."), events.trialled, _LEAD_STOPS
    ),
    Entry.NO_SHOW: EntryRule(
        N_("No-show of an enquiry"), N_("They did not come and have booked nothing since."), events.no_show, _LEAD_STOPS
    ),
    Entry.NO_NEXT_BOOKING: EntryRule(
        N_("Member without a next booking"), N_("A member was here and has nothing booked."), events.no_next_booking,
        _MEMBER_STOPS,
    ),
    Entry.QUIET: EntryRule(
        N_("Member quiet for 14 days"), N_("The last visit of a member is two weeks ago; nothing is booked."),
        events.quiet, _MEMBER_STOPS,
    ),
    Entry.SHEET_EXPIRING: EntryRule(
        N_("Health check sheet running out"), N_("The sheet of a member ends within 30 days."),
        events.sheet_expiring, (),
    ),
    Entry.CHECK_IN_UNANSWERED: EntryRule(
        N_("Check-in unanswered"), N_("The link was sent; nothing was told since."), events.check_in_unanswered, ()
    ),
    Entry.TICKETS_LOW: EntryRule(
        N_("Tickets low or ending"),
        N_("The packs of a member have two tickets or thirty days left; nothing newer follows."),
        events.tickets_low, (Stop.OPTED_OUT, Stop.GATE_OPEN, Stop.REPLIED),
    ),
    Entry.FREEZE_ENDING: EntryRule(
        N_("A freeze ends"), N_("The freeze of a member ends in two weeks."),
        events.freeze_ending, (Stop.BOOKED, Stop.REPLIED),
    ),
    Entry.JOINED: EntryRule(
        N_("First month of a member"), N_("They have joined."),
        events.joined, (Stop.OPTED_OUT, Stop.GATE_OPEN, Stop.REPLIED),
    ),
}  # fmt: skip

STOP_WORDS = {
    Stop.JOINED: N_("They join"),
    Stop.LOST: N_("The lead is closed as lost"),
    Stop.BOOKED: N_("They book a visit"),
    Stop.OPTED_OUT: N_("They take back the consent to follow-ups"),
    Stop.GATE_OPEN: N_("A trainer has to decide on their health check"),
    Stop.REPLIED: N_("They write to the gym"),
}

LEAD_ENTRIES = (Entry.COUNSELLED, Entry.TRIALLED, Entry.NO_SHOW)
LEAD_KINDS = (Kind.AFTER_COUNSELLING, Kind.AFTER_TRIAL, Kind.AFTER_NO_SHOW)
MEMBER_KINDS = (
    Kind.NO_NEXT_BOOKING,
    Kind.MISSED_YOU,
    Kind.FIRST_MONTH,
    Kind.SHEET_EXPIRING,
    Kind.CARE_REMINDED,
    Kind.TICKETS_LOW,
    Kind.FREEZE_ENDING,
)
STEP_KINDS = (*LEAD_KINDS, *MEMBER_KINDS)
"""The messages that a step can send."""


def kinds_for(entry: Entry) -> tuple[Kind, ...]:
    """The messages that go with an entry rule: to enquiries, or to members."""
    return LEAD_KINDS if entry in LEAD_ENTRIES else MEMBER_KINDS
