"""Mail addresses: one normal form, no look-up of the domain."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from backoffice.core.contact.plain import plain_text

_LONGEST = 254  # RFC 5321 limits a path to 256 characters with its angle brackets
_WRAPPING = " \t\n<>,;、。・"

# Older addresses at these carriers may hold dots in a row or before the @. The standard forbids them, the
# carriers deliver them, and their owners have no other address.
_DOTTED_CARRIERS = (
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "au.com",
    "softbank.ne.jp",
    "i.softbank.jp",
    "vodafone.ne.jp",
)
_DOTS = re.compile(r"\.{2,}")


def parse_mail(text: str) -> str | None:
    """The address in its one normal form (half width, lower case, domain in ASCII), or None.

    Nothing is asked of the network: an address can be well formed and still reach nobody.
    """
    if len(text) > 2 * _LONGEST:
        return None
    folded = (
        unicodedata.normalize("NFKC", plain_text(text)).casefold().removeprefix("mailto:").strip(_WRAPPING)
    )
    local, at, domain = folded.rpartition("@")
    dotted = domain in _DOTTED_CARRIERS
    try:
        checked = validate_email(
            f"{_DOTS.sub('.', local).strip('.')}{at}{domain}" if dotted else folded,
            check_deliverability=False,
            allow_smtputf8=False,
        )
    except EmailNotValidError:
        return None
    address = folded if dotted else checked.ascii_email
    return address.lower() if address and len(address) <= _LONGEST else None
