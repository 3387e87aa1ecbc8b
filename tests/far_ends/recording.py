"""A channel inside the test's own process: keeps what it was given and answers as told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome

ACCEPTED = Outcome(Ending.ACCEPTED)


@dataclass
class RecordingChannel:
    """Accepts everything unless `answers` holds outcomes for the next calls. `meanwhile` runs before handing over."""

    honours_keys_for: timedelta = timedelta(0)
    answers: list[Outcome] = field(default_factory=list)
    sent: list[Envelope] = field(default_factory=list)
    calls: list[Envelope] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        self.calls.append(envelope)
        if self.meanwhile is not None:
            self.meanwhile()
        if not hand_over():
            return Outcome(Ending.TAKEN_BACK)
        outcome = self.answers.pop(0) if self.answers else ACCEPTED
        if outcome.ending is Ending.ACCEPTED:
            self.sent.append(envelope)
        return outcome
