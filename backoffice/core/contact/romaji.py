"""Names in Latin letters: Hepburn for reading, and a loose key under which every usual spelling is found."""

import re
import unicodedata
from functools import lru_cache

import jaconv

from backoffice.core.contact.names import LONGEST_NAME, fold_kana
from backoffice.core.contact.plain import plain_text

# Sounds of foreign names and the voiced small kana that jaconv spells kana by kana.
_FOREIGN_SOUNDS: dict[str, str] = dict(
    re.findall(
        r"(\S+):(\S+)",
        "てぃ:ti でぃ:di とぅ:tu どぅ:du ふぁ:fa ふぃ:fi ふぇ:fe ふぉ:fo うぃ:wi うぇ:we うぉ:wo しぇ:she "
        "じぇ:je ちぇ:che つぁ:tsa つぃ:tsi つぇ:tse つぉ:tso ゔぁ:va ゔぃ:vi ゔぇ:ve ゔぉ:vo ゔゅ:vyu ゔ:vu "
        "いぇ:ye くぁ:kwa ぐぁ:gwa てゅ:tyu でゅ:dyu ふゅ:fyu ぢゃ:ja ぢゅ:ju ぢょ:jo ゐ:i ゑ:e を:o ゎ:wa",
    )
)
_FOREIGN = re.compile("|".join(sorted(_FOREIGN_SOUNDS, key=len, reverse=True)))
_DOUBLED = re.compile(r"[っ]+(?=([a-z])|$)")
_LONG_MARK = re.compile(r"([aiueo])ー+")

# Each spelling is brought to one form, in this order; the same is done to what is searched for.
_LOOSE = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        (r"[^a-z]", ""),
        (r"l", "r"),
        (r"v", "b"),
        (r"m(?=[bpm])", "n"),
        (r"([^aiueo])\1+", r"\1"),
        (r"tch|ty(?=[aueo])", "ch"),
        (r"sy(?=[aueo])", "sh"),
        (r"[zjd]y(?=[aueo])", "j"),
        (r"th?i", "chi"),
        (r"si", "shi"),
        (r"zi|dh?i", "ji"),
        (r"tu", "tsu"),
        (r"dz?u", "zu"),
        (r"(?<![sct])hu", "fu"),
        (r"wo", "o"),
        (r"(?<=[ou])h(?![aiueoy])", ""),
        (r"o[ou]+", "o"),
        (r"([aiue])\1+", r"\1"),
    )
)


def romaji(kana: str) -> str:
    """A reading in Hepburn letters as the kana are written, without macrons: さとう is `satou`.

    Words stay apart. What is not kana passes unchanged, in lower case.
    """
    return " ".join(_hepburn(word) for word in plain_text(kana, LONGEST_NAME).split())


@lru_cache(maxsize=4096)  # words of names come again and again: in lists, while typing, in an import
def romaji_key(text: str) -> str:
    """The loose key of a reading or of Latin letters: おおたに, ohtani, ootani and otani have one key.

    Long vowels and double letters count once, si/ti/tu/hu/zi follow Hepburn, n before b, m, p is n, l is r.
    Empty when the text holds no kana and no Latin letter.
    """
    decomposed = unicodedata.normalize("NFD", _hepburn(plain_text(text, LONGEST_NAME)))
    for pattern, letter in _LOOSE:
        decomposed = pattern.sub(letter, decomposed)
    return decomposed


def romaji_keys(text: str) -> tuple[str, ...]:
    """Every loose key a name of one or more words is searched under, whichever order it is typed in.

    The words alone are joined both ways, because long vowels must not melt across a border (いとう うた).
    """
    words = [key for key in map(romaji_key, plain_text(text, LONGEST_NAME).split()) if key]
    joined = ["".join(words), "".join(reversed(words)), *([romaji_key(text)] if len(words) > 1 else [])]
    return tuple(key for key in dict.fromkeys(joined) if key)


def initials(name: str) -> str:
    """`S.H.` for さとう はな or Sarah Hill: the first letters of a reading or a Latin name, in the order written.

    Words in other scripts are left out: 森 is a whole family name, its first character would say all of it.
    """
    words = unicodedata.normalize("NFD", romaji(name)).split()
    return "".join(f"{word[0].upper()}." for word in words if "a" <= word[0] <= "z")


def _hepburn(text: str) -> str:
    """Kana of any kind to letters; the small っ doubles what follows, ー repeats the vowel before it."""
    letters = _FOREIGN.sub(lambda sound: _FOREIGN_SOUNDS[sound.group()], fold_kana(text))
    # っ is spelled after its neighbour is known, so it is kept out of the library's hands.
    letters = "っ".join(jaconv.kana2alphabet(part).replace("-", "ー") for part in letters.split("っ"))
    letters = _DOUBLED.sub(lambda small: _doubling(small.group(1)), letters)
    return _LONG_MARK.sub(r"\1\1", letters).replace("ー", "")


def _doubling(following: str | None) -> str:
    """The letter that stands for っ: t before ch, nothing at the end of a word or before a vowel."""
    if following is None or following in "aiueo":
        return ""
    return "t" if following == "c" else following
