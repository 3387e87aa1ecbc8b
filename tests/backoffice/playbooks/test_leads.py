"""Playbooks of enquiries: planned for whom they are for, once, with consent; taken back when the lead moves on."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.models import Booking, BookingState
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.leads.actions import advance, lose, step_back
from backoffice.leads.models import Lead, Stage
from backoffice.messaging.actions import cancel
from backoffice.messaging.consent import withdraw_consent
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.own_messages import edit
from backoffice.people.actions import record_consent
from backoffice.people.cautions import put_caution
from backoffice.people.models import Caution, Person, PersonMail, Purpose
from backoffice.playbooks.actions import change_step
from backoffice.playbooks.dry_run import sends
from backoffice.playbooks.models import Entry, Playbook, PlaybookStep
from backoffice.playbooks.reconcile import reconcile_playbooks
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Studio
from tests.backoffice.messaging.conftest import add_booking, guest, lead
from tests.far_ends.recording import RecordingChannel

__all__ = ["guest", "lead"]

AGREED = {"wording": "v1", "language": "ja", "source": "test", "by": SYSTEM}


@pytest.fixture
def agreed(guest: Person, now: datetime) -> None:
    """Hanako ticked that she wants follow-ups."""
    record_consent(guest.id, Purpose.FOLLOW_UP, True, now=now, **AGREED)  # type: ignore[arg-type]


@pytest.fixture
def trialled(lead: Lead, agreed: None, now: datetime) -> Lead:
    """Her trial was held just now."""
    advance(lead, Stage.TRIALLED, by=SYSTEM, now=now)
    db.session.commit()
    return lead


def follow_ups(lead: Lead) -> list[Message]:
    query = select(Message).where(Message.lead_id == lead.id).order_by(Message.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def test_two_days_after_the_trial_at_eleven(trialled: Lead, now: datetime) -> None:
    assert reconcile_playbooks(now) == 1
    (message,) = follow_ups(trialled)
    assert message.kind == Kind.AFTER_TRIAL
    at = local(message.send_at, "Asia/Tokyo")
    assert (at.day, at.hour, at.minute) == (26, 11, 0)


def test_many_runs_plan_one(trialled: Lead, now: datetime) -> None:
    for minutes in range(0, 60, 10):
        reconcile_playbooks(now + timedelta(minutes=minutes))
    assert len(follow_ups(trialled)) == 1


def test_a_missed_run_is_made_up_for(trialled: Lead, now: datetime) -> None:
    reconcile_playbooks(now + timedelta(days=3))
    (message,) = follow_ups(trialled)
    assert message.send_at == now + timedelta(days=3)


def test_an_old_trial_is_left_in_peace(trialled: Lead, now: datetime) -> None:
    reconcile_playbooks(now + timedelta(days=10))
    assert follow_ups(trialled) == []


def test_nothing_without_consent(lead: Lead, now: datetime) -> None:
    advance(lead, Stage.TRIALLED, by=SYSTEM, now=now)
    assert reconcile_playbooks(now) == 0


def test_nothing_without_a_mail_address(trialled: Lead, guest: Person, now: datetime) -> None:
    for mail in db.session.scalars(select(PersonMail).where(PersonMail.person_id == guest.id)):
        db.session.delete(mail)
    db.session.flush()
    assert reconcile_playbooks(now) == 0


def leave_by_losing(lead: Lead, now: datetime) -> None:
    lose(lead, "price", by=SYSTEM, now=now)


def leave_by_joining(lead: Lead, now: datetime) -> None:
    advance(lead, Stage.JOINED, by=SYSTEM, now=now)


def leave_by_undoing(lead: Lead, now: datetime) -> None:
    step_back(lead, Stage.CONTACTED, reason="undone", by=SYSTEM, now=now)


@pytest.mark.parametrize("leave", [leave_by_losing, leave_by_joining, leave_by_undoing])
def test_it_is_taken_back_when_the_lead_moves_on(
    trialled: Lead, now: datetime, leave: Callable[[Lead, datetime], None]
) -> None:
    reconcile_playbooks(now)
    leave(trialled, now + timedelta(hours=1))
    assert reconcile_playbooks(now + timedelta(hours=1)) == 1
    assert [one.state for one in follow_ups(trialled)] == [MessageState.CANCELLED]


def test_a_claim_looks_again_even_if_no_run_came_between(trialled: Lead, now: datetime) -> None:
    reconcile_playbooks(now)
    leave_by_joining(trialled, now)
    db.session.commit()
    channel = RecordingChannel()
    (message,) = follow_ups(trialled)
    Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due(message.send_at)
    assert not channel.calls
    assert message.state == MessageState.CANCELLED


def test_it_goes_out_with_a_way_out(trialled: Lead, guest: Person, now: datetime) -> None:
    reconcile_playbooks(now)
    db.session.commit()
    channel = RecordingChannel()
    (message,) = follow_ups(trialled)
    Delivery({Channel.MAIL: channel}, PROVIDERS).deliver_due(message.send_at)
    (sent,) = channel.sent
    assert sent.unsubscribe_url.startswith("http://localhost/unsubscribe/")
    assert sent.unsubscribe_url in sent.body


def test_an_undone_trial_that_is_held_again_is_followed_up_once(trialled: Lead, now: datetime) -> None:
    reconcile_playbooks(now)
    (first,) = follow_ups(trialled)
    Delivery({Channel.MAIL: RecordingChannel()}, PROVIDERS).deliver_due(first.send_at)
    later = first.send_at + timedelta(hours=1)
    leave_by_undoing(trialled, later)
    advance(trialled, Stage.TRIALLED, by=SYSTEM, now=later)
    reconcile_playbooks(later)
    assert len(follow_ups(trialled)) == 1


def test_one_taken_back_by_hand_does_not_come_back(trialled: Lead, now: datetime) -> None:
    reconcile_playbooks(now)
    (message,) = follow_ups(trialled)
    message.state = MessageState.CANCELLED
    db.session.flush()
    assert reconcile_playbooks(now) == 0


def test_withdrawing_the_consent_takes_it_back_at_once(trialled: Lead, guest: Person, now: datetime) -> None:
    reconcile_playbooks(now)
    withdraw_consent(
        guest.id, Purpose.FOLLOW_UP, wording="v1", source="page", language="ja", by=SYSTEM, now=now
    )
    assert [one.state for one in follow_ups(trialled)] == [MessageState.CANCELLED]


@pytest.fixture
def missed(gym: Studio, guest: Person, lead: Lead, agreed: None, now: datetime) -> Booking:
    """She did not come yesterday."""
    booking = add_booking(gym, guest, lead, "trial", now - timedelta(days=1), now=now - timedelta(days=5))
    booking.state = BookingState.NO_SHOW
    db.session.commit()
    return booking


def test_the_day_after_a_no_show(missed: Booking, lead: Lead, now: datetime) -> None:
    reconcile_playbooks(now)
    (message,) = follow_ups(lead)
    assert message.kind == Kind.AFTER_NO_SHOW
    assert message.send_at == now


def test_who_has_booked_again_is_not_asked_to(
    missed: Booking, gym: Studio, guest: Person, lead: Lead, now: datetime
) -> None:
    add_booking(gym, guest, lead, "trial", now + timedelta(days=2), now=now)
    assert reconcile_playbooks(now) == 0


def test_a_missed_trial_gets_one_message_not_two(missed: Booking, lead: Lead, now: datetime) -> None:
    step_back(lead, Stage.COUNSELLED, reason="no-show", by=SYSTEM, now=now)
    advance(lead, Stage.COUNSELLED, by=SYSTEM, now=now)
    reconcile_playbooks(now)
    assert [one.kind for one in follow_ups(lead)] == [Kind.AFTER_NO_SHOW]


def test_three_days_after_a_counselling_without_a_trial(lead: Lead, agreed: None, now: datetime) -> None:
    advance(lead, Stage.COUNSELLED, by=SYSTEM, now=now)
    reconcile_playbooks(now)
    (message,) = follow_ups(lead)
    assert message.kind == Kind.AFTER_COUNSELLING
    assert local(message.send_at, "Asia/Tokyo").day == 27


def test_nobody_is_written_to_whom_the_desk_wants_to_speak_to_first(
    trialled: Lead, guest: Person, now: datetime
) -> None:
    put_caution(guest.id, Caution.CHECK, "確認が必要", version=None, by=SYSTEM, now=now)
    assert reconcile_playbooks(now) == 0


def test_what_was_skipped_by_hand_is_not_planned_again(trialled: Lead, now: datetime) -> None:
    reconcile_playbooks(now)
    (message,) = follow_ups(trialled)
    cancel(message.id, version=message.version, by=SYSTEM, now=now)
    for hours in (1, 24, 49):
        reconcile_playbooks(now + timedelta(hours=hours))
    assert [one.state for one in follow_ups(trialled)] == [MessageState.CANCELLED]


def test_words_and_time_of_one_message_outlive_the_sweep_and_an_edit_of_its_step(
    trialled: Lead, gym: Studio, now: datetime
) -> None:
    reconcile_playbooks(now)
    (message,) = follow_ups(trialled)
    chosen = message.send_at + timedelta(hours=3)
    edit(
        message.id, "お待ちしております", "{{ name }}\n{{ book_url }}", chosen, version=1, by=SYSTEM, now=now
    )
    step = db.session.get_one(PlaybookStep, message.step_id)
    assert change_step(gym.id, step.id, 5, time(15, 30), version=step.version, by=SYSTEM, now=now) == []
    reconcile_playbooks(now + timedelta(hours=1))
    (message,) = follow_ups(trialled)
    assert (message.own_subject, message.send_at) == ("お待ちしております", chosen)


def test_the_sends_of_a_dry_run_name_also_those_nobody_reaches(
    trialled: Lead, guest: Person, now: datetime
) -> None:
    playbook = db.session.scalars(select(Playbook).where(Playbook.entry == Entry.TRIALLED)).one()
    assert [(one.person_id, one.kind) for one in sends(playbook, now=now)] == [(guest.id, Kind.AFTER_TRIAL)]
    for mail in db.session.scalars(select(PersonMail).where(PersonMail.person_id == guest.id)):
        db.session.delete(mail)
    assert [one.person_id for one in sends(playbook, now=now)] == [guest.id]
    withdraw_consent(guest.id, Purpose.FOLLOW_UP, now=now, **AGREED)  # type: ignore[arg-type]
    assert sends(playbook, now=now) == []
