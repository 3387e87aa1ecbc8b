"""Somebody is erased: no table says anything of them any more, and what has to stay is still counted."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from backoffice.all_models import metadata
from backoffice.billing.actions import Line, charge, credit, pay
from backoffice.billing.models import CreditWhy, LineKind, PaymentKind
from backoffice.bookings.models import Booking, Participant
from backoffice.clients.models import Client
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.erasure.actions import BeingSent, NotSettled, erase
from backoffice.erasure.models import Erasure
from backoffice.erasure.queries import counted, in_the_way
from backoffice.erasure.rows import ACCIDENTS_KEPT, erase_rows, forget_accidents, found, held
from backoffice.incidents.models import Incident, IncidentKind
from backoffice.leads.models import Lead
from backoffice.line.accounts import held_account
from backoffice.line.models import LineAccount, LineEvent
from backoffice.line.ties import tie, untie
from backoffice.memberships.models import Membership
from backoffice.merging.actions import merge, undo_merge
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.entries import ConversationEntry, EntryKind
from backoffice.messaging.models import Channel, Kind, Message, MessageState, Phase
from backoffice.messaging.outbox import queue_message
from backoffice.people.actions import add_note, create_person, recognise_or_create, record_consent
from backoffice.people.models import ERASED, Consent, Person, Purpose
from backoffice.people.queries import ERASED_PERSON, Erased, person
from backoffice.people.search import find_people
from backoffice.playbooks.models import PlaybookRun
from backoffice.studio.models import Studio
from backoffice.tickets.actions import Given, grant
from backoffice.todos.models import Todo
from backoffice.waiting.models import Wait
from tests.architecture.world import DAY, MARKS, World, make_world
from tests.backoffice.erasure.settling import settle

WHY = "本人の希望"
LINE_ID = "U" + "ab" * 16


@pytest.fixture
def world(gym: Studio, now: datetime) -> World:
    """A guest with a record of every kind."""
    made = make_world(gym, now)
    guest = person(int(str(made.ids["person_id"])))
    account = held_account(gym.id, LINE_ID, now=now)
    account.display_name = "秘密野"
    tie(account, guest.id, now=now)
    keep_said(
        gym.id, Channel.LINE, EntryKind.TEXT, external_id="9", said_at=now, now=now, body="だれにも見せない相談",
        person_id=guest.id, line_account_id=account.id,
    )  # fmt: skip
    db.session.add(
        LineEvent(
            studio_id=gym.id, webhook_event_id="e1", kind="message", user_id=account.user_id, happened_at=now,
            received_at=now, body='{"message": {"text": "秘密野です"}}', next_try_at=now,
        )
    )  # fmt: skip
    db.session.flush()
    return made


def guest_of(world: World) -> int:
    return int(str(world.ids["person_id"]))


def go(person_id: int, *, by: Actor, now: datetime, **changes: Any) -> Erasure:
    asked = {
        "typed": person(person_id).shown_name,
        "reason": WHY,
        "is_settled": True,
        "version": None,
        **changes,
    }
    return erase(person_id, by=by, now=now, **asked)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All tables as they are read, with what is encrypted opened."""
    db.session.flush()
    return {
        name: [tuple(row) for row in db.session.execute(select(table))]
        for name, table in metadata.tables.items()
    }


def test_no_table_says_anything_of_them(world: World, now: datetime, by: Actor) -> None:
    """Including LINE, the audit, files and what was typed about them; the words belong to nobody else here."""
    who = guest_of(world)
    settle(who)
    # What the world has of nobody in particular: a note without a person, a stranger on LINE.
    db.session.execute(text("delete from handover_notes where person_id is null"))
    db.session.execute(update(LineAccount).where(LineAccount.person_id.is_(None)).values(display_name=None))
    before = str(everything())
    marks = [mark for mark in (*MARKS, LINE_ID) if mark in before]
    assert len(marks) >= 6
    go(who, by=by, now=now)
    left = everything()
    # The books keep what was charged, as tax law wants it; of all words only those.
    assert [name for name, rows in left.items() if any(mark in str(rows) for mark in marks)] == [
        "invoice_lines"
    ]
    assert who not in {row.person_id for row in db.session.scalars(select(ConversationEntry))}
    assert find_people("秘密野") == []
    gone = db.session.get_one(Person, who)
    assert (gone.name, gone.erased_at, gone.archived_at) == (ERASED, now, now)


def test_what_stays_is_counted_as_before(world: World, now: datetime, by: Actor) -> None:
    who = guest_of(world)
    settle(who)
    stay = (
        "bookings",
        "participants",
        "leads",
        "stage_changes",
        "messages",
        "calls",
        "waits",
        "offers",
        "incidents",
    )
    before = everything()
    go(who, by=by, now=now)
    after = everything()
    assert {name: len(before[name]) for name in stay} == {name: len(after[name]) for name in stay}
    waits = db.session.scalars(select(Wait.state).where(Wait.person_id == who)).all()
    assert set(waits) == {"ENDED"}
    assert db.session.scalars(select(PlaybookRun.id).where(PlaybookRun.ended_at.is_(None))).all() == []
    live = select(Message.id).where(Message.person_id == who, Message.state.in_(["PLANNED", "CLAIMED"]))
    assert db.session.scalars(live).all() == []


def test_the_audit_says_who_erased_whom_and_nothing_else(world: World, now: datetime, by: Actor) -> None:
    who = guest_of(world)
    settle(who)
    go(who, by=by, now=now)
    lines = db.session.scalars(select(AuditLine).where(AuditLine.person_id == who)).all()
    assert {(str(line.before), str(line.after)) for line in lines} == {("{}", "{}")}
    last = max(lines, key=lambda line: line.id)
    assert (last.action, last.actor_label) == ("person.erased", by.label)
    erasure = db.session.scalars(select(Erasure)).one()
    assert (erasure.person_id, erasure.erased_by, erasure.reason) == (who, by.label, WHY)


def test_consents_stay_as_proof_only_of_what_may_still_be_asked(
    world: World, now: datetime, by: Actor
) -> None:
    who = guest_of(world)
    for purpose in Purpose:
        record_consent(who, purpose, True, wording="1", language="ja", source="web", by=by, now=now)
    settle(who)
    go(who, by=by, now=now)
    kept = set(db.session.scalars(select(Consent.purpose).where(Consent.person_id == who)))
    assert kept == {Purpose.TERMS, Purpose.FOLLOW_UP, Purpose.MARKETING}


def test_nothing_is_written_for_somebody_erased(world: World, gym: Studio, now: datetime, by: Actor) -> None:
    who = guest_of(world)
    settle(who)
    go(who, by=by, now=now)
    for write in (
        lambda: add_note(who, "メモ", by=by, now=now),
        lambda: db.session.execute(text(f"update person_notes set person_id = {who}")),
        lambda: queue_message(
            Kind.WELCOME, studio_id=gym.id, now=now, dedupe_key="late", send_at=now, expires_at=now, language="ja",
            person_id=who,
        ),
    ):  # fmt: skip
        add_note(int(str(world.ids["other_id"])), "別の人", by=by, now=now)
        with pytest.raises(DatabaseError) as caught, db.session.begin_nested():
            write()
        assert caught.value.orig.sqlstate == ERASED_PERSON  # type: ignore[union-attr]
    for change in ("kana = 'ヒミツ'", "search = '秘密野'", "birth_date = '1990-01-01'", "archived_at = null"):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(text(f"update people set {change} where id = {who}"))
    with pytest.raises(Erased):
        person(who)


def test_who_comes_again_is_somebody_new(world: World, now: datetime, by: Actor) -> None:
    who = guest_of(world)
    settle(who)
    go(who, by=by, now=now)
    again, is_new = recognise_or_create(name="秘密野 花子", phone="090-8765-4321", by=by, now=now)
    assert (is_new, again.id != who) == (True, True)


@pytest.mark.parametrize("left", ["bookings", "leads", "incidents", "tasks"])
def test_what_is_open_is_settled_first(world: World, now: datetime, by: Actor, left: str) -> None:
    who = guest_of(world)
    keys = {"bookings": Booking, "leads": Lead, "incidents": Incident, "tasks": Todo}
    reopened: dict[str, dict[str, Any]] = {
        "bookings": {"state": "BOOKED"}, "leads": {"closed_at": None}, "incidents": {"closed_at": None},
        "tasks": {"done_at": None},
    }  # fmt: skip
    open_before = getattr(in_the_way(found(who), day=DAY), left)
    settle(who)
    assert not in_the_way(found(who), day=DAY)
    db.session.execute(update(keys[left]).where(keys[left].id == open_before[0].id).values(reopened[left]))
    with pytest.raises(NotSettled):
        go(who, by=by, now=now)
    assert person(who).name == "秘密野 花子"


@pytest.mark.parametrize("left", ["memberships", "open_yen", "owed_yen", "tickets"])
def test_a_member_leaves_pays_and_uses_up_first(
    world: World, gym: Studio, now: datetime, by: Actor, left: str
) -> None:
    """The books name nobody afterwards, so nobody could be asked for what is open, nor be paid back."""
    who = guest_of(world)
    settle(who)
    if left == "memberships":
        db.session.execute(update(Membership).values(ends_on=DAY + timedelta(days=1)))
    elif left == "tickets":
        grant(who, Given(3, "回数券", "Pack", 9_900, DAY), studio_id=gym.id, by=by, now=now)
    else:
        line = Line(LineKind.OTHER, "相談", "", 5_000)
        invoice = charge(who, [line], studio_id=gym.id, due_on=DAY, by=by, now=now)
        if left == "owed_yen":
            pay(invoice, PaymentKind.CASH, 5_000, received_on=DAY, by=by, now=now)
            credit(invoice.id, why=CreditWhy.MISTAKE, reason="誤り", by=by, now=now)
    standing = in_the_way(found(who), day=DAY)
    assert (bool(standing), bool(getattr(standing, left))) == (True, True)
    with pytest.raises(NotSettled):
        go(who, by=by, now=now)
    if left == "open_yen":
        credit(invoice.id, why=CreditWhy.WAIVED, reason="免除", by=by, now=now)
        go(who, by=by, now=now)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"typed": "秘密野 太郎"}, Invalid, "typed"),
        ({"reason": " "}, Invalid, "reason"),
        ({"is_settled": False}, Invalid, "is_settled"),
        ({"version": 99}, Stale, None),
    ],
)
def test_the_confirmation_is_meant(
    world: World,
    gym: Studio,
    now: datetime,
    by: Actor,
    changes: dict[str, Any],
    refusal: type[Invalid],
    field: str | None,
) -> None:
    who = guest_of(world)
    (price_yen,) = db.session.scalars(select(Membership.price_yen)).all()
    settle(who)
    with pytest.raises(refusal) as caught:
        go(who, by=by, now=now, **changes)
    assert caught.value.field == field
    number = db.session.scalars(select(Client.member_number)).one()
    go(who, by=by, now=now, typed="秘密野　花子 ")
    kept = db.session.scalars(select(Client)).one()
    assert (kept.member_number, number > 0) == (-kept.id, True)
    assert db.session.scalars(select(Membership.price_yen)).all() == [price_yen]


def test_a_message_that_is_being_handed_over_is_waited_for(
    world: World, gym: Studio, now: datetime, by: Actor
) -> None:
    who = guest_of(world)
    settle(who)
    message = db.session.scalars(select(Message).where(Message.person_id == who)).first()
    assert message is not None
    message.state, message.phase = MessageState.CLAIMED, Phase.HANDED_OVER
    db.session.flush()
    lease = "update messages set lease_until = clock_timestamp() + interval '{}' where id = {}"
    db.session.execute(text(lease.format("1 minute", message.id)))
    with pytest.raises(BeingSent):
        go(who, by=by, now=now)
    db.session.execute(text(lease.format("-1 minute", message.id)))
    go(who, by=by, now=now)
    db.session.refresh(message)
    assert (message.state, message.lease_until) == (MessageState.UNKNOWN, None)


def test_a_row_merged_into_theirs_goes_with_them_and_cannot_come_back(
    world: World, now: datetime, by: Actor
) -> None:
    who = guest_of(world)
    twin = create_person(name="秘密野 はな子", phones=["09087654321"], by=by, now=now)
    deeper = create_person(name="ひみつの 花", by=by, now=now)
    merge(twin.id, deeper.id, {}, by=by, now=now)
    merged = merge(who, twin.id, {}, by=by, now=now).id
    settle(who)
    go(who, by=by, now=now)
    rows = db.session.scalars(select(Person).where(Person.id.in_([who, twin.id, deeper.id]))).all()
    assert [(row.name, row.erased_at) for row in rows] == [(ERASED, now)] * 3
    assert "秘密野" not in str(everything()["person_merges"])
    db.session.expunge_all()
    with pytest.raises(NotFound):
        undo_merge(merged, by=by, now=now)
    assert len(db.session.scalars(select(Erasure)).all()) == 3


def test_what_others_said_from_the_same_phone_stays_with_them(
    world: World, gym: Studio, now: datetime, by: Actor
) -> None:
    """A mother let go of the account, her daughter uses it now: each keeps what she said herself."""
    who, other = guest_of(world), int(str(world.ids["other_id"]))
    untie(who, by=by, now=now)
    account = db.session.scalars(select(LineAccount).where(LineAccount.user_id == LINE_ID)).one()
    tie(account, other, now=now)
    hers = keep_said(
        gym.id, Channel.LINE, EntryKind.TEXT, external_id="10", said_at=now, now=now, body="娘です",
        person_id=other, line_account_id=account.id,
    )  # fmt: skip
    settle(who)
    go(who, by=by, now=now)
    assert db.session.get_one(ConversationEntry, hers).body == "娘です"
    assert db.session.get_one(LineAccount, account.id).person_id == other
    assert (
        db.session.scalars(select(ConversationEntry.id).where(ConversationEntry.person_id == who)).all() == []
    )


def test_what_somebody_else_said_before_from_their_account_stays(
    world: World, gym: Studio, now: datetime, by: Actor
) -> None:
    who, other = guest_of(world), int(str(world.ids["other_id"]))
    account = db.session.scalars(select(LineAccount).where(LineAccount.user_id == LINE_ID)).one()
    theirs = keep_said(
        gym.id, Channel.LINE, EntryKind.TEXT, external_id="11", said_at=now, now=now, body="前の持ち主です",
        person_id=other, line_account_id=account.id,
    )  # fmt: skip
    settle(who)
    go(who, by=by, now=now)
    kept = db.session.get_one(ConversationEntry, theirs)
    assert (kept.body, kept.line_account_id) == ("前の持ち主です", None)
    assert LINE_ID not in str(everything())


def test_an_account_let_go_of_goes_too(world: World, now: datetime, by: Actor) -> None:
    who = guest_of(world)
    untie(who, by=by, now=now)
    settle(who)
    go(who, by=by, now=now)
    assert LINE_ID not in str(everything())


def test_the_report_of_an_accident_keeps_its_words_for_five_years(
    world: World, now: datetime, by: Actor
) -> None:
    who = guest_of(world)
    settle(who)
    incident = db.session.scalars(select(Incident).where(Incident.person_id == who)).one()
    incident.kind, incident.region = IncidentKind.ACCIDENT, "KNEE"
    go(who, by=by, now=now + timedelta(days=400))
    db.session.refresh(incident)
    assert incident.what == "だれにも見せないメモ"
    forget_accidents(now=incident.happened_at + ACCIDENTS_KEPT)
    db.session.refresh(incident)
    assert incident.what != ""
    forget_accidents(now=incident.happened_at + ACCIDENTS_KEPT + timedelta(days=1))
    db.session.refresh(incident)
    assert (incident.what, incident.outcome, incident.region) == ("", "", "")


def test_others_lose_nothing(world: World, gym: Studio, now: datetime, by: Actor) -> None:
    """Somebody with as many rows, beside the one who goes, is as before."""
    who = guest_of(world)
    other = create_person(name="残る 人", phones=["090-1111-2222"], mails=["stay@x.example"], by=by, now=now)
    add_note(other.id, "残るメモ", by=by, now=now)
    lead = db.session.scalars(select(Lead).where(Lead.person_id == who)).one()
    booking = db.session.get_one(Booking, int(str(world.ids["booking_id"])))
    db.session.add(Participant(booking_id=booking.id, person_id=other.id, position=2))
    settle(who)
    before = everything()
    go(who, by=by, now=now)
    after = everything()
    for name in ("person_notes", "person_phones", "person_mails"):
        mine = [row for row in before[name] if other.id in row]
        assert mine
        assert [row for row in after[name] if other.id in row] == mine
    assert person(other.id).name == "残る 人"
    assert lead.id in {row[0] for row in after["leads"]}


def test_the_preview_counts_what_goes_and_what_stays(world: World) -> None:
    goes, stays = counted(found(guest_of(world)))
    assert goes["person_notes"] == 1
    assert goes["conversation_entries"] == 3
    assert stays["participants"] == 3
    assert not set(goes) & set(stays)


def test_erasing_asks_as_many_statements_for_one_visit_as_for_many(world: World, now: datetime) -> None:
    """`held` looks twice, and each table is one statement."""
    theirs = held(guest_of(world))
    assert theirs == found(guest_of(world))
    assert theirs.user_ids == (LINE_ID,)
    erase_rows(theirs, now=now)
    assert [
        one for one in itertools.chain(*everything()["person_mails"]) if one == "himitsu@guest.example"
    ] == []
