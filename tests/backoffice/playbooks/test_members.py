"""Playbooks of members: who enters, what stops it, tasks beside messages, and what a manager changes."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from backoffice.bookings.models import Attendance, BookingState, Participant
from backoffice.care.check_ins import check_in
from backoffice.care.measures import Measure
from backoffice.care.replies import send_link
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, MessageState
from backoffice.people.actions import create_person, record_consent
from backoffice.people.cautions import put_caution
from backoffice.people.models import Caution, Person, Purpose
from backoffice.playbooks import actions
from backoffice.playbooks.actions import StepDraft
from backoffice.playbooks.dry_run import NOT_AGREED, dry_run
from backoffice.playbooks.models import Entry, Playbook, PlaybookRun, PlaybookStep, Stop
from backoffice.playbooks.queries import steps_of
from backoffice.playbooks.reconcile import reconcile_playbooks
from backoffice.playbooks.stops import MOVED_ON, REASONS
from backoffice.providers import PROVIDERS
from backoffice.staff.models import Trainer
from backoffice.studio.models import Studio
from tests.backoffice.messaging.conftest import add_booking, guest
from tests.backoffice.playbooks.conftest import AGREED, Playbooks, messages, runs, tasks
from tests.far_ends.recording import RecordingChannel

__all__ = ["guest"]


@pytest.fixture
def member(gym: Studio, guest: Person, now: datetime) -> Person:
    """Hanako joined half a year ago, wants follow-ups, and has a trainer of her own."""
    record_consent(guest.id, Purpose.FOLLOW_UP, True, now=now, **AGREED)  # type: ignore[arg-type]
    trainer_id = db.session.query(Trainer.id).order_by(Trainer.id).limit(1).scalar()
    db.session.add(
        Client(
            person_id=guest.id, member_number=1, joined_on=date(2026, 5, 1), main_trainer_id=trainer_id,
            created_at=now - timedelta(days=180),
        )
    )  # fmt: skip
    db.session.commit()
    return guest


def came(gym: Studio, person: Person, at: datetime) -> None:
    """A visit that took place."""
    booking = add_booking(gym, person, None, "session", at, now=at)
    booking.state = BookingState.ATTENDED
    db.session.query(Participant).filter_by(booking_id=booking.id).update({"attendance": Attendance.ATTENDED})
    db.session.commit()


def test_three_days_after_a_visit_with_none_ahead(
    gym: Studio, member: Person, playbook: Playbooks, now: datetime
) -> None:
    playbook(Entry.NO_NEXT_BOOKING)
    came(gym, member, now - timedelta(days=1))
    reconcile_playbooks(now)
    (message,) = messages()
    assert message.kind == Kind.NO_NEXT_BOOKING
    assert (local(message.send_at, gym.zone).date() - local(now, gym.zone).date()).days == 2


def test_booking_again_takes_it_back(gym: Studio, member: Person, playbook: Playbooks, now: datetime) -> None:
    one = playbook(Entry.NO_NEXT_BOOKING)
    came(gym, member, now - timedelta(days=1))
    reconcile_playbooks(now)
    add_booking(gym, member, None, "session", now + timedelta(days=5), now=now)
    reconcile_playbooks(now + timedelta(hours=1))
    assert [row.state for row in messages()] == [MessageState.CANCELLED]
    (run,) = runs(one)
    assert run.ended_at == now + timedelta(hours=1)


def test_who_is_quiet_for_two_weeks_is_called_by_their_trainer(
    gym: Studio, member: Person, playbook: Playbooks, now: datetime
) -> None:
    playbook(Entry.QUIET)
    came(gym, member, now - timedelta(days=13, hours=20))
    reconcile_playbooks(now)
    assert tasks() == []
    reconcile_playbooks(now + timedelta(days=1))
    (task,) = tasks()
    assert (task.person_id, task.title) == (member.id, "Call and ask how they are")
    assert task.done_at is None
    reconcile_playbooks(now + timedelta(days=1, hours=1))
    assert len(tasks()) == 1, "a sweep later there is still one"


def test_a_task_nobody_needs_any_more_is_closed(
    gym: Studio, member: Person, playbook: Playbooks, now: datetime
) -> None:
    playbook(Entry.QUIET)
    came(gym, member, now - timedelta(days=15))
    reconcile_playbooks(now)
    add_booking(gym, member, None, "session", now + timedelta(days=5), now=now)
    reconcile_playbooks(now + timedelta(hours=1))
    (task,) = tasks()
    assert task.done_at == now + timedelta(hours=1)


def test_an_unanswered_check_in_is_asked_for_once_more_and_an_answer_stops_it(
    gym: Studio, member: Person, playbook: Playbooks, now: datetime
) -> None:
    playbook(Entry.CHECK_IN_UNANSWERED)
    record_consent(member.id, Purpose.HEALTH, True, now=now, **AGREED)  # type: ignore[arg-type]
    send_link(gym, member.id, by=SYSTEM, now=now)
    db.session.commit()
    Delivery({Channel.MAIL: RecordingChannel()}, PROVIDERS).deliver_due(now)
    reconcile_playbooks(now + timedelta(hours=1))
    (message,) = messages()
    assert message.kind == Kind.CARE_REMINDED
    check_in(
        gym, member.id, {Measure.SLEEP: Decimal(7)}, agrees=True, wording="v1", language="ja", by=SYSTEM,
        now=now + timedelta(hours=2),
    )  # fmt: skip
    reconcile_playbooks(now + timedelta(hours=3))
    assert [row.state for row in messages()] == [MessageState.CANCELLED]


def test_the_first_month_begins_on_the_day_of_joining(
    gym: Studio, member: Person, playbook: Playbooks, now: datetime
) -> None:
    playbook(Entry.JOINED)
    client = db.session.query(Client).filter_by(person_id=member.id).one()
    client.joined_on = local(now, gym.zone).date()
    db.session.flush()
    reconcile_playbooks(now)
    (message,) = messages()
    at = local(message.send_at, gym.zone)
    assert (at.date() - client.joined_on, at.time()) == (timedelta(days=7), time(11))


def test_nobody_enters_whom_the_desk_wants_to_speak_to_first(
    gym: Studio, member: Person, playbook: Playbooks, now: datetime
) -> None:
    one = playbook(Entry.NO_NEXT_BOOKING)
    came(gym, member, now - timedelta(days=1))
    put_caution(member.id, Caution.CHECK, "確認が必要", version=None, by=SYSTEM, now=now)
    reconcile_playbooks(now)
    assert runs(one) == []


def test_an_open_gate_stops_cheerful_words(
    gym: Studio, member: Person, playbook: Playbooks, now: datetime
) -> None:
    one = playbook(Entry.NO_NEXT_BOOKING)
    assert Stop.GATE_OPEN in one.stops
    came(gym, member, now - timedelta(days=1))
    reconcile_playbooks(now)
    reconcile_playbooks(now + timedelta(minutes=10))
    (run,) = runs(one)
    assert run.ended_why == REASONS[Stop.GATE_OPEN], "nobody has decided on her sheet: there is none"


@pytest.fixture
def in_it(gym: Studio, member: Person, playbook: Playbooks, now: datetime) -> Playbook:
    """Hanako is in the playbook of those without a next booking, with a message that waits."""
    one = playbook(Entry.NO_NEXT_BOOKING)
    one.stops = [Stop.BOOKED.value, Stop.OPTED_OUT.value]
    came(gym, member, now - timedelta(days=1))
    reconcile_playbooks(now)
    db.session.commit()
    assert len(messages()) == 1
    return one


def test_another_delay_moves_what_waits_and_says_what(in_it: Playbook, gym: Studio, now: datetime) -> None:
    (step,) = steps_of(in_it.id)
    (message,) = messages()
    before = message.send_at
    (moved,) = actions.change_step(gym.id, step.id, 5, time(15, 30), version=step.version, by=SYSTEM, now=now)
    (message,) = messages()
    assert (moved.before, moved.after) == (before, message.send_at)
    at = local(message.send_at, gym.zone)
    assert (at - local(before, gym.zone), at.time()) == (timedelta(days=2, hours=4, minutes=30), time(15, 30))
    assert message.expires_at > message.send_at
    assert message.next_try_at == message.send_at


def test_what_was_sent_does_not_move(in_it: Playbook, gym: Studio, now: datetime) -> None:
    (message,) = messages()
    Delivery({Channel.MAIL: RecordingChannel()}, PROVIDERS).deliver_due(message.send_at)
    (step,) = steps_of(in_it.id)
    later = message.send_at + timedelta(hours=1)
    assert actions.change_step(gym.id, step.id, 9, time(11), version=step.version, by=SYSTEM, now=later) == []


def test_a_step_taken_out_takes_its_messages_along(in_it: Playbook, gym: Studio, now: datetime) -> None:
    second = actions.add_step(gym.id, in_it.id, StepDraft(10, time(12), Kind.MISSED_YOU), by=SYSTEM, now=now)
    assert [row.kind for row in messages()] == [Kind.NO_NEXT_BOOKING, Kind.MISSED_YOU], "she gets it too"
    actions.remove_step(gym.id, second.id, by=SYSTEM, now=now)
    assert [row.state for row in messages()] == [MessageState.PLANNED, MessageState.CANCELLED]
    (first,) = steps_of(in_it.id)
    with pytest.raises(Invalid):
        actions.remove_step(gym.id, first.id, by=SYSTEM, now=now)


def test_switching_off_takes_back_and_on_again_sends_nothing_twice(
    in_it: Playbook, gym: Studio, now: datetime
) -> None:
    actions.switch_off(gym.id, in_it.id, by=SYSTEM, now=now)
    assert [row.state for row in messages()] == [MessageState.CANCELLED]
    actions.switch_on(gym.id, in_it.id, by=SYSTEM, now=now)
    reconcile_playbooks(now)
    assert [row.state for row in messages()] == [MessageState.CANCELLED]


def test_stopped_by_hand_for_one_person(in_it: Playbook, gym: Studio, now: datetime) -> None:
    (run,) = runs(in_it)
    actions.stop_run(gym.id, run.id, by=SYSTEM, now=now)
    reconcile_playbooks(now + timedelta(minutes=10))
    assert [row.state for row in messages()] == [MessageState.CANCELLED]
    with pytest.raises(NotFound):
        actions.stop_run(gym.id + 1, run.id, by=SYSTEM, now=now)


def test_a_claim_looks_again(in_it: Playbook, gym: Studio, member: Person, now: datetime) -> None:
    (message,) = messages()
    add_booking(gym, member, None, "session", message.send_at + timedelta(days=5), now=now)
    channel = RecordingChannel()
    Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due(message.send_at)
    assert not channel.calls
    (message,) = messages()
    assert message.state == MessageState.CANCELLED
    assert message.reason in (MOVED_ON, REASONS[Stop.BOOKED])


def test_a_claim_looks_at_the_run(in_it: Playbook, now: datetime) -> None:
    (run,) = runs(in_it)
    run.ended_at, run.ended_why = now, REASONS[Stop.BOOKED]
    db.session.commit()
    (message,) = messages()
    channel = RecordingChannel()
    Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due(message.send_at)
    assert not channel.calls


def test_the_dry_run_is_what_then_happens(
    gym: Studio, member: Person, playbook: Playbooks, now: datetime
) -> None:
    one = playbook(Entry.NO_NEXT_BOOKING)
    one.is_on, one.stops = False, [Stop.BOOKED.value]
    silent = create_person(name="無口 太郎", mails=["taro@example.jp"], by=SYSTEM, now=now)
    db.session.add(Client(person_id=silent.id, member_number=2, joined_on=date(2026, 5, 1), created_at=now))
    for person in (member, silent):
        came(gym, person, now - timedelta(days=1))
    foreseen = dry_run(one, now=now)
    assert foreseen.people == 2
    assert {row.name: row.skipped for row in foreseen.steps} == {"山田 花子": "", "無口 太郎": NOT_AGREED}
    assert db.session.scalar(select(func.count()).select_from(PlaybookRun)) == 0, "nothing is written"
    actions.switch_on(gym.id, one.id, by=SYSTEM, now=now)
    (message,) = messages()
    assert [(message.person_id, message.send_at)] == [
        (row.person_id, row.at) for row in foreseen.steps if not row.skipped
    ]


@pytest.mark.parametrize(
    ("days", "clock", "kind", "task", "field"),
    [
        (366, time(11), Kind.MISSED_YOU, "", "days"),
        (-1, time(11), Kind.MISSED_YOU, "", "days"),
        (3, time(23), Kind.MISSED_YOU, "", "at"),
        (3, time(6, 59), Kind.MISSED_YOU, "", "at"),
        (3, time(11), Kind.AFTER_TRIAL, "", "kind"),
        (3, time(11), Kind.PASSWORD_RESET, "", "kind"),
        (3, time(11), None, " ", "task"),
    ],
)
def test_steps_that_cannot_be(
    gym: Studio,
    playbook: Playbooks,
    now: datetime,
    days: int,
    clock: time,
    kind: Kind | None,
    task: str,
    field: str,
) -> None:
    one = playbook(Entry.QUIET)
    with pytest.raises(Invalid) as refusal:
        actions.add_step(gym.id, one.id, StepDraft(days, clock, kind, task), by=SYSTEM, now=now)
    assert refusal.value.field == field


def test_an_own_playbook(gym: Studio, now: datetime) -> None:
    one = actions.add_playbook(gym.id, Entry.QUIET, "三週間", "", by=SYSTEM, now=now)
    with pytest.raises(Invalid):
        actions.switch_on(gym.id, one.id, by=SYSTEM, now=now)
    actions.add_step(gym.id, one.id, StepDraft(7, time(11), task="お手紙を送る"), by=SYSTEM, now=now)
    actions.switch_on(gym.id, one.id, by=SYSTEM, now=now)
    with pytest.raises(Invalid):
        actions.archive_playbook(gym.id, one.id, by=SYSTEM, now=now)
    actions.switch_off(gym.id, one.id, by=SYSTEM, now=now)
    actions.archive_playbook(gym.id, one.id, by=SYSTEM, now=now)
    assert one.archived_at == now


def test_another_studio_finds_nothing(gym: Studio, playbook: Playbooks, now: datetime) -> None:
    one = playbook(Entry.QUIET)
    step = db.session.scalars(select(PlaybookStep).where(PlaybookStep.playbook_id == one.id)).first()
    assert step is not None
    for act in (
        lambda: actions.switch_off(gym.id + 1, one.id, by=SYSTEM, now=now),
        lambda: actions.remove_step(gym.id + 1, step.id, by=SYSTEM, now=now),
        lambda: actions.change_step(gym.id + 1, step.id, 3, time(11), version=1, by=SYSTEM, now=now),
    ):
        with pytest.raises(NotFound):
            act()
