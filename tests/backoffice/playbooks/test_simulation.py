"""A town, a clock: whatever people do, every promise about follow-ups holds. TOWN=all: 200 people for sixty days.

The town keeps its own book of what happened to whom; the messages are compared with that, not with the product's rows.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from sqlalchemy import func, select

from backoffice.bookings.models import Attendance, Booking, BookingState, Participant
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local, local
from backoffice.core.db import db
from backoffice.leads.actions import advance, capture_lead, lose, step_back
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.actions import begin
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.messaging.consent import withdraw_consent
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.policy import FOLLOW_UP_KINDS
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.playbooks.actions import StepDraft, add_step
from backoffice.playbooks.models import Entry, Playbook, PlaybookRun, Stop
from backoffice.playbooks.reconcile import reconcile_playbooks
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Studio
from backoffice.tickets.actions import adjust
from backoffice.tickets.queries import lots_of
from backoffice.todos.models import Todo, TodoKind
from tests.backoffice.messaging.conftest import add_booking
from tests.far_ends.recording import RecordingChannel

PEOPLE, DAYS = (200, 60) if os.environ.get("TOWN") == "all" else (60, 30)
SEED = 20261129
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
AGREED = {"wording": "v1", "language": "ja", "source": "test", "by": SYSTEM}
LEAD_KINDS = {Kind.AFTER_COUNSELLING, Kind.AFTER_TRIAL, Kind.AFTER_NO_SHOW}


@dataclass
class Guest:
    """One of the town, and what the town remembers: when the door closed, consents, visits ahead, tickets, a freeze."""

    person: Person
    lead: Lead | None = None
    is_open: bool = False
    agrees: bool = False
    ahead: list[tuple[datetime, Booking]] = field(default_factory=list)
    pack: Membership | None = None
    left: int = 0
    rests_until: datetime | None = None

    def comes(self, now: datetime) -> bool:
        return any(starts_at > now for starts_at, _booking in self.ahead)

    def rests(self, now: datetime) -> bool:
        return self.rests_until is not None and now < self.rests_until <= now + timedelta(days=15)


class Town:
    """Everybody, the die, and the clock."""

    def __init__(self, gym: Studio, now: datetime) -> None:
        self.gym, self.now, self.dice = gym, now, Random(SEED)
        self.channel = RecordingChannel()
        self.delivery = Delivery({Channel.MAIL: self.channel}, PROVIDERS)
        self.guests = [self._guest(number) for number in range(PEOPLE)]
        self.wrong: list[str] = []
        db.session.commit()

    def _guest(self, number: int) -> Guest:
        person = create_person(
            name=f"町人 {number}", mails=[f"guest{number}@town.example"], by=SYSTEM, now=self.now
        )
        one = Guest(person)
        if number % 4 == 0:
            client = Client(
                person_id=person.id, member_number=5000 + number, joined_on=date(2026, 5, 1), created_at=self.now
            )  # fmt: skip
            db.session.add(client)
            db.session.flush()
            if number % 8:
                self._freezes(one, client)
            else:
                self._buys(one, client)
        else:
            one.lead, one.is_open = (
                capture_lead(person, studio_id=self.gym.id, source="web", by=SYSTEM, now=self.now),
                True,
            )
        if self.dice.random() < 0.85:
            self._agree(one)
        return one

    def _buys(self, one: Guest, client: Client) -> None:
        plan = next(plan for plan in plans(self.gym.id) if not plan.is_monthly)
        one.pack = begin(client, plan, local(self.now, self.gym.zone).date(), by=SYSTEM, now=self.now)
        one.left += plan.sessions

    def _freezes(self, one: Guest, client: Client) -> None:
        """Everybody with months rests from tomorrow on, for sixteen days to four weeks."""
        today = local(self.now, self.gym.zone).date()
        plan = next(plan for plan in plans(self.gym.id) if plan.is_monthly)
        months = begin(client, plan, date(2026, 11, 1), by=SYSTEM, now=self.now)
        last = today + timedelta(days=self.dice.randint(16, 28))
        freeze(
            months.id, FreezeTerms(today + timedelta(days=1), last, 0), studio=self.gym, waiver="町", by=SYSTEM,
            now=self.now,
        )  # fmt: skip
        one.rests_until = at_local(last + timedelta(days=1), time(0), self.gym.zone)

    def _uses(self, one: Guest) -> None:
        """Some tickets go; whoever has none buys a pack, mostly."""
        assert one.pack is not None
        if one.left == 0:
            if self.dice.random() < 0.7:
                self._buys(one, db.session.get_one(Client, one.pack.client_id))
            return
        for lot in lots_of(one.person.id):
            if lot.free:
                count = min(lot.free, self.dice.randint(3, 7))
                adjust(lot.grant.id, -count, note="町", by=SYSTEM, now=self.now)
                one.left -= count
                return

    def _agree(self, one: Guest) -> None:
        record_consent(one.person.id, Purpose.FOLLOW_UP, True, now=self.now, **AGREED)  # type: ignore[arg-type]
        one.agrees = True

    def a_day(self) -> None:
        """Things happen before noon and in the evening; workers sweep after each, once in the quiet hours."""
        for hours in (11, 22):
            self.now = self.now.replace(hour=0, minute=5) + timedelta(hours=hours - 9)
            for one in self.guests:
                if self.dice.random() < 0.12:
                    self._happens(one)
            db.session.commit()
            self._sweep()
        self.now += timedelta(days=1)

    def _happens(self, one: Guest) -> None:
        choices: list[Callable[[Guest], None]] = [self._visit_ends, self._books, self._comes]
        if one.is_open:
            choices += [self._moves_on, self._moves_on, self._falls_back, self._closes, self._misses]
        if one.pack is not None:
            choices += [self._uses, self._uses, self._uses]
        if self.dice.random() < 0.04:
            choices = [self._takes_consent_back] if one.agrees else [self._agree]
        self.dice.choice(choices)(one)

    def _books(self, one: Guest) -> None:
        at = self.now + timedelta(days=self.dice.randint(1, 12), minutes=self.dice.randint(0, 59))
        lead = one.lead if one.is_open else None
        slug = "trial" if lead is not None else "session"
        one.ahead.append((at, add_booking(self.gym, one.person, lead, slug, at, now=self.now)))

    def _comes(self, one: Guest, *, came: bool = True) -> None:
        """A visit that was booked on the spot is over by now."""
        began = self.now - timedelta(hours=1)
        lead = one.lead if one.is_open else None
        booking = add_booking(self.gym, one.person, lead, "trial" if lead else "session", began, now=began)
        self._ends(one, booking, came=came)

    def _misses(self, one: Guest) -> None:
        """The same, and nobody was there."""
        self._comes(one, came=False)

    def _visit_ends(self, one: Guest) -> None:
        """A visit whose time has come is held, missed, or was cancelled in the end."""
        over = [pair for pair in one.ahead if pair[0] <= self.now]
        if not over:
            return
        one.ahead.remove(over[0])
        self._ends(one, over[0][1], came=self.dice.random() < 0.7)

    def _ends(self, one: Guest, booking: Booking, *, came: bool) -> None:
        booking.state = BookingState.ATTENDED if came else BookingState.NO_SHOW
        attendance = Attendance.ATTENDED if came else Attendance.NO_SHOW
        db.session.query(Participant).filter_by(booking_id=booking.id).update({"attendance": attendance})
        if came and one.is_open and one.lead is not None:
            advance(one.lead, Stage.TRIALLED, by=SYSTEM, now=self.now)

    def _moves_on(self, one: Guest) -> None:
        assert one.lead is not None
        if one.lead.stage in (Stage.NEW, Stage.CONTACTED):
            advance(one.lead, Stage.COUNSELLED, by=SYSTEM, now=self.now)

    def _falls_back(self, one: Guest) -> None:
        assert one.lead is not None
        if one.lead.stage == Stage.TRIALLED:
            step_back(one.lead, Stage.CONTACTED, reason="undone", by=SYSTEM, now=self.now)

    def _closes(self, one: Guest) -> None:
        assert one.lead is not None
        if self.dice.random() < 0.5:
            return
        if self.dice.random() < 0.5:
            advance(one.lead, Stage.JOINED, by=SYSTEM, now=self.now)
        else:
            lose(one.lead, "price", by=SYSTEM, now=self.now)
        one.is_open = False

    def _takes_consent_back(self, one: Guest) -> None:
        withdraw_consent(
            one.person.id, Purpose.FOLLOW_UP, wording="v1", source="page", language="ja", by=SYSTEM, now=self.now
        )  # fmt: skip
        one.agrees = False

    def _sweep(self) -> None:
        """What goes out now is compared with the town's book at once."""
        reconcile_playbooks(self.now)
        db.session.commit()
        before = len(self.channel.sent)
        self.delivery.deliver_due(self.now)
        by_mail = {f"guest{number}@town.example": one for number, one in enumerate(self.guests)}
        for envelope in self.channel.sent[before:]:
            message = db.session.get_one(Message, envelope.message_id)
            if Kind(message.kind) in {*FOLLOW_UP_KINDS, Kind.FREEZE_ENDING}:
                self._check(message, by_mail[envelope.address])

    def _check(self, message: Message, one: Guest) -> None:
        hour = local(self.now, self.gym.zone).hour
        for is_wrong, what in (
            (not one.agrees and message.kind != Kind.FREEZE_ENDING, "without consent"),
            (one.comes(self.now) and message.kind != Kind.TICKETS_LOW, "though a visit is ahead"),
            (message.kind == Kind.TICKETS_LOW and one.left > 2, "though there are tickets"),
            (message.kind == Kind.FREEZE_ENDING and not one.rests(self.now), "though no freeze ends"),
            (message.kind in LEAD_KINDS and not one.is_open, "though the lead is closed"),
            (not 8 <= hour < 21, "in the quiet hours"),
            (message.expires_at <= self.now, "too late"),
        ):
            if is_wrong:
                self.wrong.append(f"{message.kind} to {one.person.name} at {self.now}: {what}")


def test_a_town_and_its_follow_ups(gym: Studio, now: datetime) -> None:
    for playbook in db.session.scalars(select(Playbook)):
        playbook.is_on = True
        playbook.stops = [stop for stop in playbook.stops if stop != Stop.GATE_OPEN]
        if (
            playbook.entry == Entry.NO_NEXT_BOOKING
        ):  # a second one in the same week, which the cap has to stop
            soon = StepDraft(5, time(11), Kind.MISSED_YOU)
            add_step(gym.id, playbook.id, soon, by=SYSTEM, now=now)
    gym.follow_ups_a_week = 1
    town = Town(gym, now)
    for _day in range(DAYS):
        town.a_day()
        _check_next_actions()
    assert town.wrong == []
    _check_counts()
    _check_each_once_and_under_the_cap()


def _check_counts() -> None:
    """The simulation is worth something: a lot went out, of every kind that can, and a lot was taken back."""
    sent = _number(Message.state == MessageState.SENT, Message.run_id.is_not(None))
    assert sent > PEOPLE * DAYS / 200
    assert _number(Message.state == MessageState.CANCELLED, Message.run_id.is_not(None)) > PEOPLE * DAYS / 400
    assert _number(Message.state == MessageState.EXPIRED, Message.run_id.is_not(None)) > 0, "the cap was met"
    kinds = set(db.session.scalars(select(Message.kind).where(Message.state == MessageState.SENT).distinct()))
    rare = LEAD_KINDS if PEOPLE > 100 else {Kind.AFTER_TRIAL}
    assert kinds >= {*rare, Kind.NO_NEXT_BOOKING, Kind.MISSED_YOU, Kind.TICKETS_LOW, Kind.FREEZE_ENDING}


def _number(*which: object) -> int:
    query = select(func.count()).select_from(Message).where(*which)  # type: ignore[arg-type]
    return db.session.scalar(query) or 0


def _check_each_once_and_under_the_cap() -> None:
    by_person: dict[int, list[datetime]] = defaultdict(list)
    by_step: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    in_run: Counter[tuple[int, int]] = Counter()
    query = (
        select(Message.person_id, Message.run_id, Message.step_id, Message.accepted_at)
        .where(Message.state == MessageState.SENT, Message.kind.in_(FOLLOW_UP_KINDS))
        .order_by(Message.accepted_at)
    )
    for person_id, run_id, step_id, at in db.session.execute(query):
        in_run[run_id, step_id] += 1
        by_person[person_id].append(at)
        by_step[person_id, step_id].append(at)
    for times in by_person.values():
        assert all(later - at >= WEEK for at, later in pairwise(times)), "one a week is the most"
    entered = select(PlaybookRun.person_id, PlaybookRun.playbook_id, PlaybookRun.started_at)
    started: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    for person_id, playbook_id, at in db.session.execute(entered.order_by(PlaybookRun.started_at)):
        started[person_id, playbook_id].append(at)
    for times in started.values():
        assert all(later - at >= MONTH for at, later in pairwise(times)), "once in a month"
    assert set(in_run.values()) == {1}, "a step is taken once in a run"
    again = [later - at for times in by_step.values() for at, later in pairwise(times)]
    assert again or DAYS < 60, "nobody entered twice"
    # A month lies between two runs; within one of them a step may have waited a week for the cap.
    assert min(again, default=MONTH) >= MONTH - WEEK, "nobody hears the same again so soon"


def _check_next_actions() -> None:
    waiting = select(func.count()).where(
        Todo.lead_id == Lead.id, Todo.kind == TodoKind.NEXT_ACTION, Todo.done_at.is_(None)
    )
    rows = db.session.execute(select(Lead.closed_at, waiting.scalar_subquery())).all()
    assert {number for closed_at, number in rows if closed_at is None} == {1}
    assert {number for closed_at, number in rows if closed_at is not None} <= {0}
