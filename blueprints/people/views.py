"""People: one box to find them, and one page for each."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.queries import open_yen
from backoffice.choices.queries import open_for_person
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.submissions import first_use, new_token
from backoffice.files.models import Shelf
from backoffice.files.queries import files_of
from backoffice.handover.queries import notes as handover_notes
from backoffice.inbox.queries import conversation_of
from backoffice.joining.queries import has_referred, papers_of, referred_by
from backoffice.merging.queries import merged_into
from backoffice.messaging.conversation_queries import conversation
from backoffice.people import actions, queries
from backoffice.people.details import details_of
from backoffice.people.models import Person
from backoffice.people.recognition import maybe_known
from backoffice.people.search import find_people
from backoffice.playbooks.queries import runs_of
from backoffice.reports import person_page
from backoffice.reports.timeline import timeline
from backoffice.screening.queries import standing
from backoffice.staff.permissions import Permission
from backoffice.tickets.queries import balances
from blueprints.bookings.reader import opens_booking, reading_trainer
from blueprints.bookings.words import ATTENDANCE_WORDS, CHANNEL_WORDS, STATE_WORDS
from blueprints.files.forms import UploadForm
from blueprints.inbox.scope import reads_health
from blueprints.inbox.words import SAID_WORDS, answer_state
from blueprints.leads.words import LEAD_WORDS
from blueprints.line.words import KIND_WORDS
from blueprints.messaging.lines import lines_about
from blueprints.people import cautions, consents, details, words
from blueprints.people.blueprint import people
from blueprints.people.forms import NoteForm, PersonForm, lines
from blueprints.people.scope import check_visible, may_decide_on, only_visible
from blueprints.screening.words import LIGHT_TONES, LIGHT_WORDS
from blueprints.staff import audit_words
from blueprints.staff.audit import changes as changed_values
from blueprints.support.access import actor, may, permit
from blueprints.support.asking import wants_fragment
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

__all__ = ["cautions", "consents", "details", "people"]

PAGE = 25
SUGGESTED = 8
LONGEST_TYPED = 300

TABS = ("overview", "timeline", "messages", "joined", "consents", "files", "changes")
ASKED_FOR = {"files": Permission.PAPERS_EDIT, "changes": Permission.AUDIT_VIEW}


@people.get("")
@permit(Permission.PEOPLE_VIEW)
def index() -> ResponseReturnValue:
    """Everybody, or those found by what was typed."""
    query = _typed("q", request.args)
    found = find_people(query, after=_id_in("after"), limit=PAGE + 1, only=only_visible())
    rows = found[:PAGE]
    return render_template(
        "people/_rows.html" if wants_fragment() else "people/index.html",
        query=query,
        rows=rows,
        states=person_page.states_of([row.id for row in rows]),
        more=rows[-1].id if len(found) > PAGE else None,
        **LEAD_WORDS,
    )


@people.post("/suggest")
@permit(Permission.PEOPLE_VIEW)
def suggest() -> ResponseReturnValue:
    """A few people under the search box while somebody types. Sent as a POST: logs keep addresses."""
    query = _typed("q", request.form)
    rows = find_people(query, limit=SUGGESTED, only=only_visible()) if query.strip() else []
    return render_template("people/_suggestions.html", query=query, rows=rows)


@people.post("/maybe")
@permit(Permission.PEOPLE_EDIT)
def maybe() -> ResponseReturnValue:
    """Who may already be here, while a name or a phone is typed into a form."""
    typed = {name: _typed(name, request.form) for name in ("name", "kana", "phone", "mail")}
    candidates = maybe_known(**typed)
    return render_template("people/_maybe.html", candidates=candidates, reason_words=words.REASON_WORDS)


@people.get("/<int:person_id>")
@permit(Permission.PEOPLE_VIEW)
def show(person_id: int) -> ResponseReturnValue:
    """The page of a person, opened at what is most asked for; of somebody merged away, the page that holds."""
    return _open(person_id, "overview")


@people.get("/<int:person_id>/<tab>")
@permit(Permission.PEOPLE_VIEW)
def tab(person_id: int, tab: str) -> ResponseReturnValue:
    """Another side of the same page: timeline, messages, joining, consents, files, changes."""
    if tab not in _tabs():
        raise NotFound
    return _open(person_id, tab)


@people.route("/<int:person_id>/edit", methods=["GET", "POST"])
@permit(Permission.PEOPLE_EDIT)
def edit(person_id: int) -> ResponseReturnValue:
    """Change what is known of a person."""
    person = queries.person(person_id)
    form = PersonForm.of(person)
    if form.validate_on_submit():
        try:
            with transaction():
                _update(person, form)
        except DomainError as error:
            add_domain_error(form, error)
            return render_template(
                "people/edit.html", person=queries.person(person_id), form=form
            ), error.status
        flash_done(_("Saved."))
        return redirect(url_for("people.show", person_id=person_id))
    return render_template("people/edit.html", person=person, form=form), 422 if form.errors else 200


@people.post("/<int:person_id>/notes")
@permit(Permission.PEOPLE_VIEW)
def add_note(person_id: int) -> ResponseReturnValue:
    """Keep a note. What cannot be kept comes back with the words typed."""
    check_visible(person_id)
    form = NoteForm()
    if not form.validate_on_submit():
        return _page(person_page.head(person_id, today=today()), "overview", form), 422
    with transaction():
        if first_use(str(form.form_token.data), "note", now=now()):
            actions.add_note(queries.bare_person(person_id).id, str(form.body.data), by=actor(), now=now())
    flash_done(_("Note kept."))
    return redirect(url_for("people.show", person_id=person_id) + "#notes")


def _update(person: Person, form: PersonForm) -> None:
    actions.update_person(
        person,
        name=form.name.data or "",
        kana=form.kana.data or "",
        former_name=form.former_name.data or "",
        phones=lines(form.phone.data),
        mails=lines(form.mail.data),
        language=form.language.data,
        gender=form.gender.data or "",
        birth_date=form.birth_date.data,
        version=form.version.data,
        by=actor(),
        now=now(),
    )


def _tabs() -> tuple[str, ...]:
    """The sides of the page the acting person may open."""
    return tuple(side for side in TABS if side not in ASKED_FOR or may(ASKED_FOR[side]))


def _open(person_id: int, shown: str) -> ResponseReturnValue:
    """The page; the address of somebody merged away leads to the same side of who is left, if they may see it."""
    person = person_page.head(person_id, today=today())
    into = merged_into(person_id) if person.is_archived else None
    check_visible(into or person_id)
    if into is None:
        return _page(person, shown)
    if shown == "overview":
        return redirect(url_for("people.show", person_id=into))
    return redirect(url_for("people.tab", person_id=into, tab=shown))


def _page(person: person_page.Head, shown: str, form: NoteForm | None = None) -> str:
    """The page with one side filled; htmx gets that side alone."""
    return render_template(
        f"people/_{shown}.html" if wants_fragment() else "people/show.html",
        person=person,
        shown=shown,
        tabs=_tabs(),
        form=form or NoteForm(),
        call_token=new_token(),
        standing=None if wants_fragment() else standing(current_studio(), person.id, now=now()),
        open_yen=_open_yen(person.id),
        today=today(),
        tickets=None if wants_fragment() else balances([person.id], day=today()).get(person.id),
        decides=not wants_fragment() and may_decide_on(person.id),
        lights=LIGHT_WORDS,
        light_tones=LIGHT_TONES,
        state_words=STATE_WORDS,
        attendance_words=ATTENDANCE_WORDS,
        channel_words=CHANNEL_WORDS,
        message_words=words.MESSAGE_WORDS,
        message_state_words=words.MESSAGE_STATE_WORDS,
        purpose_words=words.PURPOSE_WORDS,
        audit_words=audit_words,
        values_of=changed_values,
        **LEAD_WORDS,
        **_SIDES[shown](person.id),
    )


def _open_yen(person_id: int) -> int:
    """What the person owes, for who may see money."""
    if wants_fragment() or not may(Permission.BILLING_VIEW):
        return 0
    return open_yen(person_id, current_studio().id)


def _overview(person_id: int) -> dict[str, Any]:
    visits, reader = person_page.visits(person_id), reading_trainer()
    return {
        "opens": opens_booking(),
        "open_choices": open_for_person(current_studio().id, person_id),
        "handed_over": handover_notes(current_studio().id, person_id=person_id, reader=reader, limit=5),
        "ahead": [visit for visit in reversed(visits) if person_page.is_ahead(visit, now=now())],
        "past": [visit for visit in visits if not person_page.is_ahead(visit, now=now())],
        "leads": person_page.enquiries(person_id),
        "notes": queries.notes(person_id),
    }


def _joined(person_id: int) -> dict[str, Any]:
    return {
        "details": details_of(person_id),
        "papers": papers_of(current_studio().id, person_id),
        "brought_by": referred_by(person_id),
        "brought": has_referred(person_id),
    }


def _messages(person_id: int) -> dict[str, Any]:
    studio_id = current_studio().id
    return {
        **lines_about(person_id=person_id),
        "runs": runs_of(person_id),
        "said": conversation(studio_id, person_id=person_id),
        "said_kinds": KIND_WORDS,
        "conversation_id": conversation_of(studio_id, person_id),
        "reads_health": reads_health(person_id),
        "roads": SAID_WORDS,
        "answer_state": answer_state,
    }


def _files(person_id: int) -> dict[str, Any]:
    found = files_of(current_studio().id, person_id, Shelf.PAPERS, now=now())
    return {
        "kept": [row for row in found if row.archived_at is None],
        "deleted": [row for row in found if row.archived_at is not None],
        "upload_form": UploadForm(formdata=None),
    }


_SIDES: dict[str, Callable[[int], dict[str, Any]]] = {
    "overview": _overview,
    "timeline": lambda person_id: {"events": timeline(person_id), "opens_booking": opens_booking()},
    "messages": _messages,
    "joined": _joined,
    "consents": lambda person_id: {"consents": queries.consents(person_id)},
    "files": _files,
    "changes": lambda person_id: {"changes": person_page.changes(person_id)},
}


def _typed(name: str, sent: Mapping[str, str]) -> str:
    return sent.get(name, "")[:LONGEST_TYPED]


def _id_in(name: str) -> int | None:
    """A row id in the address; nonsense is none."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None
