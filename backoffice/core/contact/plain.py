"""Text from outside, made storable: what PostgreSQL refuses or no reader can see is taken out."""

import re

# Control characters (NUL among them) and lone surrogates; tabs and line ends stay.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")


def one_line_end(text: str) -> str:
    """The text with a single newline wherever a line ends; browsers and Windows write two characters."""
    return _LINE_END.sub("\n", text)


def plain_text(text: str, limit: int | None = None) -> str:
    """The text without NUL, other control characters and lone surrogates, trimmed, cut at `limit` characters.

    Line ends become a single newline; tabs stay.
    """
    if limit is not None:
        text = text[: limit * 2]  # bounds the work on a hostile input; real texts lose nothing here
    return _UNWANTED.sub("", one_line_end(text)).strip()[:limit]
