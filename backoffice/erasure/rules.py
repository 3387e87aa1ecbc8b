"""What becomes of every table when a person is erased. A table or a text that nobody thought of fails a test.

Rows in `GOES` are deleted. Rows in `STAYS` remain and lead to an anonymous row: what they say of the person is emptied,
what is kept is named. Everything else is in `NOT_THEIRS`, with the reason why it says nothing of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import literal_column

from backoffice.people.models import ERASED


@dataclass(frozen=True)
class Kept:
    """A table whose rows stay: the columns they are found by, what is emptied, and which texts and days are kept.

    `drops` are rows of it that go all the same: a column and its values.
    """

    by: tuple[str, ...]
    why: str
    empties: Mapping[str, Any] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()
    drops: tuple[str, frozenset[str]] | None = None


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


_PERSON = ("person_id",)

GOES: Mapping[str, tuple[str, ...]] = {
    "person_phones": _PERSON,
    "person_mails": _PERSON,
    "person_notes": _PERSON,
    "person_details": _PERSON,
    "person_merges": ("kept_id", "dropped_id"),
    "person_pairs_apart": ("low_id", "high_id"),
    "line_accounts": ("id",),
    "line_codes": _PERSON,
    "reply_tokens": ("address",),
    "conversations": ("person_id", "line_account_id"),
    "conversation_entries": ("person_id", "line_account_id"),
    "conversation_files": ("entry_id",),
    "message_attempts": ("message_id",),
    "todos": ("person_id", "lead_id", "conversation_id"),
    "handover_notes": _PERSON,
    "files": _PERSON,
    "client_records": _PERSON,
    "substitute_trainers": _PERSON,
    "screenings": _PERSON,
    "screening_decisions": _PERSON,
    "programs": _PERSON,
    "program_versions": ("program_id",),
    "workouts": ("version_id",),
    "program_items": ("workout_id",),
    "log_revisions": ("log_id",),
    "logged_pains": ("log_id",),
    "logged_sets": ("log_id",),
    "measurements": _PERSON,
    "measure_goals": _PERSON,
    "effect_notes": _PERSON,
    "progress_photos": _PERSON,
    "reviews": _PERSON,
    "care_notes": _PERSON,
    "care_plans": _PERSON,
    "care_replies": _PERSON,
    "check_ins": _PERSON,
    "uploads": ("kind",),
}
"""Rows that are deleted, and the columns they are found by."""

STAYS: Mapping[str, Kept] = {
    "people": Kept(
        ("id",),
        "the anonymous row that everything kept leads to",
        {
            "name": ERASED, "kana": "", "former_name": "", "name_key": "", "kana_key": "", "search": "", "gender": "",
            "birth_date": None, "caution": "", "caution_reason": None, "line_user_id": None, "line_blocked_at": None,
        },
        _words("language"),
    ),
    "consents": Kept(
        _PERSON,
        "what was agreed for visits, payments and advertising until then: the law asks for it",
        keeps=_words("purpose wording language source"),
        drops=("purpose", frozenset({"HEALTH", "HEALTH_CHAT", "PHOTOS"})),
    ),
    "leads": Kept(
        _PERSON,
        "figures: how many enquiries came in from where, and what became of them",
        {"enquiry": None, "utm": {}, "import_key": None},
        _words("source article interest stage lost_reason"),
    ),
    "stage_changes": Kept(
        ("lead_id",), "figures: the steps of an enquiry", {"reason": ""}, _words("from_stage to_stage by_label")
    ),
    "calls": Kept(_PERSON, "figures: how soon enquiries are answered", keeps=_words("outcome by_label")),
    "bookings": Kept(
        ("id",),
        "figures, and the trainer's working time",
        {"note": None, "cancel_reason": "", "waiver": ""},
        _words("state channel created_by series_day"),
    ),
    "participants": Kept(
        _PERSON,
        "figures and fees: who came is a number",
        {"wear_size": "", "shoe_cm": ""},
        _words("attendance fee_method fee_received_by"),
    ),
    "series": Kept(
        ("person_id", "second_person_id"),
        "figures: visits that were booked together",
        keeps=_words("channel created_by first_day"),
    ),
    "clients": Kept(
        _PERSON,
        "money: a membership belongs to it",
        {"member_number": literal_column("-id")},  # the number stands on cards and contracts
        _words("joined_on left_on"),
    ),
    "memberships": Kept(
        ("client_id",), "money: what was sold and when", keeps=_words("name_ja name_en starts_on ends_on created_by")
    ),
    "freezes": Kept(
        ("membership_id",),
        "money: which months were not owed",
        {"waiver": None},
        _words("starts_on ends_on created_by"),
    ),
    "leavings": Kept(
        ("client_id",),
        "figures: who leaves, when and why, from a closed list",
        {"note": None, "waiver": None},
        _words("left_on reason settled_by stay_began_on created_by"),
    ),
    "kept_bookings": Kept(
        ("freeze_id", "leaving_id"), "figures: a visit that was kept all the same", keeps=_words("kept_by")
    ),
    "joining_papers": Kept(
        _PERSON,
        "money: what was agreed when they joined",
        {"answers": None, "signature": None, "guardian_signature": None, "file_id": None},
        _words("contract starts_on signed_with joined_by created_by"),
    ),
    "paper_discounts": Kept(
        ("paper_id",), "money: what was taken off", keeps=_words("taken_from name_ja name_en")
    ),
    "ticket_grants": Kept(
        _PERSON, "money: what was paid for and is owed", keeps=_words("name_ja name_en valid_from created_by")
    ),
    "ticket_entries": Kept(
        ("grant_id",),
        "money: what became of each ticket",
        {"note": None},
        _words("kind reason expires_on created_by"),
    ),
    "invoices": Kept(
        _PERSON, "money: what was charged", {"reason": None}, _words("issued_on due_on why created_by")
    ),
    "invoice_lines": Kept(("invoice_id",), "money: what for", keeps=_words("kind name_ja name_en month_on")),
    "payments": Kept(
        _PERSON, "money: what was paid and paid back", {"reason": None}, _words("kind received_on source created_by")
    ),
    "payment_parts": Kept(("payment_id",), "money: what for"),
    "receipts": Kept(("payment_id",), "money: numbers without a gap", keeps=_words("created_by")),
    "receipt_issues": Kept(
        ("receipt_id",),
        "money: when a receipt was printed",
        {"addressee": None, "proviso": None},
        _words("language issued_on created_by"),
    ),
    "waits": Kept(_PERSON, "figures: how many waited", keeps=_words("state created_by first_day last_day")),
    "offers": Kept(("wait_id",), "figures: what was offered", keeps=_words("state")),
    "choices": Kept(_PERSON, "figures: what was sent to choose from", keeps=_words("state sent_by")),
    "choice_times": Kept(("choice_id",), "figures: what was sent to choose from"),
    "playbook_runs": Kept(_PERSON, "figures: who was followed up", keeps=_words("ended_why")),
    "session_logs": Kept(
        _PERSON,
        "the trainer's working time: that a session was held and written up",
        {
            "note": "", "to_self": "", "draft": None, "draft_at": None, "draft_by": "", "effort": None,
            "workout_id": None,
        },
        _words("held_on started_by saved_by"),
    ),
    "messages": Kept(
        _PERSON,
        "figures: how many messages went out and how they ended",
        {"values": {}, "detail": "", "address": None, "subject": None, "body": None,
         "own_subject": None, "own_body": None},
        _words("kind channel language dedupe_key state phase reason"),  # keys are made of ids
    ),
    "text_failures": Kept(("message_id",), "an own text that could not be written: about the text"),
    "incidents": Kept(
        _PERSON,
        "the gym's own record of its safety; an accident keeps its words for five years",
        {"what": "", "exercise": "", "action": "", "follow_up": None, "follow_up_due": None, "outcome": ""},
        _words("kind region written_by closed_by"),
    ),
    "line_events": Kept(
        ("user_id",),
        "LINE may send an event again: its number tells",
        {"user_id": "", "body": None, "state": "DONE"},
        _words("webhook_event_id kind"),
    ),
    "audit_lines": Kept(
        _PERSON,
        "who did what and when, without what it said",
        {"before": {}, "after": {}},
        _words("actor_kind actor_label action subject_kind"),
    ),
    "erasures": Kept(
        _PERSON, "so that a restored backup erases them again", keeps=_words("erased_by reason")
    ),
}  # fmt: skip
"""Rows that remain without a name."""

_SET_UP = "how the gym is set up"
_STAFF = "about colleagues and their time"

NOT_THEIRS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "studios", "billing_settings", "paper_numbers",
            "services", "rooms", "opening_hours", "special_days", "lead_sources", "lost_reasons", "plans",
            "discounts", "terms_versions", "month_goals", "source_costs",
            "measure_kinds", "message_roads", "message_templates", "playbooks", "playbook_steps", "sheet_versions",
            "exercises", "exercise_photos", "column_choices", "quick_replies", "channel_states", "heartbeats",
        ),
        _SET_UP,
    ),
    **dict.fromkeys(
        (
            "staff", "staff_sessions", "staff_tokens", "sign_in_failures", "trainers", "trainer_feeds", "shifts",
            "shift_days", "shift_copies", "shift_swaps", "time_off", "blocks", "saved_views",
        ),
        _STAFF,
    ),
    "day_closes": "the money of a day; who asks to be erased and is named in its words has them taken away on its page",
    "claims": "whose time is taken, by the number of an anonymous row",
    "kept_visits": "guests of bookings as reports count them, by the numbers of anonymous rows",
    "failed_debits": "marks of files and numbers of rows of a bank",
    "replans": "times that were proposed for a booking",
    "submissions": "tokens of forms and where they led, by number; gone after a week",
}  # fmt: skip
"""Tables that say nothing of a person."""

HUMAN_UPLOADS = ("enquiries", "people", "bookings", "debits")
"""Files chosen for an import of people: one of them may be in it, so whoever chose it chooses it again."""
