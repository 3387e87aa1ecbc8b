"""Questions about LINE: accounts nobody knows yet, and who they may be."""

import itertools
import re
import unicodedata
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from backoffice.core.contact import parse_mail, parse_phone
from backoffice.core.db import db
from backoffice.line.models import LineAccount
from backoffice.messaging.entries import ConversationEntry, Direction, EntryKind
from backoffice.people.models import Person
from backoffice.people.queries import bare_person
from backoffice.people.recognition import Candidate, maybe_known
from backoffice.studio.scope import of_studio

MOST = 100
PHONE = re.compile(r"(?<![\d-])(?:\+81|0)[\d-]{8,14}")
MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{3,100}", re.ASCII)
MOST_READ = 20
"""How many of the newest texts of an account are looked through for a phone number or an address."""


class UnknownAccount(NamedTuple):
    """A line of the list of accounts nobody knows yet. `words` is what was written last, if anything."""

    id: int
    display_name: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    blocked_at: datetime | None
    kind: str | None
    words: str | None


def unknown_accounts(studio_id: int, *, aside: bool = False) -> list[UnknownAccount]:
    """Accounts that wait to be known (or those set aside), the last seen first. One statement."""
    entry = ConversationEntry
    newest = (
        select(func.max(entry.id))
        .where(entry.line_account_id == LineAccount.id, entry.direction == Direction.IN)
        .correlate(LineAccount)
        .scalar_subquery()
    )
    account = LineAccount
    query = (
        select(
            account.id, account.display_name, account.first_seen_at, account.last_seen_at, account.blocked_at,
            entry.kind, entry.body,
        )
        .outerjoin(entry, entry.id == newest)
        .where(account.studio_id == studio_id, account.person_id.is_(None), _aside(aside))
        .order_by(account.last_seen_at.desc(), account.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return [UnknownAccount._make(row) for row in db.session.execute(query)]


def number_unknown(studio_id: int) -> int:
    """How many accounts wait to be known, counted up to one hundred."""
    waiting = (
        select(LineAccount.id)
        .where(LineAccount.studio_id == studio_id, LineAccount.person_id.is_(None), _aside(False))
        .limit(MOST)
    )
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def account(studio_id: int, account_id: int) -> LineAccount:
    """An account of this studio. Raises `NotFound`."""
    return of_studio(LineAccount, studio_id, account_id)


def account_by_id(account_id: int) -> LineAccount | None:
    """The account a signed link speaks of."""
    return db.session.get(LineAccount, account_id)


def account_of_person(person: Person) -> LineAccount | None:
    """The account a person is written to."""
    if person.line_user_id is None:
        return None
    return db.session.scalar(select(LineAccount).where(LineAccount.user_id == person.line_user_id))


def blocked_at(user_id: str | None) -> datetime | None:
    """Since when an account blocks the gym; None when it does not, or is not known."""
    if user_id is None:
        return None
    return db.session.scalar(select(LineAccount.blocked_at).where(LineAccount.user_id == user_id))


def may_be(account: LineAccount) -> list[Candidate]:
    """Who an account may belong to, most likely first: hints for a person to ask about, never a reason to connect.

    From whom somebody booked as on this account's link, phone numbers and addresses in what was written, and the name
    shown on LINE.
    """
    found: dict[int, Candidate] = {}
    if account.booked_by_id is not None:
        found |= {one.person_id: one for one in _as_candidate(account.booked_by_id)}
    phones, mails = _contacts_in(account.id)
    asked = [
        *(maybe_known(phone=phone) for phone in phones),
        *(maybe_known(mail=mail) for mail in mails),
        maybe_known(name=account.display_name or ""),
    ]
    for one in itertools.chain.from_iterable(asked):
        found.setdefault(one.person_id, one)
    return list(found.values())[:8]


def _as_candidate(person_id: int) -> list[Candidate]:
    person = bare_person(person_id)
    found = maybe_known(name=person.name, kana=person.kana)
    return [one for one in found if one.person_id == person_id]


def _contacts_in(account_id: int) -> tuple[list[str], list[str]]:
    query = (
        select(ConversationEntry.body)
        .where(
            ConversationEntry.line_account_id == account_id,
            ConversationEntry.direction == Direction.IN,
            ConversationEntry.kind == EntryKind.TEXT,
            ConversationEntry.body.is_not(None),
        )
        .order_by(ConversationEntry.id.desc())
        .limit(MOST_READ)
    )
    text = unicodedata.normalize("NFKC", "\n".join(str(body)[:2000] for body in db.session.scalars(query)))
    phones = [found for found in PHONE.findall(text) if parse_phone(found)]
    mails = [found for found in MAIL.findall(text) if parse_mail(found)]
    return list(dict.fromkeys(phones))[:3], list(dict.fromkeys(mails))[:3]


def _aside(aside: bool) -> ColumnElement[bool]:
    return LineAccount.set_aside_at.is_not(None) if aside else LineAccount.set_aside_at.is_(None)
