"""Right person, right record: every route, every method, every kind of person, against what was agreed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, text, update
from werkzeug.test import TestResponse

from backoffice.billing.models import Invoice, Payment
from backoffice.bookings.models import Block, Booking, Series
from backoffice.care.models import CareNote, CheckIn
from backoffice.choices.models import Choice
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.exercises.models import Exercise, ExercisePhoto
from backoffice.files.models import StoredFile
from backoffice.handover.models import HandoverNote
from backoffice.inbox.models import QuickReply
from backoffice.incidents.models import Incident
from backoffice.joining.models import Discount, JoiningPaper
from backoffice.leads.models import Call, Lead, SavedView
from backoffice.line.models import LineAccount
from backoffice.memberships.models import Plan
from backoffice.messaging.entries import Conversation, ConversationEntry
from backoffice.messaging.models import Message
from backoffice.playbooks.models import Playbook
from backoffice.programs.models import Program
from backoffice.progress.models import EffectNote, MeasureKind, Measurement, ProgressPhoto, Review
from backoffice.shifts.models import ShiftCopy, ShiftSwap
from backoffice.staff.models import Staff, TimeOff, Trainer
from backoffice.staff.permissions import Permission
from backoffice.studio.actions import found_studio
from backoffice.studio.models import Room, Service, SpecialDay, Studio
from backoffice.tickets.models import TicketGrant
from backoffice.todos.models import Todo
from backoffice.waiting.models import Wait
from blueprints.support.access import policy_of
from blueprints.support.csrf import protect
from tests.architecture.calling import PRINCIPALS, Callers, address, routes, undone
from tests.architecture.golden import same_as_golden
from tests.architecture.world import MARKS, World, make_world

CSRF_EXEMPT = {"blueprints.messaging.unsubscribe.act", "blueprints.line.webhook.receive"}
"""RFC 8058: mail programs send the one-click unsubscribe without any page of ours. LINE signs what it sends."""

OF_A_STUDIO: dict[str, Any] = {
    "lead_id": Lead, "booking_id": Booking, "todo_id": Todo, "message_id": Message, "trainer_id": Trainer,
    "service_id": Service, "room_id": Room, "block_id": Block, "special_day_id": SpecialDay, "staff_id": Staff,
    "wait_id": Wait, "choice_id": Choice, "series_id": Series, "note_id": HandoverNote, "view_id": SavedView,
    "copy_id": ShiftCopy, "swap_id": ShiftSwap, "call_id": Call, "exercise_id": Exercise, "file_id": StoredFile,
    "photo_id": ExercisePhoto, "care_note_id": CareNote, "kind_id": MeasureKind,
    "measurement_id": Measurement, "effect_id": EffectNote, "incident_id": Incident,
    "check_in_id": CheckIn,
    "pose_photo_id": ProgressPhoto, "review_id": Review,
    "program_id": Program, "template_id": Program, "playbook_id": Playbook,
    "account_id": LineAccount, "entry_id": ConversationEntry, "answer_id": ConversationEntry,
    "conversation_id": Conversation, "reply_id": QuickReply, "grant_id": TicketGrant,
    "paper_id": JoiningPaper, "discount_id": Discount,
    "plan_id": Plan,
    "invoice_id": Invoice, "payment_id": Payment,
}  # fmt: skip
"""What ids in addresses stand for; a participant belongs to its booking, time off to its trainer."""
SHARED = {"person_id", "other_id", "merge_id"}
"""People, and what was merged of them, belong to no studio. Memberships and freezes belong to that of their plan."""


@pytest.fixture
def world(gym: Studio, now: datetime) -> World:
    """A gym with one guest."""
    return make_world(gym, now)


@pytest.fixture
def callers(app: Flask, world: World, now: datetime) -> Callers:
    """Everybody, signed in."""
    return Callers(app, world, now)


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    naked = [endpoint for endpoint in app.view_functions if policy_of(app, endpoint) is None]
    assert naked == []


def test_every_permission_guards_something(app: Flask) -> None:
    used = {policy.permission for endpoint in app.view_functions if (policy := policy_of(app, endpoint))}
    asked_inside = {Permission.RULES_WAIVE}
    assert set(Permission) - used - asked_inside == set()


def test_the_routes_are_those_agreed(app: Flask) -> None:
    lines = []
    for rule, method in routes(app):
        policy = policy_of(app, rule.endpoint)
        assert policy is not None
        guard = " ".join(
            filter(None, [policy.permission or policy.kind, "fresh" if policy.needs_fresh else ""])
        )
        lines.append(f"{method:5} {rule.rule:70} {rule.endpoint:32} {guard}")
    same_as_golden("routes.txt", lines)


def test_only_the_agreed_posts_go_without_a_csrf_token(app: Flask) -> None:
    assert protect._exempt_views == CSRF_EXEMPT
    assert protect._exempt_blueprints == set()


def test_each_person_reaches_what_was_agreed_and_a_denied_answer_holds_nothing_of_the_record(
    app: Flask, world: World, callers: Callers, subtests: pytest.Subtests
) -> None:
    lines = [f"{'':60} {' '.join(f'{who:14}' for who in PRINCIPALS)}".rstrip()]
    for rule, method in routes(app):
        path = address(rule, world)
        cells = []
        for who in PRINCIPALS:
            with undone():
                answer = callers.call(path, method, who)
                outcome, shows = _outcome(answer), _shows_guest(answer)
            with subtests.test(path=path, method=method, who=who):
                assert answer.status_code < 500
                assert outcome == "yes" or not shows
            cells.append(f"{outcome + (' *' if shows else ''):14}")
        lines.append(f"{method:5} {rule.rule[:54]:54} {' '.join(cells)}".rstrip())
    same_as_golden("access.txt", lines)


def _outcome(answer: TestResponse) -> str:
    """yes (the view answered), no (403), none (404), or the page that comes first."""
    where = answer.location or ""
    for page, word in (("/sign-in", "sign in"), ("/unlock", "lock"), ("/confirm-password", "password")):
        if answer.status_code == 303 and where.startswith(f"{page}?next="):
            return word
    return {401: "sign in", 403: "no", 404: "none", 423: "lock"}.get(answer.status_code, "yes")


def _shows_guest(answer: TestResponse) -> bool:
    return any(mark.encode() in answer.get_data() for mark in MARKS)  # a file may be handed out as well


@pytest.mark.parametrize("number", [0, 999_999_999, 2**63 - 1, 2**63])
def test_unknown_records_are_not_found_whoever_asks(
    app: Flask, world: World, callers: Callers, number: int, subtests: pytest.Subtests
) -> None:
    for rule, method in routes(app):
        if not any(name.endswith("_id") for name in rule.arguments):
            continue
        path = address(rule, world, **{name: number for name in rule.arguments if name.endswith("_id")})
        with subtests.test(path=path, method=method), undone():
            answer = callers.call(path, method, "owner").status_code
            if answer == 403:  # what only trainers may do
                answer = callers.call(path, method, "own trainer").status_code
            assert answer == 404
            assert callers.call(path, method, "anonymous").status_code in {303, 404}


def test_records_of_another_studio_are_not_found_whoever_asks(
    app: Flask, world: World, callers: Callers, now: datetime, subtests: pytest.Subtests
) -> None:
    """Every route that carries an id, and the addresses that carry one as a wish; people alone are shared."""
    other = found_studio("別の店", "Elsewhere", by=SYSTEM, now=now)
    db.session.execute(delete(Service).where(Service.studio_id == other.id))
    db.session.execute(
        text("set constraints all immediate")
    )  # what waits for the end of a transaction is seen to
    for table in ("ticket_grants", "invoices", "payments"):  # what was written stays as it was
        db.session.execute(text(f"alter table {table} disable trigger stays"))
    for name, model in OF_A_STUDIO.items():
        db.session.execute(update(model).where(model.id == world.ids[name]).values(studio_id=other.id))
    db.session.execute(update(TimeOff).values(trainer_id=world.ids["trainer_id"]))
    db.session.commit()
    paths = [
        (address(rule, world), method)
        for rule, method in routes(app)
        if any(name.endswith("_id") and name not in SHARED for name in rule.arguments)
    ]
    lead = world.ids["lead_id"]
    for path, method in [*paths, (f"/joining?lead={lead}", "GET"), (f"/bookings/new?lead={lead}", "GET")]:
        with subtests.test(path=path, method=method), undone():
            answer = callers.call(path, method, "owner").status_code
            if answer == 403:  # what only trainers may do
                answer = callers.call(path, method, "own trainer").status_code
            assert answer == 404


@pytest.fixture
def at_noon(at: Callable[[datetime], None], now: datetime) -> None:
    """The clock of the requests."""
    at(now)
