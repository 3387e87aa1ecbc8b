"""The steps of a lead and what comes next at each: pure rules, no database."""

from datetime import datetime, timedelta
from typing import NamedTuple

from backoffice.core.language import N_
from backoffice.leads.models import CLOSED_STAGES, Stage

_ORDER = tuple(stage for stage in Stage if stage is not Stage.LOST)

REPLY_WITHIN = timedelta(hours=1)
"""The clock of the first reply."""

CLOSED = N_("This lead is closed. Reopen it first.")
CONTACT_AGAIN = N_("Get in touch again")


class NextAction(NamedTuple):
    """What to do (English, translated where it is shown) and how long after the step."""

    title: str
    after: timedelta


NEXT_ACTIONS = {
    Stage.NEW: NextAction(N_("Reply to the enquiry"), REPLY_WITHIN),
    Stage.CONTACTED: NextAction(N_("Ask about a time for counselling or a trial"), timedelta(days=2)),
    Stage.COUNSELLING_BOOKED: NextAction(N_("Hold the counselling"), timedelta(days=1)),
    Stage.COUNSELLED: NextAction(N_("Suggest a trial"), timedelta(days=1)),
    Stage.TRIAL_BOOKED: NextAction(N_("Hold the trial"), timedelta(days=1)),
    Stage.TRIALLED: NextAction(N_("Ask how they decided"), timedelta(days=2)),
}


_IS_BOOKED = N_("This lead has a booking. Cancel or mark the booking; the lead follows by itself.")
_BY_BOOKING = N_("Please make the booking; the lead follows by itself.")

_NOT_FROM = {
    Stage.COUNSELLING_BOOKED: _IS_BOOKED,
    Stage.TRIAL_BOOKED: _IS_BOOKED,
    Stage.TRIALLED: N_("The trial was held. Only joining or losing comes after it."),
}
_NOT_TO = {
    Stage.NEW: N_("A lead that was answered is not new again."),
    Stage.COUNSELLING_BOOKED: _BY_BOOKING,
    Stage.TRIAL_BOOKED: _BY_BOOKING,
    Stage.TRIALLED: N_("Please mark the trial as attended; the lead follows by itself."),
    Stage.JOINED: N_("Joining is signed on its own page."),
}


def is_further(stage: Stage, than: Stage) -> bool:
    """Whether a step lies ahead. Nothing is ahead of a closed lead, and losing is no step forward."""
    if than in CLOSED_STAGES or stage is Stage.LOST:
        return False
    return _ORDER.index(stage) > _ORDER.index(than)


def is_earlier(stage: Stage, than: Stage) -> bool:
    """Whether a step lies behind: what an open lead may be taken back to."""
    if than in CLOSED_STAGES or stage in CLOSED_STAGES:
        return False
    return _ORDER.index(stage) < _ORDER.index(than)


def refusal_by_hand(stage: Stage, to: Stage) -> str | None:
    """Why a lead cannot be moved to a stage by hand; None when it can.

    A booking and its attendance move a lead by themselves: by hand it would say what did not happen.
    """
    if stage in CLOSED_STAGES:
        return CLOSED
    if to is stage:
        return N_("The lead is at this stage already.")
    if to is Stage.LOST:
        return None
    return _NOT_FROM.get(stage) or _NOT_TO.get(to)


def moves_by_hand(stage: Stage) -> list[Stage]:
    """Where a lead can be moved by hand."""
    return [to for to in Stage if refusal_by_hand(stage, to) is None]


def stage_after_reopening(before_lost: Stage, *, was_counselled: bool) -> Stage:
    """Where a lost lead goes on. Its booking is gone, so a booked step falls back to the talk before it."""
    if before_lost is Stage.TRIAL_BOOKED:
        return Stage.COUNSELLED if was_counselled else Stage.CONTACTED
    return Stage.CONTACTED if before_lost is Stage.COUNSELLING_BOOKED else before_lost


def default_due(stage: Stage, *, now: datetime) -> datetime:
    """When the usual next action of a stage is due."""
    return now + NEXT_ACTIONS[stage].after
