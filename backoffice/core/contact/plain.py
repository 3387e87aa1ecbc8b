"""Text from outside, made storable: what PostgreSQL refuses or no reader can see is taken out."""

import unicodedata

_KEPT_CONTROLS = "\n\t"
_INVISIBLE = ("Cc", "Cs")  # control characters (NUL among them) and lone surrogates


def plain_text(text: str, limit: int | None = None) -> str:
    """The text without NUL, other control characters and lone surrogates, trimmed, cut at `limit` characters.

    Line ends become a single newline; tabs stay.
    """
    if limit is not None:
        text = text[: limit * 2]  # bounds the work on a hostile input; real texts lose nothing here
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (char for char in text if char in _KEPT_CONTROLS or unicodedata.category(char) not in _INVISIBLE)
    return "".join(kept).strip()[:limit]
