"""An enquiry that began on LINE: somebody new, known by their account from the first day."""

from datetime import datetime

from sqlalchemy import select

from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_
from backoffice.leads.actions import capture_lead
from backoffice.leads.models import Lead
from backoffice.line.models import LineAccount
from backoffice.line.ties import TiedToAnother, tie
from backoffice.messaging.entries import ConversationEntry, EntryKind
from backoffice.people.actions import create_person, wait_for_contacts
from backoffice.people.recognition import recognise
from backoffice.studio.scope import of_studio

SOURCE = "line"
MOST_TEXTS = 5


class HereAlready(DomainError):
    """Whoever was typed in is on file. A name does not prove whose account it is, so nothing is connected."""

    status = 409
    message = N_("This person is here already. Please connect the account with a code from their own page.")


def enquire_from_line(
    studio_id: int, account_id: int, *, name: str, kana: str, phone: str, mail: str, by: Actor, now: datetime
) -> Lead:
    """A new person with this LINE account, and their enquiry with what they wrote so far.

    Refuses (HereAlready) somebody on file, (TiedToAnother) an account that is somebody's, and (Invalid) what cannot be
    read. Raises `NotFound`.
    """
    account = of_studio(LineAccount, studio_id, account_id, lock=True)
    if account.person_id is not None:
        raise TiedToAnother
    wait_for_contacts([phone], [mail])
    if recognise(name=name, kana=kana, phone=phone, mail=mail) is not None:
        raise HereAlready
    person = create_person(
        name=name, kana=kana, phones=[phone] if phone else [], mails=[mail] if mail else [],
        language=account.language, by=by, now=now,
    )  # fmt: skip
    words = _first_words(account.id)
    tie(account, person.id, by=by, now=now)
    return capture_lead(person, studio_id=studio_id, source=SOURCE, enquiry=words, by=by, now=now)


def _first_words(account_id: int) -> str:
    query = (
        select(ConversationEntry.body)
        .where(
            ConversationEntry.line_account_id == account_id,
            ConversationEntry.kind == EntryKind.TEXT,
            ConversationEntry.body.is_not(None),
        )
        .order_by(ConversationEntry.said_at, ConversationEntry.id)
        .limit(MOST_TEXTS)
    )
    return "\n".join(str(body) for body in db.session.scalars(query))[:2000]
