"""Whose account it is. Only a code that was handed to the person ties an account, never a name."""

from datetime import datetime

from sqlalchemy import or_, select, update

from backoffice.core.audit import SYSTEM, Actor, record
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.line.models import LineAccount
from backoffice.messaging.entries import ConversationEntry
from backoffice.messaging.models import Message
from backoffice.messaging.waiting import join_account
from backoffice.people.models import Person
from backoffice.people.queries import held_person


class TiedToAnother(DomainError):
    """The account belongs to somebody else already."""

    status = 409
    message = N_("This LINE account is connected with somebody else. Please disconnect it there first.")


def tie(account: LineAccount, person_id: int, *, by: Actor = SYSTEM, now: datetime) -> Person:
    """From now on this account, held by the caller, is this person's; what it said before goes to their page.

    An account the person used before is let go: the newest proof holds. Refuses (TiedToAnother) an account of
    somebody else. Raises `NotFound`, `MergedAway`.
    """
    if account.person_id not in (None, person_id):
        raise TiedToAnother
    person = held_person(person_id)
    if person.line_user_id == account.user_id:
        return person
    _let_go(person, but=account.id, now=now)
    account.person_id, account.tied_at, account.set_aside_at = person.id, now, None
    person.line_user_id, person.line_blocked_at = account.user_id, account.blocked_at
    person.version += 1
    db.session.execute(
        update(ConversationEntry)
        .where(ConversationEntry.line_account_id == account.id, ConversationEntry.person_id.is_(None))
        .values(person_id=person.id)
    )
    _hand_over_messages(account, person.id)
    db.session.flush()
    join_account(account.studio_id, account.id, person.id, now=now)
    record("person.line_tied", "person", person.id, by=by, now=now, person_id=person.id)
    return person


def _hand_over_messages(account: LineAccount, person_id: int) -> None:
    """What was answered before anybody knew whose account it is belongs to the person, as what they said does."""
    answers = select(ConversationEntry.message_id).where(ConversationEntry.line_account_id == account.id)
    to_account = Message.values["account_id"].as_integer() == account.id
    ids = db.session.scalars(
        select(Message.id)
        .where(Message.person_id.is_(None), or_(to_account, Message.id.in_(answers)))
        .order_by(Message.id)
        .with_for_update()
    ).all()
    db.session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(person_id=person_id)
        .execution_options(synchronize_session=False)
    )


def note_booked(account_id: int, person_id: int, *, now: datetime) -> None:
    """Somebody booked from the chat of an account, as this person.

    Who became known by this very booking has the account from the first day. Of somebody on file already, a name and a
    number prove nothing: the desk sees a hint. An account that is known stays whose it is.
    """
    account = db.session.get(LineAccount, account_id, with_for_update=True, populate_existing=True)
    if account is None or account.person_id is not None:
        return
    if held_person(person_id).created_at == now:
        tie(account, person_id, now=now)
    else:
        account.booked_by_id = person_id


def untie(person_id: int, *, by: Actor, now: datetime) -> Person:
    """Let go of a person's LINE account; what was said stays with the person. Twice changes nothing."""
    person = held_person(person_id)
    if _let_go(person, now=now):
        person.version += 1
        record("person.line_untied", "person", person.id, by=by, now=now, person_id=person.id)
    return person


def _let_go(person: Person, *, but: int | None = None, now: datetime) -> bool:
    """Whether there was anything to let go. A former account does not go back to those nobody knows."""
    had = person.line_user_id is not None
    query = select(LineAccount).where(LineAccount.person_id == person.id, LineAccount.id != (but or 0))
    for account in db.session.scalars(query.order_by(LineAccount.id).with_for_update()):
        account.person_id, account.tied_at, account.set_aside_at, had = None, None, now, True
    person.line_user_id = person.line_blocked_at = None
    db.session.flush()
    return had
