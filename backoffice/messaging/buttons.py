"""Buttons below a text, as LINE takes them; in a mail the same are links. What stands alone as an address becomes one.

The limits are those LINE documents for a template of buttons. It counts UTF-16.
"""

import re

from backoffice.core.language import pick
from backoffice.messaging.channels import Button
from backoffice.messaging.letters import ADDRESS, MARK, RULE, UNFINISHED

MOST = 4
LONGEST_LABEL = 20
LONGEST_URL = 1000
LONGEST_PROMPT = 160
LONGEST_ALT = 400


def units(text: str) -> int:
    """The length of a text as LINE counts it."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, longest: int) -> str:
    """The beginning of a text that LINE still takes."""
    if units(text) <= longest:
        return text
    fits = 0
    while units(text[: fits + 1]) < longest:
        fits += 1
    return text[:fits] + "…"


def lifted(body: str, language: str, room: int = MOST) -> tuple[str, tuple[Button, ...]]:
    """A text without the addresses that stood alone in it, and a button for each. Pure.

    A button says what the line above it said. Without a short one, a text with a single address gets a general word;
    with several, nobody could tell them apart, so those stay in the text. What is below the line of dashes stays too.
    """
    lines = body.splitlines()
    end = next((at for at, line in enumerate(lines) if RULE.fullmatch(line.strip())), len(lines))
    alone = [at for at in range(end) if _stands_alone(lines[at])]
    labels = {at: _heading(lines, at) for at in alone}
    if len(alone) == 1:
        labels[alone[0]] = labels[alone[0]] or pick(language, "ページを開く", "Open the page")
    chosen = [at for at in alone if labels[at]][:room]
    gone = set(chosen) | {at - 1 for at in chosen if _is_all(lines, at)}
    kept = "\n".join(line for at, line in enumerate(lines) if at not in gone)
    text = re.sub(r"\n{3,}", "\n\n", kept).strip()
    return text, tuple(Button(labels[at], lines[at].strip()) for at in chosen)


def with_links(body: str, buttons: tuple[Button, ...]) -> str:
    """A text for a mail: its buttons as lines with an address each, above the line of dashes. Pure."""
    links = "\n\n".join(f"{one.label}\n{one.url}" for one in buttons if one.url)
    if not links:
        return body
    lines = body.splitlines()
    end = next((at for at, line in enumerate(lines) if RULE.fullmatch(line.strip())), len(lines))
    above, below = "\n".join(lines[:end]).rstrip(), "\n".join(lines[end:])
    return f"{above}\n\n{links}\n\n{below}".rstrip() + "\n"


def _stands_alone(line: str) -> bool:
    return bool(ADDRESS.fullmatch(line.strip())) and units(line.strip()) <= LONGEST_URL


def _heading(lines: list[str], at: int) -> str:
    """The words above an address, where they are a heading that fits on a button."""
    words = lines[at - 1].strip() if at else ""
    leads = bool(MARK.match(words)) or at < 2 or not lines[at - 2].strip()
    plain = MARK.sub("", words, count=1)
    fits = plain and units(plain) <= LONGEST_LABEL and not ADDRESS.search(plain)
    return plain if fits and leads and UNFINISHED.fullmatch(plain) else ""


def _is_all(lines: list[str], at: int) -> bool:
    """Whether nothing but a heading and its address stands in the paragraph."""
    is_last = at + 1 >= len(lines) or not lines[at + 1].strip()
    return bool(_heading(lines, at)) and is_last
