"""What a mail server's answers mean: which are worth another try, and the plain reason for people."""

import re
import smtplib
import ssl

from backoffice.core.language import N_
from backoffice.messaging.answers import Answer
from backoffice.messaging.channels import Blame, Ending, Outcome

UNREACHABLE = N_("The mail server could not be reached.")
BUSY = N_("The mail server asked us to come back later.")
FULL = N_("The mailbox is full.")
NO_SUCH_ADDRESS = N_("The mail address does not exist.")
REFUSED = N_("The mail server refused this message.")
SIGN_IN = N_("The mail server does not accept our sign-in. Please ask the owner to check SMTP_URL.")
SENDER = N_("The mail server does not accept mail from us. Please ask the owner to check MAIL_FROM.")
NOT_SECURE = N_("The connection to the mail server is not secure. Please ask the owner to check SMTP_URL.")
NONSENSE = N_("The mail server gave an answer that makes no sense.")
ANSWER_LOST = N_("It was handed to the mail server, but the answer was lost. It may or may not have arrived.")

LONGEST_DETAIL = 200
ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")


# Patterns are of "code enhanced-code words". Enhanced codes are those of RFC 3463.
ANSWERS = (
    Answer(r"250\b", Ending.ACCEPTED, ""),
    Answer(r"(45|55)\d .?[45]\.2\.2|452 |552 ", Ending.RETRY_SLOWLY, FULL),
    Answer(r"421|4\d\d", Ending.RETRY_SOON, BUSY),
    Answer(r"53[045]|5\d\d 5\.7\.(8|9)\b", Ending.RETRY_SLOWLY, SIGN_IN, Blame.SETTINGS),
    Answer(r"550 5\.7|554", Ending.NEVER, REFUSED),
    Answer(r"55[0-3]|5\d\d 5\.1\.", Ending.NEVER, NO_SUCH_ADDRESS),
    Answer(r"5\d\d", Ending.NEVER, REFUSED),
)


def classify(code: int, words: bytes | str, *, handed_over: bool) -> Outcome:
    """What an answer means. One that is no SMTP at all is ambiguous once the message was handed over."""
    detail = plain_detail(f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}")
    for answer in ANSWERS:
        if re.match(answer.pattern, detail) and (handed_over or answer.ending is not Ending.ACCEPTED):
            return Outcome(answer.ending, answer.reason, detail, blame=answer.blame)
    if handed_over:
        return Outcome(Ending.AMBIGUOUS, ANSWER_LOST, detail, blame=Blame.CHANNEL)
    return Outcome(Ending.RETRY_SOON, NONSENSE, detail, blame=Blame.CHANNEL)


def before_the_dot(error: Exception) -> Outcome:
    """An error while nothing was handed over yet: safe to try again unless the server said never."""
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError):
        return Outcome(Ending.RETRY_SLOWLY, NOT_SECURE, plain_detail(str(error)), blame=Blame.SETTINGS)
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        # The server dislikes us, not this message, so the message waits until somebody has looked.
        refused = 500 <= error.smtp_code < 600
        outcome = classify(error.smtp_code, error.smtp_error, handed_over=False)
        ours = Outcome(Ending.RETRY_SLOWLY, SENDER, outcome.detail, blame=Blame.SETTINGS)
        return ours if refused else outcome
    if isinstance(error, smtplib.SMTPResponseException):
        return classify(error.smtp_code, error.smtp_error, handed_over=False)
    detail = plain_detail(f"{type(error).__name__}: {error}")
    return Outcome(Ending.RETRY_SOON, UNREACHABLE, detail, blame=Blame.CHANNEL)


def after_the_dot(error: Exception) -> Outcome:
    """An error after the final dot: nobody can know, so a person decides."""
    detail = plain_detail(f"{type(error).__name__}: {error}")
    return Outcome(Ending.AMBIGUOUS, ANSWER_LOST, detail, blame=Blame.CHANNEL)


def plain_detail(text: str) -> str:
    """The provider's words in one short line, without mail addresses."""
    return ADDRESS.sub("<…>", " ".join(text.split()))[:LONGEST_DETAIL]
