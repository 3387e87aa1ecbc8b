"""Playbooks about tickets and freezes: who enters and when, what ends it by itself, and what the message says."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local, local
from backoffice.core.db import db, transaction
from backoffice.memberships.actions import Joining, join, sell
from backoffice.memberships.freezing import FreezeTerms, cancel_freeze, end_freeze, freeze
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import Freeze, LeavingReason, Membership
from backoffice.memberships.queries import plans
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, MessageState
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.playbooks.dry_run import dry_run
from backoffice.playbooks.models import Entry
from backoffice.playbooks.reconcile import reconcile_playbooks
from backoffice.playbooks.stops import MOVED_ON, REASONS, Stop
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Studio
from backoffice.tickets import actions as ledger
from backoffice.tickets.queries import lots_of
from tests.backoffice.messaging.conftest import add_booking
from tests.backoffice.playbooks.conftest import AGREED, Playbooks, messages, runs, tasks
from tests.far_ends.recording import RecordingChannel

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture
def member(gym: Studio, by: Actor, now: datetime) -> Callable[..., Person]:
    """Somebody with a pack of sixteen or a monthly plan, who agreed to follow-ups and whose gate is no matter here."""

    def member(*, starts_on: date = TODAY, monthly: bool = False, agrees: bool = True) -> Person:
        with transaction():
            person = create_person(name="北川 澄", mails=["sumi@example.jp"], by=by, now=now)
            plan = next(plan for plan in plans(gym.id) if plan.is_monthly == monthly)
            join(person, Joining(plan.id, starts_on, None), studio_id=gym.id, lead=None, by=by, now=now)
            if agrees:
                record_consent(person.id, Purpose.FOLLOW_UP, True, now=now, **AGREED)  # type: ignore[arg-type]
        return person

    return member


@pytest.fixture
def low(playbook: Playbooks) -> None:
    """The playbook of tickets is on; nobody has a health check sheet in these tests."""
    one = playbook(Entry.TICKETS_LOW)
    one.stops = [stop for stop in one.stops if stop != Stop.GATE_OPEN]
    db.session.commit()


def take(person: Person, count: int, by: Actor, now: datetime) -> None:
    with transaction():
        ledger.adjust(lots_of(person.id)[0].grant.id, -count, note="試験", by=by, now=now)


def client_of(person: Person) -> Client:
    return db.session.query(Client).filter_by(person_id=person.id).one()


def membership_of(person: Person) -> Membership:
    return (
        db.session.query(Membership).filter_by(client_id=client_of(person).id).order_by(Membership.id).first()
    )  # type: ignore[return-value]


def sent(at: datetime) -> str:
    channel = RecordingChannel()
    Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due(at)
    by_playbooks = {message.id for message in messages()}
    return "".join(envelope.body for envelope in channel.sent if envelope.message_id in by_playbooks)


def test_two_tickets_left_are_told_the_next_day(
    gym: Studio, low: None, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    person = member()
    take(person, 13, by, now)
    reconcile_playbooks(now)
    assert messages() == []
    take(person, 1, by, now)
    reconcile_playbooks(now + timedelta(minutes=10))
    (message,) = messages()
    assert (message.kind, local(message.send_at, gym.zone).time()) == (Kind.TICKETS_LOW, time(11))
    assert local(message.send_at, gym.zone).date() == TODAY + DAY
    words = sent(message.send_at)
    assert "残り回数(ご予約分を除く):2回" in words
    assert "有効期限:5月23日(日)" in words


def test_using_one_more_is_the_same_event(
    low: None, playbook: Playbooks, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    person = member()
    take(person, 14, by, now)
    for days in (0, 3, 6):
        if days:
            take(person, 1, by, now + days * DAY)
        reconcile_playbooks(now + days * DAY + timedelta(minutes=1))
    (run,) = runs(playbook(Entry.TICKETS_LOW))
    assert (run.entered_at, run.ended_at) == (now, None)
    assert len(messages()) == 1


def test_a_newer_pack_ends_it_and_closes_the_task(
    gym: Studio, low: None, playbook: Playbooks, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    person = member()
    take(person, 14, by, now)
    reconcile_playbooks(now)
    reconcile_playbooks(now + 10 * DAY)
    (task,) = tasks()
    assert task.title == "Ask about more tickets or another plan"
    with transaction():
        sell(
            client_of(person),
            membership_of(person).plan_id,
            TODAY,
            studio_id=gym.id,
            by=by,
            now=now + 10 * DAY,
        )
    reconcile_playbooks(now + 11 * DAY)
    (run,) = runs(playbook(Entry.TICKETS_LOW))
    assert run.ended_why == MOVED_ON
    (task,) = tasks()
    assert task.done_at is not None
    assert [one.state for one in messages()] == [MessageState.CANCELLED]


def test_a_claim_does_not_ask_who_has_bought_meanwhile(
    gym: Studio, low: None, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    person = member()
    take(person, 14, by, now)
    reconcile_playbooks(now)
    with transaction():
        sell(client_of(person), membership_of(person).plan_id, TODAY, studio_id=gym.id, by=by, now=now)
    assert sent(messages()[0].send_at) == ""


def test_thirty_days_before_the_last_day_from_midnight_on(
    gym: Studio, low: None, playbook: Playbooks, member: Callable[..., Person], now: datetime
) -> None:
    member(starts_on=TODAY - 30 * DAY)
    ends_on = date(2027, 4, 24)
    midnight = at_local(ends_on - 30 * DAY, time(0), gym.zone)
    reconcile_playbooks(midnight - timedelta(minutes=1))
    assert runs(playbook(Entry.TICKETS_LOW)) == []
    reconcile_playbooks(midnight)
    (run,) = runs(playbook(Entry.TICKETS_LOW))
    assert run.entered_at == midnight
    reconcile_playbooks(midnight + 20 * DAY)
    assert runs(playbook(Entry.TICKETS_LOW))[0].ended_why == ""


def test_who_gets_more_by_themselves_leaves_or_rests_is_not_asked(
    gym: Studio, low: None, playbook: Playbooks, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    with_months, leaver, resting = member(monthly=True), member(), member()
    for person, left in ((with_months, 4), (leaver, 16), (resting, 16)):
        take(person, left, by, now)
    with transaction():
        terms = LeavingTerms(TODAY + 20 * DAY, LeavingReason.TIME)
        leave(client_of(leaver).id, terms, studio=gym, waiver="店長了承", by=by, now=now)
        freeze(
            membership_of(resting).id,
            FreezeTerms(TODAY + DAY, None, 0),
            studio=gym,
            waiver="店長了承",
            by=by,
            now=now,
        )
    reconcile_playbooks(now + 2 * DAY)
    assert runs(playbook(Entry.TICKETS_LOW)) == []


def test_without_consent_only_the_task(
    low: None, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    take(member(agrees=False), 14, by, now)
    reconcile_playbooks(now)
    reconcile_playbooks(now + 10 * DAY)
    assert messages() == []
    assert len(tasks()) == 1


def test_a_dry_run_names_them(
    low: None, playbook: Playbooks, member: Callable[..., Person], by: Actor, now: datetime
) -> None:
    take(member(), 14, by, now)
    one = playbook(Entry.TICKETS_LOW)
    foreseen = dry_run(one, now=now)
    assert foreseen.people == 1
    assert [(row.name, row.step.kind or row.step.task) for row in foreseen.steps] == [
        ("北川 澄", Kind.TICKETS_LOW), ("北川 澄", "Ask about more tickets or another plan"),
    ]  # fmt: skip


@pytest.fixture
def frozen(
    gym: Studio, playbook: Playbooks, member: Callable[..., Person], by: Actor, now: datetime
) -> Callable[..., Freeze]:
    """A member rests from tomorrow on, for so many days; the playbook of freezes is on."""
    playbook(Entry.FREEZE_ENDING)
    db.session.commit()

    def frozen(days: int | None, *, agrees: bool = False) -> Freeze:
        person = member(monthly=True, agrees=agrees)
        ends_on = None if days is None else TODAY + days * DAY
        with transaction():
            return freeze(
                membership_of(person).id, FreezeTerms(TODAY + DAY, ends_on, 1_100), studio=gym, waiver="店長了承",
                by=by, now=now,
            )  # fmt: skip

    return frozen


def test_a_freeze_is_told_to_end_two_weeks_before_it_does(
    gym: Studio, frozen: Callable[..., Freeze], now: datetime
) -> None:
    frozen(60)
    reconcile_playbooks(now + 45 * DAY)
    assert messages() == []
    reconcile_playbooks(now + 46 * DAY)
    (message,) = messages()
    words = sent(message.send_at)
    assert "休会の最終日:1月23日(土)" in words
    assert "ご利用の再開日:1月24日(日)" in words
    reconcile_playbooks(now + 61 * DAY)
    (task,) = tasks()
    assert task.title == "Ask when they come again"


def test_who_has_booked_again_needs_no_reminder(
    gym: Studio, playbook: Playbooks, frozen: Callable[..., Freeze], now: datetime
) -> None:
    row = frozen(60)
    person_id = db.session.get_one(
        Client, db.session.get_one(Membership, row.membership_id).client_id
    ).person_id
    reconcile_playbooks(now + 46 * DAY)
    add_booking(gym, db.session.get_one(Person, person_id), None, "session", now + 70 * DAY, now=now)
    reconcile_playbooks(now + 47 * DAY)
    assert [run.ended_why for run in runs(playbook(Entry.FREEZE_ENDING))] == [REASONS[Stop.BOOKED]]


def test_prolonged_or_left_it_is_over(
    gym: Studio, playbook: Playbooks, frozen: Callable[..., Freeze], by: Actor, now: datetime
) -> None:
    row, later = frozen(60), now + 46 * DAY
    reconcile_playbooks(later)
    with transaction():
        end_freeze(gym, row.id, TODAY + 90 * DAY, version=row.version, by=by, now=later)
    reconcile_playbooks(later + timedelta(hours=1))
    assert [run.ended_why for run in runs(playbook(Entry.FREEZE_ENDING))] == [MOVED_ON]
    assert [one.state for one in messages()] == [MessageState.CANCELLED]


@pytest.mark.parametrize("days", [None, 13])
def test_an_open_freeze_and_a_short_one_are_left_alone(
    frozen: Callable[..., Freeze], now: datetime, days: int | None
) -> None:
    frozen(days)
    for day in range(0, 60, 5):
        reconcile_playbooks(now + day * DAY)
    assert messages() == []


def test_a_freeze_taken_back_is_none(
    gym: Studio, frozen: Callable[..., Freeze], by: Actor, now: datetime
) -> None:
    row = frozen(60)
    with transaction():
        cancel_freeze(gym, row.id, version=row.version, by=by, now=now)
    reconcile_playbooks(now + 46 * DAY)
    assert messages() == []


def test_who_leaves_after_a_freeze_or_rests_on_is_not_asked_to_come_again(
    gym: Studio, playbook: Playbooks, frozen: Callable[..., Freeze], by: Actor, now: datetime
) -> None:
    leaver, resting = frozen(60), frozen(60)
    with transaction():
        client_id = db.session.get_one(Membership, leaver.membership_id).client_id
        leave(
            client_id,
            LeavingTerms(TODAY + 80 * DAY, LeavingReason.TIME),
            studio=gym,
            waiver="店長了承",
            by=by,
            now=now,
        )
        on = FreezeTerms(TODAY + 61 * DAY, TODAY + 120 * DAY, 0)
        freeze(resting.membership_id, on, studio=gym, waiver="店長了承", by=by, now=now)
    reconcile_playbooks(now + 46 * DAY)
    assert runs(playbook(Entry.FREEZE_ENDING)) == []
