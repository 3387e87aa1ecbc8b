"""The record of a client: unreadable in the table, saved without losing a word, kept through a merge."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from backoffice.clients.models import ClientRecord, Wish
from backoffice.clients.records import HEALTH_TEXTS, TEXTS, note_reading, record_of, save_record
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Stale
from backoffice.merging.actions import CHANGED, CannotMerge, merge, undo_merge
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import HealthTakenBack, MergedAway
from backoffice.studio.models import Studio
from tests.statements import statements

GOALS, PEANUTS = "階段を楽に上りたい", "ピーナッツで息が苦しくなる"


@pytest.fixture
def guest(gym: Studio, by: Actor, now: datetime) -> Person:
    """A trial guest, who is no member yet."""
    return create_person(name="山田 花子", by=by, now=now)


def test_nothing_of_it_stands_in_the_table_or_the_audit(guest: Person, by: Actor, now: datetime) -> None:
    typed = {name: f"{name} {PEANUTS}" for name in TEXTS}
    save_record(guest.id, typed, {Wish.QUIET}, version=0, by=by, now=now)
    stored = db.session.execute(text("select * from client_records")).mappings().one()
    for name in TEXTS:
        assert PEANUTS.encode() not in bytes(stored[name])
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "record.saved")).one()
    assert set(line.after) == {*TEXTS, "wishes"}
    assert PEANUTS not in str(line.after)
    assert record_of(guest.id).texts["allergies"] == f"allergies {PEANUTS}"


def test_what_is_about_health_closes_with_the_consent_whom_to_call_stays(
    guest: Person, by: Actor, now: datetime
) -> None:
    typed = {name: name for name in TEXTS}
    saved = save_record(guest.id, typed, {Wish.QUIET}, version=0, by=by, now=now)
    for granted, hours in ((False, 1), (True, 2)):
        record_consent(
            guest.id, Purpose.HEALTH, granted, wording="1", language="ja", source="desk", by=by,
            now=now + timedelta(hours=hours),
        )  # fmt: skip
        left = note_reading(guest.id, by=by, now=now)
        assert left.texts == {name: "" if name in HEALTH_TEXTS and not granted else name for name in TEXTS}
        assert (left.wishes, left.version) == (("QUIET",), saved.version)
        if not granted:
            with pytest.raises(HealthTakenBack):
                save_record(guest.id, typed, (), version=saved.version, by=by, now=now)
    later = now + timedelta(hours=3)
    save_record(guest.id, {**typed, "goals": GOALS}, (), version=saved.version, by=by, now=later)
    assert record_of(guest.id).texts == {**typed, "goals": GOALS}


def test_of_two_who_save_the_second_is_told_and_nothing_is_lost(
    guest: Person, by: Actor, now: datetime
) -> None:
    known = {"by": by, "now": now}
    first = save_record(guest.id, {"goals": GOALS}, (), version=0, **known)
    with pytest.raises(Stale) as refusal:
        save_record(guest.id, {"goals": "別の目標"}, (), version=0, **known)
    assert refusal.value.params["current"] == first.version
    assert record_of(guest.id).texts["goals"] == GOALS
    again = save_record(guest.id, {"goals": GOALS}, (), version=0, **known)
    assert again.version == first.version, "sent twice it is the same"
    second = save_record(guest.id, {"goals": "別の目標"}, (), version=first.version, **known)
    assert second.version > first.version


def test_after_a_merge_both_are_read_as_one_and_taken_back_only_while_untouched(
    guest: Person, by: Actor, now: datetime
) -> None:
    known = {"by": by, "now": now}
    twin = create_person(name="山田 はなこ", **known)
    save_record(guest.id, {"goals": GOALS}, {Wish.QUIET}, version=0, **known)
    later = {"by": by, "now": now + timedelta(hours=1)}
    save_record(twin.id, {"goals": GOALS, "allergies": PEANUTS}, {Wish.MUSIC}, version=0, **later)
    made = merge(guest.id, twin.id, {}, **known)
    both = record_of(guest.id)
    assert both.texts["goals"] == GOALS
    assert both.texts["allergies"] == PEANUTS, "an allergy of either is an allergy"
    assert both.wishes == (Wish.QUIET, Wish.MUSIC)
    with pytest.raises(MergedAway):
        save_record(twin.id, {"goals": "x"}, (), version=None, **known)
    undo_merge(made.id, **known)
    assert [record_of(one.id).texts["allergies"] for one in (guest, twin)] == ["", PEANUTS]
    made = merge(guest.id, twin.id, {}, **known)
    both = record_of(guest.id)
    saved = save_record(guest.id, {**both.texts, "history": "テニス"}, (), version=both.version, **known)
    assert saved.texts["allergies"] == PEANUTS
    assert db.session.query(ClientRecord).count() == 1
    with pytest.raises(CannotMerge, match=CHANGED):
        undo_merge(made.id, **known)


def test_each_reading_of_something_is_recorded(guest: Person, by: Actor, now: datetime) -> None:
    assert note_reading(guest.id, by=by, now=now).is_empty
    save_record(guest.id, {"goals": GOALS}, (), version=0, by=by, now=now)
    note_reading(guest.id, by=by, now=now)
    lines = db.session.scalars(
        select(AuditLine.action).where(AuditLine.person_id == guest.id).order_by(AuditLine.id)
    ).all()
    assert [one for one in lines if one.startswith("record.")] == ["record.saved", "record.opened"]


def test_read_in_one_statement(guest: Person, by: Actor, now: datetime) -> None:
    save_record(guest.id, {"goals": GOALS}, (), version=0, by=by, now=now)
    with statements() as sent:
        record_of(guest.id)
    assert len(sent) == 1
