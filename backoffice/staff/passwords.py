"""Passwords and PINs as argon2id hashes (library defaults follow RFC 9106)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backoffice.core.errors import Invalid
from backoffice.core.language import N_

SHORTEST = 12
LONGEST = 200

_hasher = PasswordHasher()
_nobody = _hasher.hash("no account has this password")


def hash_secret(secret: str) -> str:
    """The argon2id hash to keep of a password or PIN."""
    return _hasher.hash(secret)


def matches(kept: str | None, secret: str) -> bool:
    """Whether a secret is the one kept. Takes as long for an account that does not exist."""
    try:
        return _hasher.verify(kept or _nobody, secret) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def check_password(password: str) -> None:
    """Refuse a password shorter than 12 characters or longer than 200."""
    if len(password) < SHORTEST:
        raise Invalid(N_("Please choose at least %(n)s characters."), field="password", n=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid(N_("Please choose at most %(n)s characters."), field="password", n=LONGEST)
