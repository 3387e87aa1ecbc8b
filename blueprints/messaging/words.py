"""What states, kinds and attempts are called on screens."""

from backoffice.core.language import N_, Language
from backoffice.messaging.channels import Ending
from backoffice.messaging.models import Kind, MessageState
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.queries import Tray
from backoffice.messaging.settling import INTERRUPTED, LOST

LANGUAGE_NAMES = {Language.JA: "日本語", Language.EN: "English"}

TRAYS = {
    Tray.PLANNED: N_("Planned"),
    Tray.SENT: N_("Sent"),
    Tray.FAILED: N_("Failed"),
    Tray.UNKNOWN: N_("Unclear"),
    Tray.REVIEW: N_("To be reviewed"),
    Tray.NOT_SENT: N_("Not sent"),
}

STATES = {
    MessageState.PLANNED: N_("Planned"),
    MessageState.CLAIMED: N_("Being sent"),
    MessageState.SENT: N_("Accepted"),
    MessageState.FAILED: N_("Failed"),
    MessageState.UNKNOWN: N_("Unclear whether it arrived"),
    MessageState.CANCELLED: N_("Not needed any more"),
    MessageState.EXPIRED: N_("Time is over"),
    MessageState.NOT_SENT: N_("Not sent"),
    MessageState.HELD_FOR_REVIEW: N_("To be reviewed"),
}

ATTEMPTS = {
    "": N_("running"),
    Ending.ACCEPTED.value: N_("accepted"),
    Ending.RETRY_SOON.value: N_("try again soon"),
    Ending.RETRY_SLOWLY.value: N_("try again later"),
    Ending.NEVER.value: N_("refused"),
    Ending.AMBIGUOUS.value: N_("answer lost"),
    Ending.TAKEN_BACK.value: N_("taken back"),
    INTERRUPTED: N_("interrupted before it was handed over"),
    LOST: N_("interrupted after it was handed over"),
}

EMPTY = {
    Tray.PLANNED: N_("Nothing is waiting to be sent."),
    Tray.SENT: N_("Nothing was sent yet."),
    Tray.FAILED: N_("Nothing failed."),
    Tray.UNKNOWN: N_("Nothing is unclear."),
    Tray.REVIEW: N_(
        "Nothing waits for a decision. After a restored backup, messages that were due appear here."
    ),
    Tray.NOT_SENT: N_("Nothing was left unsent."),
}


def kind_words() -> dict[str, str]:
    """The marked name of each kind, by its value."""
    return {kind.value: POLICIES[kind].label for kind in Kind}
