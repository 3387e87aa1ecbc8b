"""Whom, what and which trainer a line of a booking file means, among those who are here."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from backoffice.core.contact import Identity, fold_name, same_person
from backoffice.core.language import N_
from backoffice.exchange.verdicts import Verdict
from backoffice.people.recognition import people_with_contacts
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service

NO_PERSON = N_("Nobody here fits. Please import the people first.")
OTHER_NAME = N_("The phone or mail belongs to somebody of another name.")
SEVERAL = N_("Several people here fit.")

Named = TypeVar("Named", Service, Trainer)


class People:
    """Everybody whom the lines of a file may mean, read in one statement."""

    def __init__(self, identities: Sequence[Identity]) -> None:
        self._known = people_with_contacts(
            {phone for one in identities for phone in one.phones},
            {mail for one in identities for mail in one.mails},
            names={one.name for one in identities if one.name},
            readings={one.kana for one in identities if one.kana},
        )
        self._by_key: dict[str, list[int]] = {}
        for person_id, known in self._known.items():
            for key in {*known.phones, *known.mails, known.name, known.kana} - {""}:
                self._by_key.setdefault(key, []).append(person_id)

    def meant(self, line: Identity) -> tuple[int | None, Verdict, str]:
        """The one person a line means; else why nobody can be named."""
        reached = self._at(line.phones | line.mails)
        if not line.name and not line.kana:
            fitting = reached
        elif reached:
            fitting = {one for one in reached if same_person(line, self._known[one])}
            if not fitting:
                return None, Verdict.DOUBTFUL, OTHER_NAME
        else:
            called = self._at({line.name, line.kana} - {""})
            fitting = {one for one in called if not _differ(line, self._known[one])}
        if len(fitting) == 1:
            return fitting.pop(), Verdict.NEW, ""
        return (None, Verdict.DOUBTFUL, SEVERAL) if fitting else (None, Verdict.REFUSED, NO_PERSON)

    def _at(self, keys: Iterable[str]) -> set[int]:
        return {one for key in keys for one in self._by_key.get(key, ())}


def by_names(rows: Iterable[Named]) -> dict[str, Named]:
    """Services or trainers by each of their names, folded."""
    return {fold_name(name): row for row in rows for name in (row.slug, row.name_en, row.name_ja) if name}


def named(known: dict[str, Named], text: str) -> Named | None:
    """What is called so; else the only one whose name begins with these words, or that these words begin with."""
    key = fold_name(text)
    if not key or key in known:
        return known.get(key)
    like = {row.id: row for name, row in known.items() if name.startswith(key) or key.startswith(name)}
    return next(iter(like.values())) if len(like) == 1 else None


def _differ(line: Identity, known: Identity) -> bool:
    """Whether a name or a reading that both sides know is another one."""
    pairs = ((line.name, known.name), (line.kana, known.kana))
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)
