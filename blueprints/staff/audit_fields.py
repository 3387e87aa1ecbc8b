"""What the audit's fields and their codes are called on the screen."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from backoffice.bookings.refusals import Rule
from backoffice.clients.limits import LIMIT_WORDS
from backoffice.core.language import N_
from backoffice.exercises.vocabulary import (
    COUNTED_WORDS,
    EQUIPMENT_WORDS,
    MUSCLE_WORDS,
    SECTION_WORDS,
    SETTING_WORDS,
    UNIT_WORDS,
)
from backoffice.files.models import Shelf
from backoffice.playbooks.entries import ENTRIES
from blueprints.billing.words import KINDS, WHY_BACK
from blueprints.bookings.words import ATTENDANCE_WORDS, CHANNEL_WORDS, METHOD_WORDS, STATE_WORDS
from blueprints.care.words import OUTCOME_WORDS, TOPIC_WORDS
from blueprints.incidents.words import KIND_WORDS as INCIDENT_WORDS
from blueprints.joining.words import FROM_WORDS, KIND_WORDS
from blueprints.leads.words import STAGE_WORDS
from blueprints.memberships.words import REASON_WORDS as LEAVING_WORDS
from blueprints.people.words import CAUTION_WORDS, GENDER_WORDS
from blueprints.screening.words import VERDICT_WORDS
from blueprints.support.appearance import ROLE_WORDS

FIELDS = {
    "added": N_("Added"),
    "address": N_("Address"),
    "allergies": N_("Allergies"),
    "amount": N_("Amount"),
    "amount_to": N_("Amount up to"),
    "amount_yen": N_("Yen"),
    "answers": N_("Answers"),
    "archived_at": N_("Taken out of use"),
    "arrived_at": N_("Arrived"),
    "article": N_("Article"),
    "at": N_("Time"),
    "attendance": N_("Attendance"),
    "bank_en": N_("Bank account (English)"),
    "bank_ja": N_("Bank account (Japanese)"),
    "birth_date": N_("Date of birth"),
    "booking_id": N_("Booking"),
    "caution": N_("Mark"),
    "channel": N_("Channel"),
    "cleanup_minutes": N_("Clean-up (minutes)"),
    "closes_at": N_("Closes"),
    "confirmed_at": N_("Confirmed"),
    "copy_of": N_("Copy of"),
    "count": N_("Number of values"),
    "counted": N_("The amount is meant"),
    "counted_yen": N_("Counted"),
    "cues_en": N_("Cues (English)"),
    "cues_ja": N_("Cues (Japanese)"),
    "cut_off_day": N_("Cut-off day of freezing and leaving"),
    "dates": N_("Dates"),
    "day": N_("Day"),
    "days": N_("Days"),
    "decimals": N_("Decimals"),
    "deed": N_("What it does"),
    "deposit_yen": N_("Deposit"),
    "difference_yen": N_("Difference"),
    "due_at": N_("Due"),
    "due_on": N_("Due"),
    "emergency_contact": N_("Emergency contact"),
    "emergency_name": N_("Emergency contact: name"),
    "emergency_phone": N_("Emergency contact: phone"),
    "emergency_relation": N_("Emergency contact: relation"),
    "ends_at": N_("End"),
    "ends_on": N_("Last day"),
    "enquiries": N_("Enquiries"),
    "entry": N_("What begins it"),
    "equipment": N_("Equipment"),
    "expires_on": N_("Can be used until"),
    "fee_method": N_("How the fee was paid"),
    "fee_received_at": N_("Fee received"),
    "fee_received_by": N_("Fee received by"),
    "fee_yen": N_("Fee"),
    "files": N_("Files"),
    "first_day": N_("First day"),
    "former_name": N_("Former family name"),
    "freeze_fee_yen": N_("Fee while frozen"),
    "from": N_("First day"),
    "gender": N_("Gender"),
    "goals": N_("Goals, in their own words"),
    "guardian": N_("Guardian"),
    "history": N_("Sports and injuries so far"),
    "hold_seconds": N_("Hold each (seconds)"),
    "hours": N_("Hours"),
    "interest": N_("Interested in"),
    "is_own": N_("The gym's own text"),
    "issuer_en": N_("Issuer (English)"),
    "issuer_ja": N_("Issuer (Japanese)"),
    "joined_on": N_("Joined on"),
    "joining_fee_yen": N_("Joining fee"),
    "joins": N_("Joined"),
    "kana": N_("Kana"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "last_day": N_("Last day"),
    "late_cancel_yen": N_("Fee of a late cancel"),
    "late_minutes": N_("Minutes late"),
    "least": N_("Least"),
    "left_on": N_("Last day as a member"),
    "lifestyle": N_("Work and daily life"),
    "limits": N_("Limits"),
    "mail": N_("Mail"),
    "mails": N_("Mail"),
    "main_trainer_id": N_("Main trainer"),
    "media_type": N_("Kind of file"),
    "member_number": N_("Member number"),
    "membership_id": N_("Membership"),
    "month": N_("Month"),
    "most": N_("Most"),
    "moves": N_("Moved shifts"),
    "muscles": N_("Muscles"),
    "name": N_("Name"),
    "name_en": N_("Name (English)"),
    "name_ja": N_("Name (Japanese)"),
    "no_show_yen": N_("Fee of a no-show"),
    "note": N_("Note"),
    "number": N_("Number"),
    "old_tickets": N_("Tickets from before"),
    "on_tablet": N_("Signed on the tablet"),
    "opens_at": N_("Opens"),
    "other": N_("The other person"),
    "outcome": N_("Outcome"),
    "own_text": N_("Own text"),
    "owner_id": N_("Responsible"),
    "owner_staff_id": N_("Responsible"),
    "parked": N_("Resting"),
    "password": N_("Password"),
    "percent": N_("Percent"),
    "phone": N_("Phone"),
    "phones": N_("Phone"),
    "photo": N_("Photo"),
    "pin": N_("PIN"),
    "plan_id": N_("Plan"),
    "position": N_("Place in the order"),
    "postal_code": N_("Postal code"),
    "preferences": N_("Other wishes"),
    "prep_minutes": N_("Preparation (minutes)"),
    "price_yen": N_("Price"),
    "reason": N_("Reason"),
    "received_on": N_("Received on"),
    "referrer_id": N_("Referred by"),
    "refund_yen": N_("Refunded"),
    "registration_number": N_("Registration number"),
    "revenue_yen": N_("Money received"),
    "roles": N_("Roles"),
    "room_id": N_("Room"),
    "rows": N_("Rows"),
    "said": N_("The client's words"),
    "section": N_("Part of the session"),
    "send_at": N_("To be sent"),
    "service_id": N_("Service"),
    "sessions": N_("Number of sessions"),
    "sets": N_("Sets"),
    "settings": N_("Where it can be done"),
    "shared": N_("Shared computer"),
    "shelf": N_("Shelf"),
    "size": N_("Size in bytes"),
    "slug": N_("Name in addresses"),
    "source": N_("Source"),
    "source_id": N_("Source"),
    "staff_id": N_("Staff member"),
    "stage": N_("Stage"),
    "starts_at": N_("Start"),
    "starts_on": N_("First day"),
    "state": N_("State"),
    "supporting": N_("Supporting muscles"),
    "taken_from": N_("Taken off"),
    "target": N_("Target"),
    "task": N_("Task"),
    "terms": N_("Terms"),
    "tickets": N_("Tickets"),
    "times": N_("Number of times"),
    "topic": N_("Topic"),
    "total_yen": N_("Total"),
    "trainer_id": N_("Trainer"),
    "trials": N_("Trials held"),
    "unit": N_("Unit"),
    "valid_from": N_("First day"),
    "valid_until": N_("Last day"),
    "values": N_("Values"),
    "verdict": N_("Decision"),
    "version": N_("Version"),
    "waived": N_("Rules set aside"),
    "waiver": N_("Reason of the exception"),
    "why": N_("Reason"),
    "wishes": N_("How they like a session"),
    "words": N_("Words"),
    "yen": N_("Yen"),
    "HEALTH": N_("Consent: health data"),
    "PHOTOS": N_("Consent: photos"),
    "TERMS": N_("Consent: terms"),
}

RULES = {
    Rule.BARRED: N_("Barred"),
    Rule.SHIFT: N_("Working hours"),
    Rule.NOTICE: N_("How soon it can be booked"),
    Rule.DEADLINE: N_("Deadline of a cancel"),
    Rule.PREPARATION: N_("Preparation"),
}

SHELVES = {
    Shelf.PAPERS: N_("Papers"),
    Shelf.PROGRESS: N_("Progress photos"),
    Shelf.MEALS: N_("Meal photos"),
    Shelf.AGREEMENTS: N_("Signed joining papers"),
}

OF_SUBJECT = {("goals", "sessions"): N_("Sessions held")}
"""Fields that mean something else for one kind of subject."""

CODES: dict[tuple[str, str], Mapping[Any, Any]] = {
    ("booking", "attendance"): ATTENDANCE_WORDS,
    ("booking", "channel"): CHANNEL_WORDS,
    ("booking", "fee_method"): METHOD_WORDS,
    ("booking", "state"): STATE_WORDS,
    ("booking", "waived"): RULES,
    ("care_note", "outcome"): OUTCOME_WORDS,
    ("care_note", "topic"): TOPIC_WORDS,
    ("discount", "kind"): KIND_WORDS,
    ("discount", "taken_from"): FROM_WORDS,
    ("exercise", "counted"): COUNTED_WORDS,
    ("exercise", "equipment"): EQUIPMENT_WORDS,
    ("exercise", "limits"): LIMIT_WORDS,
    ("exercise", "muscles"): MUSCLE_WORDS,
    ("exercise", "section"): SECTION_WORDS,
    ("exercise", "settings"): SETTING_WORDS,
    ("exercise", "supporting"): MUSCLE_WORDS,
    ("exercise", "unit"): UNIT_WORDS,
    ("file", "shelf"): SHELVES,
    ("incident", "kind"): INCIDENT_WORDS,
    ("invoice", "why"): WHY_BACK,
    ("lead", "stage"): STAGE_WORDS,
    ("leaving", "kind"): KINDS,
    ("leaving", "reason"): LEAVING_WORDS,
    ("payment", "kind"): KINDS,
    ("person", "caution"): CAUTION_WORDS,
    ("person", "gender"): GENDER_WORDS,
    ("playbook", "entry"): {key: rule.label for key, rule in ENTRIES.items()},
    ("screening", "limits"): LIMIT_WORDS,
    ("screening", "verdict"): VERDICT_WORDS,
    ("staff", "roles"): ROLE_WORDS,
}


def field_word(subject_kind: str, name: str) -> str:
    """Plan, First day …; a field nobody named stays a code."""
    word = OF_SUBJECT.get((subject_kind, name)) or FIELDS.get(name)
    return _(word) if word else name.replace("_", " ")


def code_word(subject_kind: str, name: str, value: object) -> str | None:
    """A code of a field in words, as the pages say it; None for a value that is no code."""
    words = CODES.get((subject_kind, name), {})
    if not isinstance(value, str) or value not in words:
        return None
    return _(words[value]) if isinstance(words[value], str) else str(words[value])
