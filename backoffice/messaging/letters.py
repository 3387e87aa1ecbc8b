"""A message as a letter: the same text with headings, facts, lists and buttons, for mail programs that show HTML.

The text is the one source. What a line is, its shape says: a first line without an end is a heading, `label: value`
twice or more are facts, a line that is an address alone is a button. Nothing is loaded from elsewhere.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backoffice.core.config import ROOT
from backoffice.core.language import pick

FOLDER = ROOT / "templates" / "texts" / "_letter"
ADDRESS = re.compile(r"https?://[\w\-.~:/?#@!$&*+,;=%]*[\w\-/#=&]", re.ASCII)
"""Without a mark at its end, which belongs to the sentence; Japanese goes on right behind it."""
RULE = re.compile(r"[─—_-]{5,}")
ITEM = re.compile(r"[・-]\s*(?=\S)")
MARK = re.compile(r"[■●◆]\s*")
FACT = re.compile(r"(?P<label>[^::/。、,.!?!?]{1,24})(?<!\d)[::]\s*(?P<value>[^/\s].*)")
UNFINISHED = re.compile(r".*[^。、,.!?!?::;]")
LONGEST_HEADING = 40
LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Piece:
    """A stretch of a line; with `url` it is a link."""

    text: str
    url: str = ""


Line = tuple[Piece, ...]


@dataclass(frozen=True)
class Heading:
    """The title of what follows."""

    text: str
    shape: str = "heading"


@dataclass(frozen=True)
class Button:
    """An address to open, with the words on it."""

    text: str
    url: str
    shape: str = "button"


@dataclass(frozen=True)
class Lines:
    """Lines as they were written, or the points of a list (`shape`)."""

    lines: tuple[Line, ...]
    shape: str = "lines"


@dataclass(frozen=True)
class Facts:
    """Pairs of a label and what it says."""

    pairs: tuple[tuple[str, Line], ...]
    shape: str = "facts"


Block = Heading | Button | Lines | Facts


@dataclass(frozen=True)
class Letter:
    """What the reader is told, and the small print below it."""

    blocks: tuple[Block, ...]
    foot: tuple[Block, ...]


def letter_of(body: str, language: str) -> Letter:
    """The blocks of a text. Everything below the first line of dashes is the foot."""
    above: list[str] = []
    below: list[str] = []
    part = above
    for line in body.splitlines():
        if part is above and RULE.fullmatch(line.strip()):
            part = below
        else:
            part.append(line.strip())
    return Letter(_blocks(above, language), _blocks(below, language))


def as_html(subject: str, body: str, *, language: str, brand: str) -> str:
    """A whole HTML page for a mail. `brand` is the name that stands on top of it."""
    template = _environment().get_template("letter.html")
    letter = letter_of(body, language)
    return template.render(subject=subject, letter=letter, language=language, brand=brand)


def _blocks(lines: list[str], language: str) -> tuple[Block, ...]:
    found: list[Block] = []
    for is_text, group in groupby(lines, bool):
        if is_text:
            found += _paragraph(list(group), language)
    return tuple(found)


def _paragraph(lines: list[str], language: str) -> list[Block]:
    found: list[Block] = []
    for shape, group in groupby(_shaped(lines), lambda one: one[0]):
        texts = [text for _shape, text in group]
        if shape == "button":
            found += _buttons(found, texts, language)
        else:
            found += _SHAPES[shape](texts)
    return found


def _shaped(lines: list[str]) -> list[tuple[str, str]]:
    """Each line with its shape; a label that stands alone is an ordinary line unless it leads to an address."""
    shaped = [(_shape(line, place, lines), line) for place, line in enumerate(lines)]
    facts = [text for shape, text in shaped if shape == "facts"]
    if len(facts) == 1 and not ADDRESS.search(facts[0]):
        return [("lines" if shape == "facts" else shape, text) for shape, text in shaped]
    return shaped


def _shape(line: str, place: int, lines: list[str]) -> str:
    if ADDRESS.fullmatch(line):
        return "button"
    if MARK.match(line):
        return "heading"
    if ITEM.match(line):
        return "items"
    if FACT.fullmatch(line):
        return "facts"
    leads = place == 0 and len(lines) > 1 and len(line) <= LONGEST_HEADING
    return "heading" if leads and UNFINISHED.fullmatch(line) else "lines"


def _buttons(before: list[Block], urls: list[str], language: str) -> list[Block]:
    """Buttons say what their heading said; without one, that a page opens."""
    words = pick(language, "ページを開く", "Open the page")
    if before and isinstance(before[-1], Heading):
        words = before.pop().text  # type: ignore[union-attr]
    return [Button(words, url) for url in urls]


def _headings(texts: list[str]) -> list[Block]:
    return [Heading(MARK.sub("", text, count=1)) for text in texts]


def _lines(texts: list[str]) -> list[Block]:
    return [Lines(tuple(map(_pieces, texts)))]


def _items(texts: list[str]) -> list[Block]:
    return [Lines(tuple(_pieces(ITEM.sub("", text, count=1)) for text in texts), "items")]


def _facts(texts: list[str]) -> list[Block]:
    pairs = [(label.strip(), _pieces(value)) for label, value in map(_split, texts)]
    return [Facts(tuple(pairs))]


def _split(text: str) -> tuple[str, str]:
    found = FACT.fullmatch(text)
    return (found["label"], found["value"]) if found else ("", text)


def _pieces(text: str) -> Line:
    pieces: list[Piece] = []
    at = 0
    for found in ADDRESS.finditer(text):
        pieces += [Piece(text[at : found.start()]), Piece(_shown(found[0]), found[0])]
        at = found.end()
    return tuple(one for one in (*pieces, Piece(text[at:])) if one.text)


def _shown(url: str) -> str:
    """An address as readers can take it in: short ones as they are, long ones by their host."""
    plain = url.partition("://")[2].rstrip("/")
    return plain if len(plain) <= LONGEST_SHOWN else urlsplit(url).hostname or plain[:LONGEST_SHOWN]


_SHAPES: dict[str, Callable[[list[str]], list[Block]]] = {
    "heading": _headings,
    "lines": _lines,
    "items": _items,
    "facts": _facts,
}


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
