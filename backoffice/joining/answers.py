"""What the new member writes on the papers. Kept as typed while it is a draft, checked when it is signed."""

import json
import re
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime

from backoffice.core.contact import fold_kana, is_kana, parse_mail, parse_phone, plain_text
from backoffice.core.errors import Invalid
from backoffice.core.language import N_, Language
from backoffice.joining.age import is_minor
from backoffice.people.row import BAD_KANA, possible_birth

LONGEST = 200
NEEDED = N_("Please fill this in.")
BAD_CONTACT = N_("This cannot be read. Please check it.")
BAD_CODE = N_("Please give the seven digits of the postal code.")
_CODE = re.compile(r"〒?\s*(\d{3})[-‐‑–—−ー－]?(\d{4})")


@dataclass(frozen=True)
class Answers:
    """The fields of the papers, as texts; the date of birth as YYYY-MM-DD."""

    name: str = ""
    kana: str = ""
    birth_date: str = ""
    postal_code: str = ""
    address: str = ""
    phone: str = ""
    mail: str = ""
    emergency_name: str = ""
    emergency_relation: str = ""
    emergency_phone: str = ""
    guardian_name: str = ""

    @property
    def born(self) -> date | None:
        """The date of birth, or none."""
        try:
            return date.fromisoformat(self.birth_date)
        except ValueError:
            return None

    def needs_guardian(self, starts_on: date) -> bool:
        """Whether somebody has to agree for them."""
        return self.born is not None and is_minor(self.born, starts_on)


NAMES = tuple(one.name for one in fields(Answers))
OPTIONAL = frozenset({"mail", "guardian_name", "kana"})
"""What may stay empty; a reading only in English papers, because a Latin name has none."""


def packed(answers: Answers) -> str:
    """As it is kept."""
    return json.dumps(asdict(answers), ensure_ascii=False)


def unpacked(text: str | None) -> Answers:
    """What was kept; empty answers where there is nothing."""
    return Answers() if text is None else Answers(**json.loads(text))


def tidied(answers: Answers) -> Answers:
    """Without control characters and of bounded length."""
    return Answers(**{name: plain_text(getattr(answers, name), LONGEST) for name in NAMES})


def faults(answers: Answers, *, language: str, starts_on: date, now: datetime) -> list[Invalid]:
    """What is missing or cannot be read, each on its field, and a minor without a guardian's name.

    `language`: that of the papers.
    """
    needed = [name for name in NAMES if name not in OPTIONAL]
    if answers.needs_guardian(starts_on):
        needed.append("guardian_name")
    if language == Language.JA:
        needed.append("kana")
    missing = [name for name in needed if not getattr(answers, name)]
    wrong = {name: words for name, words in _unreadable(answers, now).items() if getattr(answers, name)}
    return [Invalid(words, field=name) for name, words in {**dict.fromkeys(missing, NEEDED), **wrong}.items()]


def as_kept(answers: Answers) -> Answers:
    """Answers without `faults`, the postal code as 604-8152."""
    return replace(answers, postal_code=_postal_code(answers.postal_code))


def _unreadable(answers: Answers, now: datetime) -> dict[str, str]:
    found: dict[str, str] = {}
    if not is_kana(answers.kana) or not fold_kana(answers.kana):
        found["kana"] = BAD_KANA
    if answers.born is None or possible_birth(answers.born, now) is None:
        found["birth_date"] = NEEDED
    if not _postal_code(answers.postal_code):
        found["postal_code"] = BAD_CODE
    for name in ("phone", "emergency_phone"):
        if parse_phone(getattr(answers, name)) is None:
            found[name] = BAD_CONTACT
    if parse_mail(answers.mail) is None:
        found["mail"] = BAD_CONTACT
    return found


def _postal_code(text: str) -> str:
    """As 604-8152; nothing for what is none."""
    found = _CODE.fullmatch(text.translate(_HALF).strip())
    return "" if found is None else f"{found[1]}-{found[2]}"


_HALF = str.maketrans("０１２３４５６７８９", "0123456789")
