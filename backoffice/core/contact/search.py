"""One-box search: the folded text kept with a person, and a query cut into what must be found in it."""

import re
import unicodedata
from collections.abc import Iterable

from backoffice.core.contact.names import fold_kana, fold_name, is_kana
from backoffice.core.contact.phones import parse_phone
from backoffice.core.contact.plain import plain_text
from backoffice.core.contact.romaji import romaji_key, romaji_keys

LONGEST_QUERY = 100
MOST_WORDS = 6
_SHORTEST_SOUND = 3  # shorter keys of kana words (おう is `o`) would match nearly everybody

_PHONE_LIKE = re.compile(r"[+(]?[0-9][0-9 ()./+‐-―−ーｰ-]*")
_HALF_CONVERTED = re.compile(
    r"(?<!\S)([\u3400-\u9fff々]+)([ぁ-ゖァ-ヶー]{2,})(?!\S)"
)  # 渡辺はるか: two words
_STORED = re.compile(r"\+81[0-9]{9,10}")  # already in E.164, as the database keeps it
_NO_DIGIT = re.compile(r"[^0-9]")


def search_text(
    name: str,
    kana: str = "",
    former_name: str = "",
    phones: Iterable[str] = (),
    mails: Iterable[str] = (),
) -> str:
    """Everything a person is found by, folded and joined with spaces (no needle ever holds a space).

    Holds the folded names, the reading in hiragana and in loose Latin letters (both word orders), each phone
    as dialled at home and with its country code, each mail address.
    """
    parts = [fold_name(name), fold_kana(kana), fold_name(former_name)]
    parts += [key for text in (kana, name, former_name) for key in romaji_keys(text)]
    for phone in phones:
        parts += _digits_of(phone)
    parts += ["".join(plain_text(mail).lower().split()) for mail in mails]
    return " ".join(dict.fromkeys(part for part in parts if part))


def search_needles(query: str) -> list[tuple[str, ...]]:
    """A query as words that must all be found, each given as alternatives of which one is enough.

    For SQL: AND over the list, OR inside a tuple, each to be found in the column of `search_text`. Empty for a
    query without anything to look for. At most six words of the first hundred characters count; no input raises.
    """
    cleaned = unicodedata.normalize("NFKC", plain_text(query, LONGEST_QUERY))
    if _PHONE_LIKE.fullmatch(cleaned):
        return [(_NO_DIGIT.sub("", cleaned),)]
    words = dict.fromkeys(
        _alternatives(word) for word in _HALF_CONVERTED.sub(r"\1 \2", cleaned).split()[:MOST_WORDS]
    )
    return [word for word in words if word]


def grams(needle: str) -> list[str]:
    """The short pieces of a needle that any text holding it must hold too: for the index `ix_people_search_grams`.

    Two characters of Japanese, three of anything ASCII (the pieces of digits and Latin letters are too common at two).
    Empty for a needle that is shorter; the database cuts the stored text by the same rule (`search_grams`).
    """
    sizes = [3 if "!" <= character <= "~" else 2 for character in needle]
    pieces = {needle[at : at + size] for at, size in enumerate(sizes) if at + size <= len(needle)}
    return sorted(pieces)


def _digits_of(phone: str) -> list[str]:
    if _STORED.fullmatch(phone):
        return ["0" + phone[3:], phone[1:]]
    parsed = parse_phone(phone)
    if parsed is None:
        return [_NO_DIGIT.sub("", unicodedata.normalize("NFKC", plain_text(phone)))]
    return [parsed.national_digits, parsed.e164.removeprefix("+")]


def _alternatives(word: str) -> tuple[str, ...]:
    """The folded forms of one word of a query."""
    if _PHONE_LIKE.fullmatch(word):
        return (_NO_DIGIT.sub("", word),)
    if "@" in word:
        return (word.lower(),)
    forms = [fold_name(word)]
    sound = romaji_key(word)
    if is_kana(word):
        forms.append(fold_kana(word))
        sound = sound if len(sound) >= _SHORTEST_SOUND else ""
    else:
        forms.append(word.lower())
        # "hom" on the way to "homma", whose key is "honma"
        forms.append(sound.removesuffix("m") + "n" if sound.endswith("m") else "")
    forms.append(sound if word.isascii() or is_kana(word) else "")
    return tuple(dict.fromkeys(form for form in forms if form))
