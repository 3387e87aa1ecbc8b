"""What stages and the reasons of a step are called."""

from typing import Any

from flask_babel import lazy_gettext as _l

from backoffice.leads.models import CallOutcome, Stage

STAGE_WORDS = {
    Stage.NEW: _l("New"),
    Stage.CONTACTED: _l("Contacted"),
    Stage.COUNSELLING_BOOKED: _l("Counselling booked"),
    Stage.COUNSELLED: _l("Counselled"),
    Stage.TRIAL_BOOKED: _l("Trial booked"),
    Stage.TRIALLED: _l("Trial held, deciding"),
    Stage.JOINED: _l("Joined"),
    Stage.LOST: _l("Lost"),
}

STEP_REASONS = {
    "cancelled": _l("booking cancelled"),
    "no-show": _l("did not come"),
    "undone": _l("put right"),
}
"""Why a stage went back, as bookings say it; a lost lead names its reason of the studio's list."""

CALL_WORDS = {
    CallOutcome.NO_ANSWER: _l("No answer"),
    CallOutcome.VOICEMAIL: _l("Voice message left"),
    CallOutcome.CALLS_BACK: _l("They call back"),
}

LEAD_WORDS: dict[str, Any] = {
    "stage_words": STAGE_WORDS, "step_reasons": STEP_REASONS, "call_words": CALL_WORDS,
}  # fmt: skip
