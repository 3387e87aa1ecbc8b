"""Questions about people: one by id, held for writing, and what is known of them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from backoffice.core.db import any_of_ids, db, fetch
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.language import N_
from backoffice.people.models import Consent, Person, PersonMail, PersonNote, PersonPhone, Purpose


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


class MergedAway(DomainError):
    """The row was merged into another since the form or the address was made; nothing may be written on it."""

    status = 409
    message = N_("This entry was merged into another one of the same person. Please open that one.")


class Erased(MergedAway):
    """The person was erased since; nothing is known of them, and nothing may be written again."""

    status = 410
    message = N_("This person was erased. Only figures without a name are left.")


class HealthTakenBack(DomainError):
    """The consent to keep what is about health was taken back; nothing of it is read, written or changed."""

    status = 409
    message = N_(
        "The consent to keep health data was taken back, so nothing about health can be read or written here."
    )


MERGED_PERSON = "MP001"
"""What the database answers (SQLSTATE) to a row for somebody merged away: the last moment to notice."""
ERASED_PERSON = "ER001"
"""The same for somebody erased."""


def person(person_id: int) -> Person:
    """A person with phones and addresses. Raises `NotFound`, `MergedAway`, `Erased`."""
    return _there(db.session.scalar(_with_contacts().where(Person.id == person_id)))


def bare_person(person_id: int) -> Person:
    """As `person`, without phones and addresses: for a part of a page that shows none."""
    return _there(db.session.get(Person, person_id))


def _there(found: Person | None) -> Person:
    if found is None:
        raise NotFound
    check_stands(found)
    return found


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """The names to show of some people. One statement."""
    query = select(Person.id, func.coalesce(func.nullif(Person.name, ""), Person.kana))
    return {row[0]: row[1] for row in db.session.execute(query.where(Person.id.in_(person_ids)))}


def row_of(person_id: int) -> Person:
    """The row of anybody, also of somebody erased: for what is kept about them. Raises `NotFound`."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def check_stands(found: Person) -> None:
    """Raises `MergedAway` or `Erased` when a row does not stand for somebody any more."""
    if found.erased_at is not None:
        raise Erased
    if found.archived_at is not None:
        raise MergedAway


def held_person(person_id: int) -> Person:
    """A person read afresh and held until the end of the transaction. Raises `NotFound`, `MergedAway`."""
    found = locked_people([person_id])
    return _there(found[0] if found else None)


def locked_people(person_ids: Iterable[int]) -> list[Person]:
    """People read afresh and held until the end of the transaction, in the order of their ids."""
    db.session.flush()
    query = _with_contacts().where(Person.id == any_of_ids(person_ids)).order_by(Person.id)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def consent(person_id: int, purpose: Purpose) -> bool | None:
    """The newest answer for a purpose; None when never asked."""
    return db.session.scalar(
        select(Consent.granted)
        .where(Consent.person_id == person_id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
    )


def health_kept(of: int | ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition that what is about somebody's health may be read and written: the newest answer is not no.

    `of` is their id, or the column that says whose row it is. The one place that decides this. Staff write about health
    before anybody was asked, so no answer is no withdrawal; a new yes opens everything again.
    """
    return newest_answer(of, Purpose.HEALTH).is_not(False)


def newest_answer(
    of: int | ColumnElement[int] | InstrumentedAttribute[int], purpose: Purpose
) -> ColumnElement[bool | None]:
    """The newest answer of somebody for a purpose, inside another statement; NULL when never asked."""
    newest = (
        select(Consent.granted)
        .where(Consent.person_id == of, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(literal_column("1"))
    )
    return newest.correlate_except(Consent).scalar_subquery()


def is_health_kept(person_id: int) -> bool:
    """The same of one person, asked by itself."""
    return bool(db.session.scalar(select(health_kept(person_id))))


def check_health_kept(person_id: int) -> None:
    """Raises `HealthTakenBack` when what is about somebody's health may be neither read nor written."""
    if not is_health_kept(person_id):
        raise HealthTakenBack


def health_taken_back_at(
    of: int | ColumnElement[int] | InstrumentedAttribute[int],
) -> ColumnElement[datetime]:
    """When the consent to keep health data was last taken back, inside another statement; NULL when it never was."""
    query = select(func.max(Consent.at)).where(
        Consent.person_id == of, Consent.purpose == Purpose.HEALTH, Consent.granted.is_(False)
    )
    return query.correlate_except(Consent).scalar_subquery()


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


def line_of(person_id: int) -> str | None:
    """The LINE account a message can be sent to; None without one, or while the person blocks the gym there."""
    query = select(Person.line_user_id).where(Person.id == person_id, Person.line_blocked_at.is_(None))
    return db.session.scalar(query)


def reachable() -> ColumnElement[bool]:
    """The condition, in a statement that selects from people, that a message can reach somebody: by mail or by LINE."""
    has_mail = select(PersonMail.id).where(PersonMail.person_id == Person.id).correlate(Person).exists()
    return or_(has_mail, and_(Person.line_user_id.is_not(None), Person.line_blocked_at.is_(None)))


def is_reachable(person_id: int) -> bool:
    """Whether a message can reach somebody, by mail or by LINE."""
    return bool(db.session.scalar(select(reachable()).where(Person.id == person_id)))


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


def _with_contacts() -> Select[Person]:
    return select(Person).options(selectinload(Person.phones), selectinload(Person.mails))
