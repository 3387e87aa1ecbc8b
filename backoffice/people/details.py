"""Where somebody lives and who is called in an emergency: given when they join, changed on their page."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import parse_phone, plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.people.models import PersonDetails
from backoffice.people.queries import held_person

LONGEST = 200
BAD_PHONE = N_("This phone number cannot be read.")


@dataclass(frozen=True)
class Details:
    """Address and emergency contact as they were written; `version` is the one a form carries (0: nothing was kept)."""

    postal_code: str = ""
    address: str = ""
    emergency_name: str = ""
    emergency_relation: str = ""
    emergency_phone: str = ""
    version: int = 0

    TEXTS: ClassVar = ("postal_code", "address", "emergency_name", "emergency_relation", "emergency_phone")

    @property
    def has_emergency(self) -> bool:
        """Whether somebody can be called."""
        return bool(self.emergency_name or self.emergency_phone)


def details_of(person_id: int) -> Details:
    """The details of a person. Rows that a merge brought together are read as one: the newest word of each."""
    return _as_one(_rows(person_id))


def save_details(person_id: int, typed: Details, *, by: Actor, now: datetime) -> Details:
    """Keep the details as they were typed; the same again changes nothing.

    Refuses (Invalid) a phone that cannot be read; raises `NotFound`, `MergedAway`, and `Stale` when somebody saved
    since `typed.version`. The audit keeps which of them changed, never what they say.
    """
    held_person(person_id)
    rows = _rows(person_id)
    before, wanted = _as_one(rows), _readable(typed)
    changed = [name for name in Details.TEXTS if getattr(before, name) != getattr(wanted, name)]
    if not changed:
        return before
    check_version(before.version, typed.version)
    kept = _one_row(person_id, rows)
    for name in Details.TEXTS:
        setattr(kept, name, getattr(wanted, name))
    kept.saved_at, kept.saved_by, kept.version = now, by.label, before.version + 1
    db.session.flush()
    after = dict.fromkeys(changed, "…")
    record("person.details_changed", "person", person_id, by=by, now=now, person_id=person_id, after=after)
    return _as_one([kept])


def _readable(typed: Details) -> Details:
    texts = {name: plain_text(text, LONGEST) for name, text in asdict(typed).items() if name in Details.TEXTS}
    if texts["emergency_phone"] and parse_phone(texts["emergency_phone"]) is None:
        raise Invalid(BAD_PHONE, field="emergency_phone")
    return Details(**texts, version=typed.version)


def _rows(person_id: int) -> list[PersonDetails]:
    """Oldest first."""
    query = select(PersonDetails).where(PersonDetails.person_id == person_id)
    return list(db.session.scalars(query.order_by(PersonDetails.saved_at, PersonDetails.id)))


def _one_row(person_id: int, rows: list[PersonDetails]) -> PersonDetails:
    """The row to write; what the others said was on the form, so they go (a merge can then not be taken back)."""
    for row in rows[1:]:
        db.session.delete(row)
    if rows:
        return rows[0]
    made = PersonDetails(person_id=person_id)
    db.session.add(made)
    return made


def _as_one(rows: list[PersonDetails]) -> Details:
    texts = {name: _newest(getattr(row, name) for row in rows) for name in Details.TEXTS}
    return Details(**texts, version=sum(row.version for row in rows))


def _newest(texts: Iterable[str]) -> str:
    return next((text for text in reversed(list(texts)) if text), "")
