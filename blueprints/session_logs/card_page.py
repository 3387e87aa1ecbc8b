"""The page of a session card: what is written on it, what is known beside it, and the next visit once it is saved."""

from typing import Any, NamedTuple

from flask import render_template

from backoffice.billing.standing_fees import visit_fees
from backoffice.bookings.attendance import begins_from, may_begin
from backoffice.bookings.models import BookingState
from backoffice.care.queries import due_notes
from backoffice.clients.records import record_of
from backoffice.clients.regions import REGION_WORDS
from backoffice.exercises.queries import ExerciseRow, find_for_picker
from backoffice.people.models import Person
from backoffice.session_logs import history, queries
from backoffice.session_logs.bests import Best, new_bests
from backoffice.session_logs.first_visit import first_visits
from backoffice.session_logs.history import Revision
from backoffice.session_logs.next_visit import offer
from backoffice.session_logs.queries import Named, Visit
from backoffice.session_logs.shorthand import DoneSet
from backoffice.studio.models import ServiceKind
from blueprints.bookings.words import STATE_WORDS
from blueprints.care.words import OUTCOME_WORDS, TOPIC_WORDS
from blueprints.clients.frame import frame
from blueprints.programs.words import planned
from blueprints.session_logs.card import Card
from blueprints.session_logs.next_visit import beside
from blueprints.session_logs.words import advised, hurt, said
from blueprints.support.clock import now
from blueprints.support.language import language
from blueprints.support.studio import current_studio

STANDS = (BookingState.BOOKED, BookingState.ATTENDED, BookingState.NO_SHOW)


class Earlier(NamedTuple):
    """An earlier text of a log, and its sets by exercise."""

    revision: Revision
    sets: list[tuple[Named, list[DoneSet]]]


def card_page(shown: Card, *, query: str = "", error: str = "", other: Card | None = None) -> str:
    """The card; with exercises that were looked for, with a refusal, or with what a colleague wrote meanwhile."""
    above = frame(shown.visit.person_id)
    done = shown.is_saved and other is None and not error
    return render_template(
        "session_logs/card.html",
        card=shown, query=query, found=_found(query), error=error, other=other,
        due=due_notes(shown.visit.person_id, shown.day), topics=TOPIC_WORDS, outcomes=OUTCOME_WORDS,
        regions=REGION_WORDS, states=STATE_WORDS, names={row.name.id: row.name for row in shown.rows},
        planned=planned, said=said, advised=advised, hurt=hurt, now=now(),
        **_before(shown), **_visit(shown.visit), **_after(shown, above["person"], is_done=done), **above,
    )  # fmt: skip


def _found(query: str) -> list[ExerciseRow]:
    """The exercises that were looked for."""
    return find_for_picker(current_studio().id, query, language=language()) if query.strip() else []


def _visit(visit: Visit) -> dict[str, Any]:
    """Whether the visit stands, and from when on it can be written up."""
    return {
        "is_cancelled": visit.state not in STANDS,
        "is_early": not may_begin(visit.starts_at, now=now()),
        "begins_from": begins_from(visit.starts_at),
    }


def _after(shown: Card, person: Person, *, is_done: bool) -> dict[str, Any]:
    """What follows a card that is written up: what was done, bests, earlier texts, and times for the next visit."""
    ahead = offer(current_studio(), shown.visit, now=now()) if is_done else None
    return {
        "offer": ahead,
        "bests": _bests(shown) if is_done else [],
        "written": _written(shown) if is_done else [],
        "revisions": _revisions(shown) if is_done else [],
        **beside(ahead, shown.visit, person),
    }


def _before(shown: Card) -> dict[str, Any]:
    """What to know before a trial, until it is written up: what the guest asked, goals written down, the fee."""
    is_ahead = shown.visit.kind == ServiceKind.TRIAL and not shown.is_saved
    guest_id = shown.visit.participant_id
    first = first_visits(shown.visit.booking_id).get(guest_id) if is_ahead else None
    if first is None:
        return {"first": None}
    goals = record_of(shown.visit.person_id).texts["goals"]
    return {"first": first, "goals": goals, "fee": visit_fees([guest_id]).get(guest_id)}


def _written(shown: Card) -> list[tuple[Named, list[DoneSet]]]:
    """What a card that is written up says was done."""
    content, names = shown.typed.content(), {row.name.id: row.name for row in shown.rows}
    done = content.exercises if content else ()
    return [(names[one.exercise_id], list(one.sets)) for one in done if one.exercise_id in names]


def _bests(shown: Card) -> list[Best]:
    """The personal bests of a session that is written up."""
    content = shown.typed.content()
    if shown.log is None or content is None:
        return []
    done = {one.exercise_id: list(one.sets) for one in content.exercises}
    return new_bests(done, queries.sets_before(shown.visit.person_id, done, shown.log))


def _revisions(shown: Card) -> list[Earlier]:
    """What the log said before late corrections, with the names of its exercises."""
    if shown.log is None:
        return []
    found = history.revisions_of(shown.log.id)
    ids = {done.exercise_id for one in found for done in one.content.exercises}
    names = queries.named(current_studio().id, ids) if ids else {}
    return [
        Earlier(one, [(names[done.exercise_id], list(done.sets)) for done in one.content.exercises])
        for one in found
    ]
