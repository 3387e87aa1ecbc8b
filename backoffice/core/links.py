"""Signed links for people without an account. The address is built from PUBLIC_URL, never from a request."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from backoffice.core import clock

_secret = ""
_public_url = ""


def configure(secret_key: str, public_url: str) -> None:
    """Set the signing key and the public address of this process."""
    global _secret, _public_url
    _secret, _public_url = secret_key, public_url.rstrip("/")


class _AppClockSigner(TimestampSigner):
    """Signs with the application's clock, so that drills with CLOCK_OFFSET see links age."""

    def get_timestamp(self) -> int:
        return int(clock.utc_now().timestamp())


class _AppClockSerializer(URLSafeTimedSerializer):
    default_signer = _AppClockSigner


def sign(purpose: str, *parts: int | str) -> str:
    """A token for one purpose that carries `parts` (ids and epochs, never personal data)."""
    return _AppClockSerializer(_secret, salt=f"link:{purpose}").dumps(list(parts))


def read(purpose: str, token: str, max_age: timedelta | None = None) -> list[int | str] | None:
    """The parts inside a token, or None when it is forged, broken, too old or for another purpose."""
    if len(token) > 300:
        return None
    seconds = None if max_age is None else int(max_age.total_seconds())
    try:
        parts = _AppClockSerializer(_secret, salt=f"link:{purpose}").loads(token, max_age=seconds)
    except (BadSignature, ValueError):
        return None
    return parts if isinstance(parts, list) else None


def absolute(path: str) -> str:
    """The full address of a path of this site."""
    return f"{_public_url}{path}"


def site_host() -> str:
    """The host of this site, for identifiers that must be unique in the world."""
    return urlsplit(_public_url).hostname or "localhost"


def secret_token() -> str:
    """A random token to be sent once and kept only as its hash."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a secret token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_hash(purpose: str, text: str) -> str:
    """What the database keeps of a secret so short that a plain hash could be tried out: nothing without SECRET_KEY."""
    return hmac.new(_secret.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
