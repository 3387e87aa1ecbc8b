"""Who somebody may already be, from a name, a reading, a phone or an address."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    exists,
    func,
    or_,
    select,
)

from backoffice.core.contact import (
    Identity,
    Reason,
    fold_name,
    romaji_key,
    same_person,
    same_person_score,
)
from backoffice.core.db import db
from backoffice.people.models import Person, PersonMail, PersonPhone
from backoffice.people.queries import person
from backoffice.people.search import any_of, holds

MOST_CANDIDATES = 50

SHORTEST_SOUND = 6  # a shorter reading in Latin letters is part of too many names to ask about


class Candidate(NamedTuple):
    """Somebody who may be meant, how likely (0 to 100), and why."""

    person_id: int
    name: str
    kana: str
    phones: tuple[str, ...]
    mails: tuple[str, ...]
    score: int
    reasons: tuple[Reason, ...]
    caution: str

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


def maybe_known(
    *, name: str = "", kana: str = "", phone: str = "", mail: str = "", limit: int = 5
) -> list[Candidate]:
    """Who this may already be, most likely first. Nothing is decided here."""
    typed = Identity.of(name=name, kana=kana, phones=[phone], mails=[mail])
    conditions = _shares_contact(typed)
    if typed.name:
        conditions += [Person.name_key == typed.name, Person.kana_key == typed.name]
    if typed.kana:
        conditions += [Person.kana_key == typed.kana, Person.name_key == typed.kana]
    sound = romaji_key(kana or name)
    if len(sound) >= SHORTEST_SOUND:
        conditions.append(holds((sound,)))
    candidates = [
        Candidate(
            row.id,
            row.name,
            row.kana,
            tuple(row.phones or ()),
            tuple(row.mails or ()),
            match.score,
            match.reasons,
            row.caution,
        )
        for row in _known_by(conditions)
        if (match := same_person_score(typed, _identity(row))).score
    ]
    return sorted(candidates, key=lambda one: (-one.score, one.person_id))[:limit]


def recognise(*, name: str = "", kana: str = "", phone: str = "", mail: str = "") -> Person | None:
    """The person this is: same phone or address, and same name or reading. The oldest row when several fit."""
    typed = Identity.of(name=name, kana=kana, phones=[phone], mails=[mail])
    for row in _known_by(_shares_contact(typed)):
        if same_person(typed, _identity(row)):
            return person(row.id)
    return None


def people_with_contacts(
    phones: Iterable[str], mails: Iterable[str], *, names: Iterable[str] = (), readings: Iterable[str] = ()
) -> dict[int, Identity]:
    """Everybody reached at one of these E.164 numbers or addresses, by id. One statement for any number.

    With `names` or `readings` (folded) also those who are called so.
    """
    numbers, addresses, named, read = list(phones), list(mails), list(names), list(readings)
    if not (numbers or addresses or named or read):
        return {}
    with_phone = select(PersonPhone.person_id).where(PersonPhone.e164 == any_of(numbers))
    with_mail = select(PersonMail.person_id).where(PersonMail.address == any_of(addresses))
    with_name = select(Person.id).where(Person.name_key == any_of(named))
    with_reading = select(Person.id).where(Person.kana_key == any_of(read))
    meant = with_phone.union(with_mail, with_name, with_reading)
    rows = db.session.execute(_identities().where(Person.id.in_(meant)).order_by(Person.id))
    return {row.id: _identity(row) for row in rows}


def _shares_contact(typed: Identity) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if typed.phones:
        conditions.append(
            exists().where(PersonPhone.person_id == Person.id, PersonPhone.e164.in_(typed.phones))
        )
    if typed.mails:
        conditions.append(
            exists().where(PersonMail.person_id == Person.id, PersonMail.address.in_(typed.mails))
        )
    return conditions


def _identities() -> Any:
    """People with all their phones and addresses gathered in arrays: a row is enough to compare."""
    phones = (
        select(func.array_agg(PersonPhone.e164)).where(PersonPhone.person_id == Person.id).scalar_subquery()
    )
    mails = (
        select(func.array_agg(PersonMail.address)).where(PersonMail.person_id == Person.id).scalar_subquery()
    )
    return select(
        Person.id,
        Person.name,
        Person.kana,
        Person.name_key,
        Person.kana_key,
        Person.former_name,
        Person.caution,
        phones.label("phones"),
        mails.label("mails"),
    ).where(Person.archived_at.is_(None))


def _known_by(conditions: list[ColumnElement[bool]]) -> list[Row[Any]]:
    if not conditions:
        return []
    query = _identities().where(or_(*conditions)).order_by(Person.id).limit(MOST_CANDIDATES)
    return list(db.session.execute(query))


def _identity(row: Row[Any]) -> Identity:
    """A row as something to compare; its keys are already folded."""
    return Identity(
        name=row.name_key,
        kana=row.kana_key,
        former_name=fold_name(row.former_name),
        phones=frozenset(row.phones or ()),
        mails=frozenset(row.mails or ()),
    )
