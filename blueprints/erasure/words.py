"""What goes and what stays when somebody is erased, in plain words: tables put together as a person thinks of them."""

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from backoffice.erasure.given import Folder


class Group(NamedTuple):
    """Some tables under one word; of what stays, why."""

    word: object
    tables: tuple[str, ...]
    why: object = ""
    things: tuple[str, ...] | None = None
    """Whose rows are what a person would count; None: those of all tables, empty: nothing is counted."""


GOES = (
    Group(_l("Phone numbers and mail addresses"), ("person_phones", "person_mails")),
    Group(_l("Address and emergency contact"), ("person_details",)),
    Group(_l("Notes and handover notes"), ("person_notes", "handover_notes")),
    Group(_l("Files and photos"), ("files", "progress_photos")),
    Group(
        _l("LINE: account and conversation"),
        (
            "line_accounts",
            "line_codes",
            "reply_tokens",
            "conversations",
            "conversation_entries",
            "conversation_files",
        ),
        things=(),
    ),
    Group(
        _l("Health check sheets, decisions, client sheet"),
        ("screenings", "screening_decisions", "client_records"),
        things=("screenings",),
    ),
    Group(
        _l("CARE: notes, targets, check-ins, answers"),
        ("care_notes", "care_plans", "care_replies", "check_ins"),
    ),
    Group(
        _l("Progress: values, goals, reviews"), ("measurements", "measure_goals", "effect_notes", "reviews")
    ),
    Group(
        _l("Programs"), ("programs", "program_versions", "workouts", "program_items"), things=("programs",)
    ),
    Group(_l("What was done in sessions"), ("logged_sets", "logged_pains", "log_revisions"), things=()),
    Group(
        _l("Tasks and other entries about this person"),
        ("todos", "substitute_trainers", "message_attempts", "person_merges", "person_pairs_apart"),
        things=(),
    ),
)
STAYS = (
    Group(
        _l("Visits"),
        ("bookings", "participants", "series", "session_logs", "waits", "offers", "choices", "choice_times"),
        _l("for the figures and the trainers' working time; notes are emptied"),
        things=("participants",),
    ),
    Group(
        _l("Enquiries"), ("leads", "stage_changes", "calls", "playbook_runs"),
        _l("for the funnel: from where, when and with what outcome; the words are emptied"),
        things=("leads",),
    ),
    Group(
        _l("Membership and fees"), (
            "clients", "joining_papers", "paper_discounts", "memberships", "freezes", "leavings", "kept_bookings",
            "ticket_grants", "ticket_entries",
            "invoices", "invoice_lines", "payments", "payment_parts", "receipts", "receipt_issues",
        ),
        _l("for the books: what was sold, when and for how much; the member number goes"),
        things=(),
    ),
    Group(
        _l("Messages"), ("messages", "text_failures", "line_events"),
        _l("how many went out and how they ended; texts and addresses are emptied"),
        things=("messages",),
    ),
    Group(
        _l("Consents"), ("consents",),
        _l("to the terms and to follow-ups and advertising, as the law asks; those to health data and photos go"),
    ),
    Group(
        _l("Incident reports"), ("incidents",),
        _l("kind, day and part of the body; the report of an accident keeps its words for five years after it"),
    ),
)  # fmt: skip

LISTS: Mapping[str, object] = {
    "people": _l("Your name and details"), "person_phones": _l("Phone numbers"), "person_mails": _l("Mail addresses"),
    "person_details": _l("Address and emergency contact"),
    "consents": _l("What you agreed to"), "leads": _l("Your enquiries"),
    "stage_changes": _l("How your enquiries went on"),
    "joining_papers": _l("Joining papers"), "paper_discounts": _l("Discounts on your joining papers"),
    "clients": _l("Member record"), "memberships": _l("Memberships"), "visits": _l("Your visits"),
    "series": _l("Series"), "waits": _l("Waiting list"), "offers": _l("Times we offered"),
    "choices": _l("Times to choose from"),
    "freezes": _l("Freezes"), "leavings": _l("Leaving"),
    "invoices": _l("Invoices"), "invoice_lines": _l("Lines of invoices"), "payments": _l("Payments"),
    "receipts": _l("Receipts"), "receipt_issues": _l("Printings of receipts"),
    "ticket_grants": _l("Tickets"), "ticket_entries": _l("What became of your tickets"), "calls": _l("Our calls"),
    "messages": _l("Messages to you"), "conversation_entries": _l("Conversation"), "line_accounts": _l("LINE account"),
    "screenings": _l("Health check sheets"), "screening_questions": _l("Questions of the health check sheets"),
    "screening_decisions": _l("Decisions on training"), "client_records": _l("Client sheet"),
    "care_notes": _l("CARE notes"), "care_plans": _l("CARE targets"), "care_replies": _l("Answers to your check-ins"),
    "check_ins": _l("Your check-ins"), "measurements": _l("Measurements"), "measure_goals": _l("Goals"),
    "effect_notes": _l("Effects noticed"), "reviews": _l("Reviews"), "programs": _l("Programs"),
    "program_versions": _l("Versions of programs"), "workouts": _l("Days of programs"),
    "program_items": _l("Exercises of programs"), "session_logs": _l("Session logs"),
    "logged_sets": _l("Sets as they were done"),
    "logged_pains": _l("Pain in sessions"), "log_revisions": _l("Earlier texts of session logs"),
    "substitute_trainers": _l("Substitute trainers"), "person_notes": _l("Notes of the staff"),
    "handover_notes": _l("Handover notes"), "handover_notes_to_trainers": _l("Health notes to trainers"),
    "incidents": _l("Incident reports"), "booking_notes": _l("Notes on bookings"),
}  # fmt: skip
"""What the lists of the handed-out file are called, for the person they are about."""

FOLDERS: Mapping[Folder, object] = {
    Folder.YOU: _l("You"), Folder.VISITS: _l("Visits"), Folder.MESSAGES: _l("Messages"), Folder.HEALTH: _l("Health"),
    Folder.TRAINING: _l("Training"), Folder.READ_FIRST: _l("What the staff wrote"),
}  # fmt: skip


def shown(groups: tuple[Group, ...], counted: Mapping[str, int]) -> list[tuple[object, int, object]]:
    """Word, number of things and reason of each group that has any rows; 0 where a number would say nothing."""
    return [
        (group.word, _sum(group.tables if group.things is None else group.things, counted), group.why)
        for group in groups
        if _sum(group.tables, counted)
    ]


def _sum(tables: tuple[str, ...], counted: Mapping[str, int]) -> int:
    return sum(counted.get(name, 0) for name in tables)
