"""How exercises are found: names folded as those of people are, and without hyphens, brackets and slashes."""

import re
import unicodedata
from functools import cache

from backoffice.core.contact import fold_kana, fold_name, is_kana, plain_text, romaji_key, romaji_keys
from backoffice.core.language import Language, translate
from backoffice.exercises.loanwords import english_of
from backoffice.exercises.vocabulary import EQUIPMENT_WORDS, MUSCLE_WORDS

LONGEST_QUERY = 100
MOST_WORDS = 6
SHORTEST_SOUND = 3

_MARKS = re.compile(r"[^\w]|_")


def fold(text: str) -> str:
    """The key of a name: `Push-up`, `push up` and `ＰＵＳＨＵＰ` have one; so has a name in kana of any width."""
    return _MARKS.sub("", fold_name(text))


def reading_key(name_ja: str, kana: str) -> str:
    """The folded reading: as given, or the Japanese name itself where it is kana; empty when neither says it."""
    reading = kana or (name_ja if is_kana(name_ja) else "")
    return _MARKS.sub("", fold_kana(reading))


def search_text(name_ja: str, kana: str, name_en: str) -> str:
    """Everything a name is found by, folded and joined with spaces: both names, the reading, the reading in romaji."""
    reading = kana or (name_ja if is_kana(name_ja) else "")
    parts = [fold(name_ja), reading_key(name_ja, kana), fold(name_en), *romaji_keys(reading)]
    return " ".join(dict.fromkeys(part for part in parts if part))


def needles(query: str) -> list[tuple[str, ...]]:
    """A query as words that must all be found, each in one of its forms; empty when there is nothing to look for.

    At most six words of the first hundred characters count; no input raises.
    """
    words = unicodedata.normalize("NFKC", plain_text(query, LONGEST_QUERY)).split()[:MOST_WORDS]
    return [forms for forms in dict.fromkeys(map(_forms, words)) if forms]


def keys_named(form: str) -> list[str]:
    """The muscles and the equipment whose Japanese or English name holds a folded word.

    Words shorter than two characters of Japanese or three Latin letters name nothing.
    """
    if len(form) < (3 if form.isascii() else 2):
        return []
    return [key for key, names in _named() if any(form in name for name in names)]


def _forms(word: str) -> tuple[str, ...]:
    forms = [fold(word), english_of(fold(word))]
    if word.isascii():
        sound = romaji_key(word)
        forms.append(sound if len(sound) >= SHORTEST_SOUND else "")
    return tuple(dict.fromkeys(form for form in forms if form))


@cache
def _named() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (key, tuple(fold(translate(word, language)) for language in Language))
        for key, word in (*MUSCLE_WORDS.items(), *EQUIPMENT_WORDS.items())
    )
