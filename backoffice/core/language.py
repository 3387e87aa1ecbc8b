"""Languages of people and texts. Translation itself happens where a text is shown."""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"


class Language(StrEnum):
    """The two languages of screens and messages."""

    JA = "ja"
    EN = "en"


def N_(message: str) -> str:
    """Mark an English text for translation without translating it yet."""
    return message


@lru_cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language (English is the source, so it has none)."""
    return Translations.load(str(TRANSLATIONS), [language])


def translate(message: str, language: str, **params: object) -> str:
    """Say a marked text in a language, with its %(name)s parameters filled."""
    text = translations(language).ugettext(message)
    return text % params if params else text


def pick(language: str, ja: str, en: str) -> str:
    """The studio's own wording in the reader's language; the other one when this is empty."""
    return (ja or en) if language == Language.JA else (en or ja)
