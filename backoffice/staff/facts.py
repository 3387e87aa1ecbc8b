"""What mails to staff need: a link made in the claim, whose secret is nowhere else; or the text that is tested."""

from datetime import datetime

from backoffice.core.db import db
from backoffice.core.language import N_, Language
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.messaging.text_tests import tested
from backoffice.staff.models import Staff, StaffState
from backoffice.staff.tokens import LIFETIME, Purpose, is_wanted, mint_link

PURPOSES = {Kind.STAFF_INVITE: Purpose.INVITE, Kind.PASSWORD_RESET: Purpose.RESET}
NOBODY = N_("The account is no longer in use.")
NOT_NEEDED = N_("The account does not need this link any more.")


def text_test_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """A text as it stood when its test was asked for, to the staff member who asked."""
    staff = None if message.staff_id is None else db.session.get(Staff, message.staff_id)
    if staff is None or staff.state != StaffState.ACTIVE:
        return NotWanted(NOBODY)
    return Facts(address=staff.mail, name=staff.name, text=tested(message, now))


def staff_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """A fresh link for an invitation or a reset. Not wanted once the account has moved on."""
    purpose = PURPOSES[Kind(message.kind)]
    staff = None if message.staff_id is None else db.session.get(Staff, message.staff_id)
    if staff is None or not is_wanted(staff, purpose):
        return NotWanted(NOT_NEEDED)
    lifetime = LIFETIME[purpose]
    name = staff.name if message.language == Language.JA else staff.name_en or staff.name
    values = {
        "link": mint_link(staff.id, purpose, now=now),
        "days": lifetime.days,
        "hours": int(lifetime.total_seconds()) // 3600,
    }
    return Facts(values, address=staff.mail, name=name, secrets=frozenset({"link"}))
