"""What follows when somebody writes: a conversation that waits, one task, playbooks that stop; once, however often."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.inbox import actions
from backoffice.inbox.hearing import heard
from backoffice.leads.actions import advance, capture_lead
from backoffice.leads.line_enquiries import enquire_from_line
from backoffice.leads.models import Stage
from backoffice.line.accounts import held_account
from backoffice.line.codes import make_code
from backoffice.merging.actions import merge, undo_merge
from backoffice.messaging.entries import Conversation, ConversationEntry, Road
from backoffice.messaging.models import Kind, MessageState
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.playbooks.models import Playbook, PlaybookRun, Stop
from backoffice.playbooks.reconcile import reconcile_playbooks
from backoffice.playbooks.stops import REASONS
from backoffice.staff.models import Staff, Trainer
from backoffice.studio.models import Studio
from backoffice.todos.actions import finish_todo
from tests.backoffice.inbox.conftest import messages, open_tasks, reply, the_conversation
from tests.line_chat import TARO, said, unsent

Bring = Callable[..., int]


def test_what_is_written_waits_and_makes_one_task(
    gym: Studio, hanako: Person, bring: Bring, now: datetime
) -> None:
    first = said("明日は開いていますか?", now)
    bring(now, first, first)
    bring(now + timedelta(minutes=5), first, said("もしもし", now + timedelta(minutes=5)))
    conversation = the_conversation()
    assert (conversation.person_id, conversation.waiting_since) == (hanako.id, now)
    assert conversation.said_at == now + timedelta(minutes=5)
    (task,) = open_tasks()
    assert (task.person_id, task.conversation_id, task.owner_staff_id) == (hanako.id, conversation.id, None)


def test_heard_twice_is_heard_once(gym: Studio, hanako: Person, bring: Bring, now: datetime) -> None:
    bring(now, said("a", now))
    entry = db.session.scalars(select(ConversationEntry.id)).one()
    (task,) = open_tasks()
    heard(entry, now)
    db.session.commit()
    assert [one.id for one in open_tasks()] == [task.id]


def test_the_task_is_for_whoever_knows_them(
    gym: Studio, hanako: Person, colleague: Staff, by: Actor, bring: Bring, now: datetime
) -> None:
    trainer = db.session.scalars(select(Trainer).order_by(Trainer.id)).first()
    assert trainer is not None
    trainer.staff_id = colleague.id
    member = {"person_id": hanako.id, "member_number": 1, "joined_on": now.date(), "created_at": now}
    db.session.add(Client(main_trainer_id=trainer.id, **member))
    db.session.commit()
    bring(now, said("a", now))
    assert [one.owner_staff_id for one in open_tasks()] == [colleague.id], "the trainer"
    actions.assign(gym.id, the_conversation().id, by.id, by=by, now=now)
    assert [one.owner_staff_id for one in open_tasks()] == [by.id], "whoever took it"


def test_an_open_enquiry_goes_before_the_desk(
    gym: Studio, hanako: Person, colleague: Staff, bring: Bring, now: datetime
) -> None:
    lead = capture_lead(hanako, studio_id=gym.id, source="web", by=SYSTEM, now=now)
    lead.owner_staff_id = colleague.id
    db.session.commit()
    bring(now, said("a", now))
    assert [one.owner_staff_id for one in open_tasks()] == [colleague.id]


def test_answering_ends_the_wait_and_the_task_and_a_new_word_begins_both_anew(
    gym: Studio, hanako: Person, by: Actor, bring: Bring, now: datetime
) -> None:
    bring(now, said("a", now))
    reply(gym, "はい", by, now)
    assert (the_conversation().waiting_since, open_tasks()) == (None, [])
    later = now + timedelta(hours=1)
    bring(later, said("b", later))
    assert the_conversation().waiting_since == later
    assert len(open_tasks()) == 1


def test_done_ends_it_too_and_undo_brings_back_what_it_settled_alone(
    gym: Studio, hanako: Person, by: Actor, bring: Bring, now: datetime
) -> None:
    bring(now, said("a", now))
    reply(gym, "はい", by, now)
    later = now + timedelta(hours=1)
    bring(later, said("ありがとう", later))
    for _twice in range(2):
        actions.close(gym.id, the_conversation().id, by=by, now=later)
    db.session.commit()
    assert (the_conversation().waiting_since, open_tasks()) == (None, [])
    assert the_conversation().done_at == later
    for _twice in range(2):
        actions.reopen(gym.id, the_conversation().id, by=by, now=later)
    db.session.commit()
    assert (the_conversation().waiting_since, the_conversation().done_at) == (later, None)
    assert len(open_tasks()) == 1


def test_something_new_opens_what_was_done(
    gym: Studio, hanako: Person, by: Actor, bring: Bring, now: datetime
) -> None:
    bring(now, said("a", now))
    actions.close(gym.id, the_conversation().id, by=by, now=now)
    db.session.commit()
    bring(now + timedelta(hours=1), said("b", now + timedelta(hours=1)))
    assert the_conversation().done_at is None
    assert the_conversation().waiting_since == now + timedelta(hours=1)


def test_a_task_ticked_off_by_hand_comes_back_with_the_next_word(
    gym: Studio, hanako: Person, by: Actor, bring: Bring, now: datetime
) -> None:
    bring(now, said("a", now))
    finish_todo(gym.id, open_tasks()[0].id, by=by, now=now)
    db.session.commit()
    assert the_conversation().waiting_since == now, "a tick is no answer"
    bring(now, said("b", now))
    assert len(open_tasks()) == 1


def test_taken_back_by_its_sender_nothing_waits(
    gym: Studio, hanako: Person, bring: Bring, now: datetime
) -> None:
    word = said("間違えました", now)
    bring(now, word)
    bring(now, unsent(word, now))
    assert (the_conversation().waiting_since, open_tasks()) == (None, [])


def test_taken_back_before_it_came_it_is_not_heard(
    gym: Studio, hanako: Person, bring: Bring, now: datetime
) -> None:
    word = said("間違えました", now)
    bring(now, unsent(word, now))
    bring(now, word)
    assert open_tasks() == []


def test_an_unknown_account_waits_and_joins_the_person_it_turns_out_to_be(
    gym: Studio, hanako: Person, by: Actor, bring: Bring, now: datetime
) -> None:
    taro = create_person(name="佐藤 太郎", by=SYSTEM, now=now)
    db.session.commit()
    bring(now, said("予約したいです", now, TARO))
    unknown = the_conversation()
    actions.assign(gym.id, unknown.id, by.id, by=by, now=now)
    db.session.commit()
    assert (unknown.person_id, open_tasks()[0].person_id) == (None, None)
    code = make_code(taro.id, by=SYSTEM, now=now)
    db.session.commit()
    bring(now, said(code.digits, now, TARO))
    joined = the_conversation()
    assert (joined.person_id, joined.line_account_id) == (taro.id, None)
    assert (joined.waiting_since, joined.assigned_staff_id) == (now, by.id)
    assert [(one.person_id, one.conversation_id) for one in open_tasks()] == [(taro.id, joined.id)]


def test_two_conversations_of_one_person_become_one_with_one_task(
    gym: Studio, hanako: Person, bring: Bring, now: datetime
) -> None:
    bring(now, said("a", now), said("b", now - timedelta(hours=1), TARO))
    assert len(open_tasks()) == 2
    code = make_code(hanako.id, by=SYSTEM, now=now)
    db.session.commit()
    bring(now, said(code.digits, now, TARO))
    assert the_conversation().waiting_since == now - timedelta(hours=1)
    assert [one.person_id for one in open_tasks()] == [hanako.id]


def test_an_enquiry_made_of_an_account_keeps_its_conversation(
    gym: Studio, by: Actor, bring: Bring, now: datetime
) -> None:
    bring(now, said("はじめまして", now, TARO))
    account = held_account(gym.id, TARO, now=now)
    lead = enquire_from_line(gym.id, account.id, name="新井 実", kana="", phone="", mail="", by=by, now=now)
    db.session.commit()
    assert (the_conversation().person_id, the_conversation().waiting_since) == (lead.person_id, now)


def test_merged_people_have_one_conversation_and_two_again_after_undo(
    gym: Studio, hanako: Person, by: Actor, bring: Bring, now: datetime
) -> None:
    twin = create_person(name="山田 花子", by=SYSTEM, now=now)
    db.session.commit()
    bring(now, said("a", now))
    reply(gym, "はい", by, now)
    actions.begin(gym.id, twin.id, now=now)
    other = db.session.scalars(select(Conversation).where(Conversation.person_id == twin.id)).one()
    actions.write_down(
        gym.id, other.id, "電話で", now - timedelta(hours=2), road=Road.PHONE, token="t", by=by, now=now
    )
    db.session.commit()
    made = merge(hanako.id, twin.id, {}, by=by, now=now)
    db.session.commit()
    assert _waiting(hanako) == now - timedelta(hours=2)
    assert _waiting(twin) is None
    assert {one.person_id for one in open_tasks()} == {hanako.id}
    undo_merge(made.id, by=by, now=now)
    db.session.commit()
    assert _waiting(hanako) is None
    assert _waiting(twin) == now - timedelta(hours=2)
    assert {one.person_id for one in open_tasks()} == {twin.id}


def test_what_is_written_after_a_merge_waits_after_its_undo_too(
    gym: Studio, hanako: Person, by: Actor, bring: Bring, now: datetime
) -> None:
    """The only conversation there was goes back with its row; what was said since has one of its own."""
    twin = create_person(name="山田 花子", by=SYSTEM, now=now)
    db.session.commit()
    actions.begin(gym.id, twin.id, now=now)
    db.session.commit()
    made = merge(hanako.id, twin.id, {}, by=by, now=now)
    db.session.commit()
    bring(now, said("a", now))
    undo_merge(made.id, by=by, now=now)
    db.session.commit()
    assert (_waiting(hanako), _waiting(twin)) == (now, None)
    assert {one.person_id for one in open_tasks()} == {hanako.id}


def test_a_reply_stops_the_playbooks_that_say_so(
    gym: Studio, hanako: Person, bring: Bring, now: datetime
) -> None:
    run = _in_a_playbook(gym, hanako, now)
    later = now + timedelta(minutes=5)
    bring(later, said("考え中です", later))
    db.session.refresh(run)
    assert (run.ended_at, run.ended_why) == (later, REASONS[Stop.REPLIED])
    (message,) = [one for one in messages() if one.kind == Kind.AFTER_TRIAL]
    assert (message.state, message.reason) == (MessageState.CANCELLED, REASONS[Stop.REPLIED])


def test_what_was_said_before_the_event_stops_nothing(
    gym: Studio, hanako: Person, bring: Bring, now: datetime
) -> None:
    early = said("a", now - timedelta(days=1))
    run = _in_a_playbook(gym, hanako, now)
    bring(now + timedelta(minutes=5), early)
    db.session.refresh(run)
    assert run.ended_at is None


def test_a_playbook_without_the_rule_goes_on(
    gym: Studio, hanako: Person, bring: Bring, now: datetime
) -> None:
    run = _in_a_playbook(gym, hanako, now)
    playbook = db.session.get_one(Playbook, run.playbook_id)
    playbook.stops = [one for one in playbook.stops if one != Stop.REPLIED]
    db.session.commit()
    later = now + timedelta(minutes=5)
    bring(later, said("a", later))
    db.session.refresh(run)
    assert run.ended_at is None


def test_the_claim_asks_again_whether_they_replied(
    gym: Studio, hanako: Person, deliver: Callable[[datetime], object], now: datetime
) -> None:
    """The reply was kept, and the inbox has not heard of it: nothing goes out all the same."""
    _in_a_playbook(gym, hanako, now)
    db.session.add(
        ConversationEntry(
            studio_id=gym.id, road="line", direction="IN", kind="TEXT", person_id=hanako.id, external_id="x",
            said_at=now + timedelta(hours=1), received_at=now + timedelta(hours=1),
        )
    )  # fmt: skip
    db.session.commit()
    deliver(now + timedelta(days=2, hours=6))
    (message,) = [one for one in messages() if one.kind == Kind.AFTER_TRIAL]
    assert (message.state, message.reason) == (MessageState.CANCELLED, REASONS[Stop.REPLIED])


def _waiting(person: Person) -> datetime | None:
    query = select(Conversation).where(Conversation.person_id == person.id)
    found = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    return None if found is None else found.waiting_since


def _in_a_playbook(gym: Studio, person: Person, now: datetime) -> PlaybookRun:
    lead = capture_lead(person, studio_id=gym.id, source="web", by=SYSTEM, now=now)
    record_consent(
        person.id, Purpose.FOLLOW_UP, True, wording="v1", language="ja", source="test", by=SYSTEM, now=now
    )
    advance(lead, Stage.TRIALLED, by=SYSTEM, now=now)
    db.session.commit()
    reconcile_playbooks(now)
    db.session.commit()
    return db.session.scalars(select(PlaybookRun)).one()
