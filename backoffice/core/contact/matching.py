"""Is this the same person? Pure rules over folded keys; nothing here merges anybody."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from backoffice.core.contact.mails import parse_mail
from backoffice.core.contact.names import fold_kana, fold_name, is_kana
from backoffice.core.contact.phones import parse_phone
from backoffice.core.contact.romaji import romaji_key


class Reason(StrEnum):
    """Why two records may be one person, or why they are kept apart."""

    SAME_PHONE = "SAME_PHONE"
    SAME_MAIL = "SAME_MAIL"
    SAME_NAME = "SAME_NAME"
    SAME_KANA = "SAME_KANA"
    SIMILAR_KANA = "SIMILAR_KANA"
    OLD_NAME = "OLD_NAME"
    OTHER_NAME = "OTHER_NAME"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a person is recognised by, folded: build it with `Identity.of`."""

    name: str = ""
    kana: str = ""
    former_name: str = ""
    phones: frozenset[str] = field(default_factory=frozenset)
    mails: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(
        cls,
        name: str = "",
        kana: str = "",
        former_name: str = "",
        phones: Iterable[str] = (),
        mails: Iterable[str] = (),
    ) -> "Identity":
        """Fold what was written. Phones and addresses that cannot be read identify nobody and are left out."""
        return cls(
            name=fold_name(name),
            kana=fold_kana(kana),
            former_name=fold_name(former_name),
            phones=frozenset(phone.e164 for text in phones if (phone := parse_phone(text))),
            mails=frozenset(mail for text in mails if (mail := parse_mail(text))),
        )


class Match(NamedTuple):
    """How likely two records are one person, 0 to 100, and why."""

    score: int
    reasons: tuple[Reason, ...]


_CONTACT = frozenset({Reason.SAME_PHONE, Reason.SAME_MAIL})
_NAME = frozenset({Reason.SAME_NAME, Reason.SAME_KANA, Reason.OLD_NAME})


def same_person(one: Identity, other: Identity) -> bool:
    """The rule for acting without asking: a shared phone or address, and the same name, reading or former name.

    A shared phone alone is a family; a shared name alone is another 佐藤 花子.
    """
    reasons = frozenset(_reasons(one, other))
    return bool(reasons & _CONTACT) and bool(reasons & _NAME)


def same_person_score(one: Identity, other: Identity) -> Match:
    """How strongly to suggest "maybe already here". 85 and more is `same_person`.

    A shared phone with another name scores 25, below a bare namesake: it is told, not suggested.
    """
    reasons = _reasons(one, other)
    contacts = sum(reason in _CONTACT for reason in reasons)
    score = _with_contact(reasons) + 5 * (contacts - 1) if contacts else _names_alone(reasons)
    return Match(score, reasons if score else ())


def _reasons(one: Identity, other: Identity) -> tuple[Reason, ...]:
    found = []
    if one.phones & other.phones:
        found.append(Reason.SAME_PHONE)
    if one.mails & other.mails:
        found.append(Reason.SAME_MAIL)
    return (*found, *_name_reasons(one, other))


def _name_reasons(one: Identity, other: Identity) -> list[Reason]:
    """What the names say; nothing when one side has only characters and the other only a reading."""
    found = []
    if one.name and one.name == other.name:
        found.append(Reason.SAME_NAME)
    if _readings(one) & _readings(other):
        found.append(Reason.SAME_KANA)
    elif _sounds(one) & _sounds(other):
        found.append(Reason.SIMILAR_KANA)
    if _was_called(one, other.name) or _was_called(other, one.name):
        found.append(Reason.OLD_NAME)
    if not found and _differ(one, other):
        found.append(Reason.OTHER_NAME)
    return found


def _differ(one: Identity, other: Identity) -> bool:
    """Whether the names speak against each other. A family name alone says nothing about the given one."""
    pairs = [
        (one.name, other.name),
        *((mine, theirs) for mine in _readings(one) for theirs in _readings(other)),
    ]
    known = [(mine, theirs) for mine, theirs in pairs if mine and theirs]
    return bool(known) and not any(
        mine.startswith(theirs) or theirs.startswith(mine) for mine, theirs in known
    )


def _readings(identity: Identity) -> set[str]:
    """The kana, and the name itself when it is written in kana."""
    return {identity.kana, identity.name if is_kana(identity.name) else ""} - {""}


def _sounds(identity: Identity) -> set[str]:
    return {key for text in (identity.kana, identity.name) if (key := romaji_key(text))}


def _was_called(identity: Identity, name: str) -> bool:
    """Whether a name is the person's former one: kept whole, or as a family name before the same given name."""
    former = identity.former_name
    if not former or not name.startswith(former):
        return False
    return identity.name.endswith(name.removeprefix(former))


def _with_contact(reasons: tuple[Reason, ...]) -> int:
    scores = {
        Reason.SAME_NAME: 95,
        Reason.SAME_KANA: 90,
        Reason.OLD_NAME: 85,
        Reason.SIMILAR_KANA: 80,
        Reason.OTHER_NAME: 25,
    }
    return max((scores[reason] for reason in reasons if reason in scores), default=70)


def _names_alone(reasons: tuple[Reason, ...]) -> int:
    if Reason.SAME_NAME in reasons:
        return 60 if Reason.SAME_KANA in reasons else 45
    if Reason.OLD_NAME in reasons or Reason.SAME_KANA in reasons:
        return 40
    return 30 if Reason.SIMILAR_KANA in reasons else 0
