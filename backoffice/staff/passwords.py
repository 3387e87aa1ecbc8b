"""Passwords and PINs as argon2id hashes (library defaults follow RFC 9106, 64 MiB each)."""

from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backoffice.core.errors import Invalid
from backoffice.core.language import N_

SHORTEST = 12
LONGEST = 200
PIN_SHORTEST = 4
PIN_LONGEST = 8
DEMO_PASSWORD = "kyoto-demo-2026"  # noqa: S105 - printed by the demo, refused for anything else

_hasher = PasswordHasher()
_nobody = _hasher.hash("no account has this password")
# Each hash takes 64 MiB for a moment: many sign-ins at once wait for each other instead of filling the memory.
_at_once = BoundedSemaphore(2)


def hash_secret(secret: str) -> str:
    """The argon2id hash to keep of a password or PIN."""
    with _at_once:
        return _hasher.hash(secret)


def matches(kept: str | None, secret: str) -> bool:
    """Whether a secret is the one kept. Takes as long for an account that does not exist."""
    try:
        with _at_once:
            return _hasher.verify(kept or _nobody, secret[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's and should be made again."""
    return _hasher.check_needs_rehash(kept)


def check_password(password: str, *, field: str = "password", mail: str = "") -> None:
    """Refuse a password that is too short or long, has one letter only, repeats the mail address or is the demo's."""
    if len(password) < SHORTEST:
        raise Invalid(N_("Please choose at least %(n)s characters."), field=field, n=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid(N_("Please choose at most %(n)s characters."), field=field, n=LONGEST)
    local = mail.partition("@")[0].lower()
    same_as_mail = local != "" and password.lower() in {mail.lower(), local, local * 2}
    if len(set(password)) < 5 or same_as_mail or password == DEMO_PASSWORD:
        raise Invalid(N_("That would be easy to guess. Please choose another one."), field=field)


def check_pin(pin: str) -> None:
    """Refuse a PIN that is not 4 to 8 digits, or is one digit repeated or counts up or down (1111, 1234, 9876)."""
    if not (pin.isascii() and pin.isdigit() and PIN_SHORTEST <= len(pin) <= PIN_LONGEST):
        raise Invalid(
            N_("Please choose %(least)s to %(most)s digits."),
            field="pin",
            least=PIN_SHORTEST,
            most=PIN_LONGEST,
        )
    steps = {int(right) - int(left) for left, right in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise Invalid(N_("That would be easy to guess. Please choose another one."), field="pin")
