"""The list of people as it leaves the house: names, ways to reach them, consents. No notes, nothing about health."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from backoffice.clients.models import Client
from backoffice.core.db import stream
from backoffice.people.models import Consent, Person, PersonMail, PersonPhone, Purpose
from backoffice.people.search import matching_ids


class PersonOut(NamedTuple):
    """A person in a file. Consents are None where nobody was asked; phones are E.164."""

    id: int
    name: str
    kana: str
    former_name: str
    phones: list[str] | None
    mails: list[str] | None
    language: str
    gender: str
    birth_date: date | None
    follow_up: bool | None
    marketing: bool | None
    created_at: datetime
    member_number: int | None
    joined_on: date | None


def everybody(query: str, *, only: ColumnElement[bool] | None = None) -> Iterator[PersonOut]:
    """Everybody found by a query (all for an empty one), from one statement. Inside `transaction()`.

    `only` narrows to people somebody may see.
    """
    wanted = [Person.archived_at.is_(None), matching_ids(query), only]
    found = _PEOPLE.where(*(condition for condition in wanted if condition is not None))
    return map(PersonOut._make, stream(found.order_by(Person.id)))


def _newest_answer(purpose: Purpose) -> ColumnElement[bool | None]:
    return (
        select(Consent.granted)
        .where(Consent.person_id == Person.id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _gathered(
    model: type[PersonPhone] | type[PersonMail], value: InstrumentedAttribute[str]
) -> ColumnElement[list[str] | None]:
    in_order = func.array_agg(aggregate_order_by(value, model.id))
    return select(in_order).where(model.person_id == Person.id).scalar_subquery()


_PEOPLE = select(
    Person.id, Person.name, Person.kana, Person.former_name,
    _gathered(PersonPhone, PersonPhone.e164), _gathered(PersonMail, PersonMail.address),
    Person.language, Person.gender, Person.birth_date,
    _newest_answer(Purpose.FOLLOW_UP), _newest_answer(Purpose.MARKETING),
    Person.created_at, Client.member_number, Client.joined_on,
).outerjoin(Client, Client.person_id == Person.id)  # fmt: skip
