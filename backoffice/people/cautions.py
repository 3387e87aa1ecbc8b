"""Cautions (要確認 / 出禁): a word that everybody sees at a person, and a reason for managers alone."""

from datetime import datetime

from sqlalchemy import select, type_coerce

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.crypto import EncryptedText
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.people.models import Caution, Person
from backoffice.people.queries import held_person

LONGEST_REASON = 1_000


def put_caution(
    person_id: int, caution: Caution, reason: str, *, version: int | None, by: Actor, now: datetime
) -> None:
    """Mark a person; the public page then asks them to call. Refuses without a reason; raises `Stale`.

    The reason is kept encrypted, and the audit says only that there is one.
    """
    words = plain_text(reason, LONGEST_REASON)
    if not words:
        raise Invalid(N_("Please write down the reason; only managers can read it."), field="reason")
    _change(person_id, caution.value, words, version=version, by=by, now=now)


def lift_caution(person_id: int, *, version: int | None, by: Actor, now: datetime) -> None:
    """Take the mark away, and its reason with it. Raises `Stale`; twice changes nothing."""
    _change(person_id, "", None, version=version, by=by, now=now)


def caution_reason(person_id: int) -> str:
    """Why somebody is marked; empty when they are not. For those who may know it."""
    reason = select(type_coerce(Person.caution_reason, EncryptedText)).where(Person.id == person_id)
    return db.session.scalar(reason) or ""


def stricter(one: str, other: str) -> str:
    """Which of two marks holds for somebody who turns out to have both. Pure."""
    return max(one, other, key=("", Caution.CHECK, Caution.BARRED).index)


def _change(
    person_id: int, caution: str, reason: str | None, *, version: int | None, by: Actor, now: datetime
) -> None:
    person = held_person(person_id)
    check_version(person.version, version)
    before, person.caution, person.caution_reason = person.caution, caution, reason
    if before == caution and reason is None:
        return
    person.version += 1
    db.session.flush()
    record(
        "person.caution", "person", person_id, by=by, now=now, person_id=person_id,
        before={"caution": before}, after={"caution": caution, "reason": "…"},
    )  # fmt: skip
