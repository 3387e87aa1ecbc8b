"""Whether LINE itself wrote a webhook: the signature over the raw body, compared in constant time."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Whether one of the channel secrets made this signature. Pure.

    While a secret is being changed, LINE may still sign with the old one. Every secret is tried, so the time taken
    does not tell which one fits.
    """
    given = signature.encode("utf-8", "surrogatepass")
    fits = [hmac.compare_digest(sign(body, secret), given) for secret in secrets]
    return any(fits)


def sign(body: bytes, secret: str) -> bytes:
    """The signature of a body as LINE writes it: HMAC-SHA256 in base64. Pure."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
