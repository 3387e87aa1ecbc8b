"""One-time codes: eight digits, typed or sent by a tap in the chat, that say whose account it is."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.links import keyed_hash
from backoffice.line.models import LineAccount, LineCode
from backoffice.people.queries import held_person

VALID_FOR = timedelta(minutes=30)
KEPT = timedelta(days=7)
MOST_WRONG = 5
WRONG_WITHIN = timedelta(hours=1)
TYPED = re.compile(r"\D{0,20}?(?<!\d)(\d{4})[ -]?(\d{4})(?!\d)\D{0,5}")
"""A message that is a code and little else, so that a phone number or a date in a sentence is not taken for one."""


@dataclass(frozen=True)
class Code:
    """A code just made: the only moment in which its digits are known."""

    digits: str
    expires_at: datetime

    @property
    def shown(self) -> str:
        """In two groups, as it is read out."""
        return f"{self.digits[:4]} {self.digits[4:]}"


def make_code(person_id: int, *, by: Actor, now: datetime) -> Code:
    """A code for a person, valid for half an hour; earlier ones stop working. Raises `NotFound`, `MergedAway`."""
    held_person(person_id)
    db.session.execute(delete(LineCode).where(LineCode.person_id == person_id, LineCode.used_at.is_(None)))
    digits = _fresh()
    row = LineCode(
        person_id=person_id,
        code_hash=_hash(digits),
        made_at=now,
        made_by=by.label,
        expires_at=now + VALID_FOR,
    )
    db.session.add(row)
    db.session.flush()
    record("person.line_code_made", "person", person_id, by=by, now=now, person_id=person_id)
    return Code(digits, row.expires_at)


def code_in(text: str) -> str | None:
    """The eight digits of a message that is a code, full-width digits included; None for anything else. Pure."""
    found = TYPED.fullmatch(unicodedata.normalize("NFKC", text[:60]).strip())
    return "".join(found.groups()) if found else None


def take_code(account: LineAccount, digits: str, *, now: datetime) -> LineCode | None:
    """Use a code up, held until the end of the transaction. None for a wrong, old or used one.

    After five wrong ones within an hour an account's codes are not looked at any more until the hour is over.
    """
    if account.wrong_since is None or now - account.wrong_since >= WRONG_WITHIN:
        account.wrong_since, account.wrong_codes = None, 0
    if account.wrong_codes >= MOST_WRONG:
        return None
    query = select(LineCode).where(
        LineCode.code_hash == _hash(digits), LineCode.used_at.is_(None), LineCode.expires_at > now
    )
    code = db.session.scalar(query.with_for_update())
    if code is None:
        account.wrong_since = account.wrong_since or now
        account.wrong_codes += 1
        return None
    code.used_at = now
    return code


def forget_codes(*, now: datetime) -> None:
    """Drop codes that nobody can use any more."""
    db.session.execute(delete(LineCode).where(LineCode.expires_at < now - KEPT))


def _fresh() -> str:
    while True:
        digits = f"{secrets.randbelow(10**8):08}"
        if db.session.scalar(select(LineCode.id).where(LineCode.code_hash == _hash(digits))) is None:
            return digits


def _hash(digits: str) -> str:
    return keyed_hash("line-code", digits)
