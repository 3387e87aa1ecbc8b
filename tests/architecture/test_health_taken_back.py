"""Once the consent to keep health data is taken back, no page a trainer can open says anything of it.

A mark in every field about health of one guest; her trainer walks every page there is. Before, each mark is found
somewhere, so the walk would notice; afterwards none is, nowhere; after a new consent all of them are back.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, Participant
from backoffice.bookings.refusals import Waiver
from backoffice.care.check_ins import check_in
from backoffice.care.measures import TARGETS, Measure
from backoffice.care.models import Outcome, Topic
from backoffice.care.notes import close_note, write_note
from backoffice.care.plans import set_plan
from backoffice.care.replies import reply
from backoffice.clients.limits import Limit
from backoffice.clients.records import HEALTH_TEXTS, TEXTS, save_record
from backoffice.clients.regions import Region
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.exercises.models import Exercise
from backoffice.handover.actions import write_note as hand_over
from backoffice.handover.models import NoteKind
from backoffice.incidents.actions import Report, close_incident, report_incident
from backoffice.incidents.models import Incident, IncidentKind
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.progress.actions import add_measurements, note_effect, set_goal
from backoffice.progress.models import Effect, MeasureKind, Review
from backoffice.screening.actions import answer_sheet, decide
from backoffice.screening.models import Verdict
from backoffice.screening.queries import newest_sheet, newest_version
from backoffice.session_logs.actions import keep_draft, save_log
from backoffice.session_logs.content import Content, DoneExercise
from backoffice.session_logs.shorthand import parse_sets
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from blueprints.session_logs.typed import Typed, TypedRow
from tests.architecture.calling import Callers, address, routes, undone
from tests.architecture.world import DAY, World, at, make_world

READING = {
    "/people/<int:person_id>/record/reading", "/people/<int:person_id>/screening/reading",
    "/people/<int:person_id>/care/check-ins/<int:check_in_id>/reading", "/handover/<int:note_id>/reading",
}  # fmt: skip
"""Where a POST does nothing but show, because each reading is recorded."""

HERS = ("/people/<int:person_id>", "/participants/", "/progress/", "/handover/")
"""Where a guest's health stands. Without the consent the walk goes everywhere, with it only here, to take less time."""
PAST = "印過去の訂正前メモ"
SECRETS = ("印事故の内容", "印事故の処置", "印事故の結末", "印事故の続き")
"""What a report says is for managers and whoever wrote it, whatever was agreed to."""


class Mark(NamedTuple):
    """What stands in a field, and how it is found in a page."""

    name: str
    pattern: str


class Guestbook(NamedTuple):
    """The world with everything about health filled in, the other places to walk to, the marks to look for."""

    world: World
    cards: list[int]
    marks: list[Mark]


def _words(name: str) -> str:
    return f"印{name}の言葉"


@pytest.fixture
def told(gym: Studio, now: datetime) -> Guestbook:
    """Everything that can be written about the health of one guest."""
    world = make_world(gym, now)
    person = db.session.get_one(Person, world.ids["person_id"])
    own = {"by": Actor("staff", world.staff["own trainer"].id, "森"), "now": now}
    marks = [Mark(name, _words(name)) for name in (
        *HEALTH_TEXTS, "details", "reason", "advice", "noticed", "target", "outcome", "reply", "told", "handover",
        "effect", "review", "note", "to_self", "draft", "draft_to_self",
    )]  # fmt: skip
    save_record(person.id, {name: _words(name) for name in TEXTS}, (), version=0, **own)
    _screened(gym, person, own)
    _cared_for(gym, person, world, own)
    _measured(gym, person, world, own)
    cards = _trained(gym, person, world, now)
    _hurt(gym, person, world, now)
    handed = hand_over(
        gym.id, _words("handover"), kind=NoteKind.HEALTH, trainer_id=world.ids["trainer_id"], person_id=person.id, **own
    )  # fmt: skip
    world.ids["note_id"] = handed.id
    db.session.commit()
    marks += [
        Mark("limit on the sheet", r'class="tag">足首<'), Mark("weight", r"(?<![\d.])83\.9(?![\d.])"),
        Mark("goal", r"(?<![\d.])71\.3(?![\d.])"), Mark("sleep target", r'value="11\.5"'),
        Mark("pain", "肘 9"), Mark("pain in a draft", r'id="pain-neck"(?:(?!</select>).)*<option selected>8'),
        Mark("before a correction", PAST), Mark("where an accident was", 'tag-warn">頭<'),
    ]  # fmt: skip
    return Guestbook(world, cards, marks)


def _screened(gym: Studio, person: Person, own: dict[str, Any]) -> None:
    sheet = newest_version(gym.id)
    keys = [one["key"] for one in sheet.questions]
    answer_sheet(
        gym, person.id, dict.fromkeys(keys, True), dict.fromkeys(keys, _words("details")), version=sheet.number,
        signature="秘密野", agrees=True, wording="v1", language="ja", **own,
    )  # fmt: skip
    seen = newest_sheet(person.id)
    assert seen is not None
    decide(
        gym, person.id, Verdict.LIMITS, limits=[Limit.ANKLE], reason=_words("reason"), seen=seen.id, **own
    )  # fmt: skip


def _cared_for(gym: Studio, person: Person, world: World, own: dict[str, Any]) -> None:
    texts = {name: _words(name) for name in ("advice", "noticed", "target")}
    write_note(gym, person.id, Topic.SLEEP, due_on=DAY, **texts, **own)
    closed = write_note(gym, person.id, Topic.REST, advice="x", due_on=DAY, **own)
    close_note(
        gym.id, person.id, closed.id, Outcome.KEPT, _words("outcome"), version=closed.version, **own
    )  # fmt: skip
    targets = {**TARGETS, Measure.SLEEP: Decimal("11.5")}
    set_plan(gym, person.id, targets, [], [], seen=None, **own)
    reply(gym, person.id, _words("reply"), until=None, **own)
    row = check_in(
        gym, person.id, {Measure.SLEEP: Decimal(3)}, words=_words("told"), wording="v1", language="ja", **own
    )  # fmt: skip
    world.ids["check_in_id"] = row.id


def _measured(gym: Studio, person: Person, world: World, own: dict[str, Any]) -> None:
    weight = db.session.scalars(select(MeasureKind.id).where(MeasureKind.slug == "weight")).one()
    world.ids["kind_id"] = weight
    add_measurements(gym, person.id, DAY, {weight: Decimal("83.9")}, **own)
    set_goal(gym, person.id, weight, Decimal("71.3"), **own)
    note_effect(gym, person.id, Effect.SEEN, DAY, _words("effect"), **own)
    db.session.get_one(Review, world.ids["review_id"]).said = _words("review")


def _trained(gym: Studio, person: Person, world: World, now: datetime) -> list[int]:
    """A session that is written up and corrected late, and one that is only a draft; their cards."""
    held = book(
        studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=world.ids["trainer_id"],
        starts_at=at(13, gym), participants=[Guest(person)], channel=BookingChannel.PHONE, by=SYSTEM, now=now,
        waiver=Waiver("出勤してもらう"),
    )  # fmt: skip
    cards = [
        db.session.scalars(select(Participant.id).where(Participant.booking_id == one)).one()
        for one in (held.id, world.ids["booking_id"])
    ]
    exercise = db.session.scalar(select(func.min(Exercise.id)))
    assert exercise is not None
    done = (DoneExercise(exercise, tuple(parse_sets("60x8"))),)
    before = Content(done, pains={"elbow": 9}, note=PAST)
    after = Content(done, pains={"elbow": 9}, note=_words("note"), to_self=_words("to_self"))
    log = save_log(gym, cards[0], before, seen=None, by=SYSTEM, now=now)
    save_log(gym, cards[0], after, seen=log.version, by=SYSTEM, now=now + timedelta(days=3))
    typed = Typed(
        [TypedRow(exercise, "reps", "60x8")],
        pains={"neck": "8"},
        note=_words("draft"),
        to_self=_words("draft_to_self"),
    )
    begins = db.session.get_one(Booking, world.ids["booking_id"]).starts_at
    keep_draft(gym, cards[1], typed.draft(), seen=None, by=SYSTEM, now=begins)
    return cards


def _hurt(gym: Studio, person: Person, world: World, now: datetime) -> None:
    """An accident that a colleague has reported and a manager settled."""
    by = Actor("staff", world.staff["other trainer"].id, "岡田")
    what, action, outcome, follow_up = SECRETS
    report = Report(
        IncidentKind.ACCIDENT,
        now,
        what,
        person_id=person.id,
        action=action,
        follow_up=follow_up,
        region=Region.HEAD,
    )
    db.session.execute(update(Incident).values(written_by_staff_id=by.id))
    made = report_incident(gym, report, by=by, now=now)
    close_incident(gym.id, made.id, outcome, version=made.version, by=SYSTEM, now=now)
    world.ids["incident_id"] = made.id


def test_no_page_of_a_trainer_says_anything_once_the_consent_is_taken_back(
    app: Flask, told: Guestbook, now: datetime
) -> None:
    person_id = told.world.ids["person_id"]
    every = {mark.name for mark in told.marks}
    assert _found(app, told, now, HERS) == every, "the walk would notice each of them"
    _say(person_id, False, now)
    assert _found(app, told, now) == set()
    _say(person_id, True, now)
    assert _found(app, told, now, HERS) == every


def test_no_file_that_leaves_the_house_carries_any_of_it_whatever_was_agreed(
    app: Flask, told: Guestbook, now: datetime
) -> None:
    files = [rule for rule, _method in routes(app) if rule.rule.endswith(".<any(csv, xlsx):kind>")]
    for granted in (True, False):
        _say(told.world.ids["person_id"], granted, now)
        callers = Callers(app, told.world, now)
        for rule in files:
            with undone():
                path = f"{address(rule, told.world, kind='csv')}?first={DAY}&last={DAY}"
                answer = callers.call(path, "GET", "manager")
                assert answer.mimetype == "text/csv"
                assert _marks_in(answer.text, told) | {one for one in SECRETS if one in answer.text} == set()


def _say(person_id: object, granted: bool, now: datetime) -> None:
    record_consent(
        person_id, Purpose.HEALTH, granted, wording="v1", language="ja", source="test", by=SYSTEM,
        now=now + timedelta(minutes=1),
    )  # fmt: skip
    db.session.commit()


def _found(app: Flask, told: Guestbook, now: datetime, below: tuple[str, ...] = ("/",)) -> set[str]:
    """The marks on any page; a report of somebody else is on none."""
    text = _walk(app, told, now, below)
    assert not [secret for secret in SECRETS if secret in text]
    return _marks_in(text, told)


def _marks_in(text: str, told: Guestbook) -> set[str]:
    return {mark.name for mark in told.marks if re.search(mark.pattern, text, re.DOTALL)}


def _walk(app: Flask, told: Guestbook, now: datetime, below: tuple[str, ...]) -> str:
    """Every page that the guest's trainer can open, also by a POST that only shows."""
    pages = []
    callers = Callers(app, told.world, now)
    for rule, method in routes(app):
        if not rule.rule.startswith(below) or (method != "GET" and rule.rule not in READING):
            continue
        cards = told.cards if rule.rule.startswith("/participants/") else [told.world.ids["participant_id"]]
        for participant_id in cards:
            with undone():
                path = address(rule, told.world, participant_id=participant_id)
                answer = callers.call(path, method, "own trainer")
                assert answer.status_code < 500, path
                pages.append(answer.text)
    return "\n".join(pages)
