"""Who may be the same, the preview of a merge, the merge itself and its undo."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.merging import actions, queries
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.people.search import find_people
from backoffice.staff.permissions import Permission
from blueprints.people.words import REASON_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import honorific
from blueprints.support.language import say
from blueprints.support.toasts import flash_done, flash_error, flash_undo

merging = Blueprint("merging", __name__, url_prefix="/people")

MOST = 8
FIELDS = {
    "name": _l("Name"), "kana": _l("Name in kana"), "former_name": _l("Former name"), "language": _l("Language"),
    "gender": _l("Gender"), "birth_date": _l("Date of birth"), "line_user_id": _l("LINE"),
}  # fmt: skip
ROWS = {
    "person_phones": _l("phone numbers"), "person_mails": _l("mail addresses"), "consents": _l("consents"),
    "person_notes": _l("notes"), "leads": _l("enquiries"), "participants": _l("bookings"),
    "clients": _l("member record"), "incidents": _l("incident reports"), "handover_notes": _l("handover notes"),
    "messages": _l("messages"), "conversation_entries": _l("what was said"),
    "conversations": _l("conversations"), "line_accounts": _l("LINE accounts"),
    "line_codes": _l("codes for LINE"), "todos": _l("tasks"), "calls": _l("calls"),
    "waits": _l("waiting list"), "choices": _l("times to choose from"), "series": _l("series"), "files": _l("files"),
    "ticket_grants": _l("tickets"), "invoices": _l("invoices"), "payments": _l("payments"),
    "joining_papers": _l("joining papers"),
    "person_details": _l("address and emergency contact"),
    "client_records": _l("client sheets"), "substitute_trainers": _l("substitute trainers"),
    "screenings": _l("health check sheets"), "screening_decisions": _l("decisions on training"),
    "programs": _l("programs"), "playbook_runs": _l("playbooks"),
    "session_logs": _l("session logs"),
    "measurements": _l("measurements"), "measure_goals": _l("goals"), "effect_notes": _l("effects noticed"),
    "progress_photos": _l("photos of progress"),
    "reviews": _l("reviews"),
    "care_notes": _l("CARE notes"), "care_plans": _l("CARE targets"), "check_ins": _l("check-ins"),
    "care_replies": _l("answers to check-ins"),
}  # fmt: skip


@merging.route("/<int:person_id>/duplicates", methods=["GET", "POST"])
@permit(Permission.PEOPLE_MERGE)
def duplicates(person_id: int) -> ResponseReturnValue:
    """Who may be the same human, and what was merged already; a POST looks for somebody else (logs keep addresses)."""
    who, typed = find_person(person_id), request.form.get("q", "")[:100].replace("\0", "")
    found = [one for one in find_people(typed, limit=MOST) if one.id != who.id] if typed.strip() else []
    return render_template(
        "merging/duplicates.html", who=who, candidates=queries.candidates(who), reasons=REASON_WORDS, typed=typed,
        found=found, merges=queries.merges_of(person_id, now=now()),
    )  # fmt: skip


@merging.route("/<int:person_id>/merge/<int:other_id>", methods=["GET", "POST"])
@permit(Permission.PEOPLE_MERGE)
def merge(person_id: int, other_id: int) -> ResponseReturnValue:
    """Field by field what would hold, and how many rows would move; POST makes them one, the toast takes it back."""
    if request.method == "GET":
        return _preview(person_id, other_id)
    choices = {name: request.form[name] for name in FIELDS if request.form.get(name) in ("kept", "dropped")}
    try:
        made = in_transaction(lambda: actions.merge(person_id, other_id, choices, by=actor(), now=now()).id)
        flash_undo(_("The two are one now."), url_for("merging.undo", merge_id=made))
    except actions.TwoPeople:
        return _preview(person_id, other_id), 409
    except actions.CannotMerge as error:
        flash_error(say(error))
    return redirect(url_for("people.show", person_id=person_id), 303)


@merging.post("/<int:person_id>/apart/<int:other_id>")
@permit(Permission.PEOPLE_MERGE)
def apart(person_id: int, other_id: int) -> ResponseReturnValue:
    """They look alike and are two people."""
    in_transaction(lambda: actions.keep_apart(person_id, other_id, by=actor(), now=now()))
    flash_done(_("Remembered: these are two people."))
    return redirect(url_for("merging.duplicates", person_id=person_id), 303)


@merging.post("/merges/<int:merge_id>/undo")
@permit(Permission.PEOPLE_MERGE)
def undo(merge_id: int) -> ResponseReturnValue:
    """Make them two again, or say what was changed since."""
    kept = queries.merge_of(merge_id).kept_id
    try:
        in_transaction(lambda: actions.undo_merge(merge_id, by=actor(), now=now()))
        flash_done(_("They are two people again."))
    except DomainError as error:
        flash_error(_why_not(error))
    return redirect(url_for("merging.duplicates", person_id=kept), 303)


def _why_not(error: DomainError) -> str:
    """The refusal; what was changed since the merge is named in words."""
    changed = getattr(error, "changed", ())
    if not changed:
        return say(error)
    words = FIELDS | ROWS
    what = "、".join(str(words.get(name, name)) for name in changed)
    return _("This cannot be taken back: changed since then: %(what)s.", what=what)


def _preview(person_id: int, other_id: int) -> str:
    kept, dropped = find_person(person_id), find_person(other_id)
    return render_template(
        "merging/preview.html", kept=kept, dropped=dropped, differences=queries.differences(kept, dropped),
        standing=queries.in_the_way(kept.id, dropped.id), same_series=queries.SAME_SERIES,
        fields=FIELDS, rows=_moving(dropped), names={"kept": _title(kept), "dropped": _title(dropped)},
    )  # fmt: skip


def _moving(dropped: Person) -> list[tuple[Any, int]]:
    """What changes hands, in words: kind and number."""
    counted: dict[str, int] = {}
    for name, number in queries.rows_that_move(dropped.id).items():
        table = name.partition(".")[0]
        counted[table] = counted.get(table, 0) + number
    return [(ROWS.get(table, table), number) for table, number in counted.items()]


def _title(person: Person) -> str:
    return honorific(person.shown_name)
