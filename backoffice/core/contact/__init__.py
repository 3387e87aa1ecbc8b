"""Names, phones and mail addresses of people: raw text in, comparable forms out. Pure functions, no database."""

from backoffice.core.contact.mails import parse_mail
from backoffice.core.contact.matching import Identity, Match, Reason, same_person, same_person_score
from backoffice.core.contact.names import fold_kana, fold_name, is_kana
from backoffice.core.contact.phones import Phone, format_phone, parse_phone
from backoffice.core.contact.plain import one_line_end, plain_text
from backoffice.core.contact.romaji import initials, romaji, romaji_key, romaji_keys
from backoffice.core.contact.search import grams, search_needles, search_text

__all__ = [
    "Identity",
    "Match",
    "Phone",
    "Reason",
    "fold_kana",
    "fold_name",
    "format_phone",
    "grams",
    "initials",
    "is_kana",
    "one_line_end",
    "parse_mail",
    "parse_phone",
    "plain_text",
    "romaji",
    "romaji_key",
    "romaji_keys",
    "same_person",
    "same_person_score",
    "search_needles",
    "search_text",
]
