"""What LINE's answers mean: which are final, which are worth another try, and the plain reason for people."""

import re
from collections.abc import Sequence
from datetime import timedelta

from linebot.v3.messaging.exceptions import ApiException
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from backoffice.core.language import N_
from backoffice.messaging.answers import Answer
from backoffice.messaging.channels import Blame, Ending, Outcome

UNREACHABLE = N_("LINE could not be reached.")
BUSY = N_("LINE asked us to come back later.")
USED_UP = N_("The LINE messages of this month are used up.")
NO_SUCH_ACCOUNT = N_("LINE does not know this account (any more).")
REFUSED = N_("LINE refused this message.")
SIGN_IN = N_(
    "LINE does not accept our access token. Please ask the owner to check LINE_CHANNEL_ACCESS_TOKEN."
)
NOT_ALLOWED = N_("LINE does not allow us to send. Please ask the owner to look at the LINE account.")
WRONG_SERVER = N_("What answers at LINE_API_URL is not LINE. Please ask the owner to check it.")
NOT_SECURE = N_("The connection to LINE is not secure. Please ask the owner to check LINE_API_URL.")
ANSWER_LOST = N_("It was handed to LINE, but the answer was lost. It may or may not have arrived.")
TOKEN_OVER = N_("The moment to reply was over.")
TOO_LONG = N_("The text is too long for LINE.")

LONGEST_DETAIL = 200
ACCOUNT = re.compile(r"\b[UCR][0-9a-f]{32}\b")


# Patterns are of "status words". A fault of LINE (5xx) may come after the message was taken: only the key can tell.
ANSWERS = (
    Answer(r"200\b|409\b", Ending.ACCEPTED, ""),
    Answer(r"429 .*monthly limit", Ending.NEVER, USED_UP, Blame.QUOTA),
    Answer(r"429\b", Ending.RETRY_SOON, BUSY),
    Answer(r"400 .*(property, 'to'|Failed to send)", Ending.NEVER, NO_SUCH_ACCOUNT),
    Answer(r"401\b", Ending.RETRY_SLOWLY, SIGN_IN, Blame.SETTINGS),
    Answer(r"403\b", Ending.NEVER, NOT_ALLOWED),
    Answer(r"404\b", Ending.NEVER, NO_SUCH_ACCOUNT),
    Answer(r"4\d\d", Ending.NEVER, REFUSED),
    Answer(r"3\d\d", Ending.RETRY_SLOWLY, WRONG_SERVER, Blame.SETTINGS),
    Answer(r"5\d\d", Ending.AMBIGUOUS, ANSWER_LOST, Blame.CHANNEL),
)

REPLY_ANSWERS = (
    Answer(r"409\b", Ending.AMBIGUOUS, ANSWER_LOST, Blame.CHANNEL),
    Answer(r"400 .*reply token", Ending.NEVER, TOKEN_OVER),
    *ANSWERS,
)


def accepted(request_id: str | None) -> Outcome:
    """LINE took it: that says nothing of whether it was delivered or read."""
    return Outcome(Ending.ACCEPTED, detail=plain_detail(f"200 {request_id or ''}"))


def refused(error: ApiException) -> Outcome:
    """What an answer other than 200 means."""
    return _meaning(error, ANSWERS)


def refused_reply(error: ApiException) -> Outcome:
    """The same for a reply. Without a key a 409 says nothing of an earlier try."""
    return _meaning(error, REPLY_ANSWERS)


def _meaning(error: ApiException, answers: Sequence[Answer]) -> Outcome:
    if not error.status:
        return _not_secure(error)
    detail = plain_detail(f"{error.status} {error.body or error.reason or ''}")
    for answer in answers:
        if re.match(answer.pattern, detail, re.IGNORECASE):
            return Outcome(answer.ending, answer.reason, detail, _wait(error), answer.blame)
    return Outcome(Ending.AMBIGUOUS, ANSWER_LOST, detail, blame=Blame.CHANNEL)


def broken(error: Exception) -> Outcome:
    """No answer, or one that is none. Without a connection nothing was sent; anything later leaves a doubt."""
    detail = plain_detail(f"{type(error).__name__}: {error}")
    if isinstance(error, NewConnectionError | ConnectTimeoutError):
        return Outcome(Ending.RETRY_SOON, UNREACHABLE, detail, blame=Blame.CHANNEL)
    return Outcome(Ending.AMBIGUOUS, ANSWER_LOST, detail, blame=Blame.CHANNEL)


def _not_secure(error: ApiException) -> Outcome:
    """The SDK gives errors of TLS the status 0. A certificate is looked at before anything is sent."""
    detail = plain_detail(str(error.reason))
    if "CERTIFICATE_VERIFY_FAILED" in detail or "WRONG_VERSION_NUMBER" in detail:
        return Outcome(Ending.RETRY_SLOWLY, NOT_SECURE, detail, blame=Blame.SETTINGS)
    return Outcome(Ending.AMBIGUOUS, ANSWER_LOST, detail, blame=Blame.CHANNEL)


def _wait(error: ApiException) -> timedelta | None:
    text = str((error.headers or {}).get("Retry-After", ""))
    return timedelta(seconds=int(text)) if re.fullmatch(r"[0-9]{1,5}", text) else None


def plain_detail(text: str) -> str:
    """LINE's words in one short line, without accounts."""
    return ACCOUNT.sub("<…>", " ".join(text.split()))[:LONGEST_DETAIL]
