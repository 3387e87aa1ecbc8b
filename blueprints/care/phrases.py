"""Answers a trainer taps instead of typing; said in the language of the client, whoever reads the screen."""

from backoffice.core.language import N_, translate

PHRASES = (
    N_("Thank you for telling me. Please rest well tonight."),
    N_("Thank you. Let us take it easier at the next session."),
    N_("You are doing well. Please keep going like this."),
    N_("Thank you. Please tell me more when we meet."),
)


def composed(chosen: str, own: str, language: str) -> str:
    """The phrase of that number, if any, and the trainer's own words below it."""
    phrase = translate(PHRASES[int(chosen)], language) if chosen in {"0", "1", "2", "3"} else ""
    return "\n".join(part for part in (phrase, own.strip()) if part)
