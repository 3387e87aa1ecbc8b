"""What the audit's fields and their codes are called on the screen."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from backoffice.core.language import N_
from blueprints.billing.words import KINDS
from blueprints.bookings.words import ATTENDANCE_WORDS, CHANNEL_WORDS, STATE_WORDS
from blueprints.leads.words import STAGE_WORDS

FIELDS = {
    "added": N_("Added"),
    "address": N_("Address"),
    "amount_yen": N_("Yen"),
    "archived_at": N_("Taken out of use"),
    "attendance": N_("Attendance"),
    "birth_date": N_("Date of birth"),
    "caution": N_("Mark"),
    "channel": N_("Channel"),
    "counted_yen": N_("Counted"),
    "cut_off_day": N_("Cut-off day of freezing and leaving"),
    "dates": N_("Dates"),
    "day": N_("Day"),
    "deposit_yen": N_("Deposit"),
    "due_at": N_("Due"),
    "due_on": N_("Due"),
    "ends_at": N_("End"),
    "ends_on": N_("Last day"),
    "fee_yen": N_("Fee"),
    "former_name": N_("Former family name"),
    "freeze_fee_yen": N_("Fee while frozen"),
    "gender": N_("Gender"),
    "hours": N_("Hours"),
    "joined_on": N_("Joined on"),
    "joining_fee_yen": N_("Joining fee"),
    "kana": N_("Kana"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "late_cancel_yen": N_("Fee of a late cancel"),
    "left_on": N_("Last day"),
    "limits": N_("Limits"),
    "mail": N_("Mail"),
    "mails": N_("Mail"),
    "main_trainer_id": N_("Main trainer"),
    "name": N_("Name"),
    "name_en": N_("Name (English)"),
    "name_ja": N_("Name (Japanese)"),
    "no_show_yen": N_("Fee of a no-show"),
    "note": N_("Note"),
    "number": N_("Number"),
    "outcome": N_("Outcome"),
    "owner_id": N_("Responsible"),
    "percent": N_("Percent"),
    "phone": N_("Phone"),
    "phones": N_("Phone"),
    "plan_id": N_("Plan"),
    "position": N_("Place in the order"),
    "price_yen": N_("Price"),
    "reason": N_("Reason"),
    "received_on": N_("Received on"),
    "roles": N_("Roles"),
    "room_id": N_("Room"),
    "rows": N_("Rows"),
    "service_id": N_("Service"),
    "sessions": N_("Number of sessions"),
    "source_id": N_("Source"),
    "staff_id": N_("Staff member"),
    "stage": N_("Stage"),
    "starts_at": N_("Start"),
    "starts_on": N_("First day"),
    "state": N_("State"),
    "terms": N_("Terms"),
    "topic": N_("Topic"),
    "trainer_id": N_("Trainer"),
    "valid_from": N_("First day"),
    "valid_until": N_("Last day"),
    "version": N_("Version"),
    "why": N_("Reason"),
    "words": N_("Words"),
    "yen": N_("Yen"),
}

CODES: dict[tuple[str, str], Mapping[Any, Any]] = {
    ("payment", "kind"): KINDS,
    ("booking", "state"): STATE_WORDS,
    ("booking", "channel"): CHANNEL_WORDS,
    ("participant", "attendance"): ATTENDANCE_WORDS,
    ("lead", "stage"): STAGE_WORDS,
}


def field_word(name: str) -> str:
    """Plan, First day …; a field nobody named stays a code."""
    return _(FIELDS[name]) if name in FIELDS else name.replace("_", " ")


def code_word(subject_kind: str, name: str, value: object) -> str | None:
    """A code of a field in words, as the pages say it; None for a value that is no code."""
    words = CODES.get((subject_kind, name), {})
    return str(words[value]) if isinstance(value, str) and value in words else None
