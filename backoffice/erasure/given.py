"""What of every table a person is given when they ask for their data, and what is left out for which reason."""

from collections.abc import Mapping
from enum import StrEnum


class Folder(StrEnum):
    """Where a list lies in the file that is handed out. `READ_FIRST` may speak of others, so it is read before."""

    YOU = "you"
    VISITS = "visits"
    MESSAGES = "messages"
    HEALTH = "health"
    TRAINING = "training"
    READ_FIRST = "read-first"


def _all(folder: Folder, *names: str) -> dict[str, Folder]:
    return dict.fromkeys(names, folder)


GIVEN: Mapping[str, Folder] = {
    **_all(Folder.YOU, "people", "person_phones", "person_mails", "person_details", "consents", "leads"),
    **_all(Folder.YOU, "stage_changes", "clients", "joining_papers", "paper_discounts", "memberships"),
    **_all(Folder.YOU, "freezes", "leavings", "ticket_grants", "ticket_entries"),
    **_all(Folder.YOU, "invoices", "invoice_lines", "payments", "receipts", "receipt_issues"),
    **_all(Folder.VISITS, "participants", "series", "waits", "offers", "choices", "calls"),
    **_all(Folder.MESSAGES, "messages", "conversation_entries", "line_accounts"),
    **_all(
        Folder.HEALTH, "screenings", "screening_decisions", "client_records", "care_notes", "care_plans",
        "care_replies", "check_ins", "measurements", "measure_goals", "effect_notes", "reviews",
    ),
    **_all(
        Folder.TRAINING, "programs", "program_versions", "workouts", "program_items", "session_logs", "logged_sets",
        "logged_pains", "log_revisions", "substitute_trainers",
    ),
    **_all(Folder.READ_FIRST, "person_notes", "handover_notes", "incidents", "bookings"),
}  # fmt: skip
"""Lists that are handed out. Files and photos go along as they are."""

_FILES = "handed out as the files themselves"
_INSIDE = "how the house works, nothing of the person"

NOT_GIVEN: Mapping[str, str] = {
    "files": _FILES,
    "progress_photos": _FILES,
    "conversation_files": _FILES,
    "person_merges": "says that two rows were one, with the data of both as they were",
    "person_pairs_apart": "names somebody else",
    "line_codes": "secrets",
    "reply_tokens": "secrets",
    "conversations": _INSIDE,
    "kept_bookings": _INSIDE,
    "payment_parts": "which payment was for which invoice: sums of the two lists",
    "choice_times": "times that were held; what came of them is a visit",
    "line_events": "how LINE knocked; what it brought is in the conversation",
    "message_attempts": "how often a server was asked",
    "text_failures": _INSIDE,
    "todos": _INSIDE,
    "playbook_runs": _INSIDE,
    "uploads": "files of many people, gone after a day",
    "audit_lines": "which colleague did what",
    "erasures": "of somebody who can ask nothing any more",
}

HIDDEN = frozenset(
    {
        "studio_id", "version", "name_key", "kana_key", "search", "archived_at", "erased_at", "caution",
        "caution_reason", "import_key", "dedupe_key", "retry_key", "next_try_at", "phase", "fence", "lease_until",
        "tries", "values", "reply_token", "read_token", "external_id", "profile_try_at", "profile_tries",
        "wrong_codes", "wrong_since", "link_epoch", "staff_id", "run_id", "step_id", "draft", "draft_at", "waiver",
        "detail", "series_day", "by_label",
    }
)  # fmt: skip
"""Columns that say nothing to anybody outside, or that the law lets a house keep to itself: why somebody is marked."""


def is_hidden(name: str) -> bool:
    """Whether a column stays inside: a secret, a counter, or the name of a colleague."""
    return name in HIDDEN or name.endswith(("_by", "_by_id", "_staff_id"))
