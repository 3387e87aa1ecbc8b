"""What a provider's answer means, as a line of a table: the channels look their tables through in order."""

from dataclasses import dataclass

from backoffice.messaging.channels import Blame, Ending


@dataclass(frozen=True)
class Answer:
    """The meaning of some answers: how they begin, how to go on, the plain reason (N_), who is to blame."""

    pattern: str
    ending: Ending
    reason: str
    blame: Blame = Blame.MESSAGE
