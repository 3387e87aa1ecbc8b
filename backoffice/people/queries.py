"""Questions about people: one by id, many by what is typed, and who somebody may already be."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import selectinload

from backoffice.core.contact import (
    Identity,
    Reason,
    fold_name,
    grams,
    romaji_key,
    same_person,
    same_person_score,
    search_needles,
)
from backoffice.core.db import db, fetch
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.language import N_
from backoffice.people.models import Consent, Person, PersonMail, PersonNote, PersonPhone, Purpose

MOST_CANDIDATES = 50
SHORTEST_SOUND = 6  # a shorter reading in Latin letters is part of too many names to ask about


class PersonRow(NamedTuple):
    """A person in a list."""

    id: int
    name: str
    kana: str
    phone: str | None
    mail: str | None
    caution: str

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


class Note(NamedTuple):
    """A note about a person."""

    body: str
    at: datetime
    by_label: str


_NOTES = (
    select(PersonNote.body, PersonNote.at, PersonNote.by_label)
    .where(PersonNote.person_id == bindparam("person"))
    .order_by(PersonNote.at.desc(), PersonNote.id.desc())
    .limit(literal_column("50"))
)


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


class MergedAway(DomainError):
    """The row was merged into another since the form or the address was made; nothing may be written on it."""

    status = 409
    message = N_("This entry was merged into another one of the same person. Please open that one.")


MERGED_PERSON = "MP001"
"""What the database answers (SQLSTATE) to a row for somebody merged away: the last moment to notice."""


def person(person_id: int) -> Person:
    """A person with phones and addresses. Raises `NotFound`, `MergedAway`."""
    return _there(db.session.scalar(_with_contacts().where(Person.id == person_id)))


def bare_person(person_id: int) -> Person:
    """As `person`, without phones and addresses: for a part of a page that shows none."""
    return _there(db.session.get(Person, person_id))


def _there(found: Person | None) -> Person:
    if found is None:
        raise NotFound
    if found.archived_at is not None:
        raise MergedAway
    return found


def held_person(person_id: int) -> Person:
    """A person read afresh and held until the end of the transaction. Raises `NotFound`, `MergedAway`."""
    found = locked_people([person_id])
    return _there(found[0] if found else None)


def locked_people(person_ids: Iterable[int]) -> list[Person]:
    """People read afresh and held until the end of the transaction, in the order of their ids."""
    db.session.flush()
    query = _with_contacts().where(Person.id == _any_of_ids(person_ids)).order_by(Person.id)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def find_people(
    query: str, *, after: int | None = None, limit: int = 25, only: ColumnElement[bool] | None = None
) -> list[PersonRow]:
    """People found by one box: kanji, kana, Latin letters, the tail of a phone, an address. One statement.

    Names that begin with what was typed come first, then by reading. `after` is the id of the last row
    shown. Without a query: everybody, the newest first. `only` narrows to people somebody may see.
    """
    needles = search_needles(query)
    wanted = _LISTED if only is None else _LISTED.where(only)
    if not needles:
        wanted = wanted.order_by(Person.id.desc())
        if after is not None:
            wanted = wanted.where(Person.id < after)
    else:
        order = (_rank(needles), _READING, Person.id)
        wanted = wanted.where(*map(_holds, needles)).order_by(*order)
        if after is not None:
            wanted = wanted.where(tuple_(*order) > select(*order).where(Person.id == after).scalar_subquery())
    return [PersonRow._make(row) for row in fetch(wanted.limit(literal_column(str(limit))))]


def matching_ids(query: str) -> ColumnElement[bool] | None:
    """The condition that a person is found by a query, for lists that join people; None for an empty query."""
    needles = search_needles(query)
    return and_(*map(_holds, needles)) if needles else None


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
        conditions.append(_holds((sound,)))
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
    with_phone = select(PersonPhone.person_id).where(PersonPhone.e164 == _any_of(numbers))
    with_mail = select(PersonMail.person_id).where(PersonMail.address == _any_of(addresses))
    with_name = select(Person.id).where(Person.name_key == _any_of(named))
    with_reading = select(Person.id).where(Person.kana_key == _any_of(read))
    meant = with_phone.union(with_mail, with_name, with_reading)
    rows = db.session.execute(_identities().where(Person.id.in_(meant)).order_by(Person.id))
    return {row.id: _identity(row) for row in rows}


def consent(person_id: int, purpose: Purpose) -> bool | None:
    """The newest answer for a purpose; None when never asked."""
    return db.session.scalar(
        select(Consent.granted)
        .where(Consent.person_id == person_id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
    )


def consents(person_id: int) -> list[Consent]:
    """The answer that holds for each purpose, newest first."""
    newest = select(func.max(Consent.id)).where(Consent.person_id == person_id).group_by(Consent.purpose)
    return list(db.session.scalars(select(Consent).where(Consent.id.in_(newest)).order_by(Consent.id.desc())))


def notes(person_id: int) -> list[Note]:
    """The 50 newest notes about a person."""
    return [Note._make(row) for row in fetch(_NOTES, {"person": person_id})]


def mail_of(person_id: int) -> str | None:
    """The address mail goes to: the first one given."""
    query = select(PersonMail.address).where(PersonMail.person_id == person_id)
    return db.session.scalar(query.order_by(PersonMail.id).limit(1))


def phone_of(person_id: int) -> str | None:
    """The number to call (E.164): the first one given."""
    query = select(PersonPhone.e164).where(PersonPhone.person_id == person_id)
    return db.session.scalar(query.order_by(PersonPhone.id).limit(1))


def first_phone() -> ColumnElement[Any]:
    """The number to call, as the column `phone` of a list that selects from people."""
    query = (
        select(PersonPhone.e164).where(PersonPhone.person_id == Person.id).order_by(PersonPhone.id).limit(1)
    )
    return query.scalar_subquery().label("phone")


def _first_mail() -> ColumnElement[Any]:
    query = (
        select(PersonMail.address).where(PersonMail.person_id == Person.id).order_by(PersonMail.id).limit(1)
    )
    return query.scalar_subquery().label("mail")


_LISTED = select(Person.id, Person.name, Person.kana, first_phone(), _first_mail(), Person.caution).where(
    Person.archived_at.is_(None)
)
_READING = func.coalesce(func.nullif(Person.kana_key, ""), Person.name_key)
_GRAMS = func.search_grams(Person.search, type_=ARRAY(Text))
"""What the index `ix_people_search_grams` is made of."""


def _with_contacts() -> Select[Person]:
    return select(Person).options(selectinload(Person.phones), selectinload(Person.mails))


def _any_of_ids(ids: Iterable[int]) -> Any:
    return any_(literal(list(ids), ARRAY(BigInteger)))


def _any_of(texts: list[str]) -> Any:
    """One array parameter, however many texts there are."""
    return any_(literal(texts, ARRAY(Text)))


def _holds(forms: tuple[str, ...]) -> ColumnElement[bool]:
    """A person is found by one word of a query, in any of its forms.

    The index finds who holds all the pieces of a form, the text then decides. A form too short for a piece leaves it to
    the text alone.
    """
    found = _like_any(f"%{_plain(form)}%" for form in forms)
    pieces = [grams(form) for form in forms]
    if not all(pieces):
        return found
    return and_(or_(*(_GRAMS.contains(literal(some, ARRAY(Text))) for some in pieces)), found)


def _rank(needles: list[tuple[str, ...]]) -> ColumnElement[int]:
    """0 for those whose name, reading, phone or address begins with the first word typed, else 1."""
    forms = [_plain(form) for form in needles[0]]
    return case((_like_any(f"{start}{form}%" for start in ("", "% ") for form in forms), 0), else_=1)


def _like_any(patterns: Iterable[str]) -> ColumnElement[bool]:
    return Person.search.op("like", is_comparison=True)(_any_of(list(patterns)))


def _plain(form: str) -> str:
    """A text for LIKE in which no character stands for others."""
    return form.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


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
