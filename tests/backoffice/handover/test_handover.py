"""Notes between shifts: open until noted, health for one trainer only, nothing of it in the audit."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Refused
from backoffice.handover.actions import acknowledge, open_again, read_health, write_note
from backoffice.handover.models import NoteKind
from backoffice.handover.queries import notes, number_open
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Purpose
from backoffice.people.queries import HealthTakenBack
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import TODAY, trainer
from tests.statements import statements

OTHER = Actor("staff", 99, "次の番 さん")


def test_a_note_waits_until_somebody_has_taken_note(gym: Studio, by: Actor, now: datetime) -> None:
    note = write_note(gym.id, "鍵は引き出しに", by=by, now=now)
    assert [row.body for row in notes(gym.id)] == ["鍵は引き出しに"]
    acknowledge(gym.id, note.id, own=None, reads_all=True, by=OTHER, now=now)
    acknowledge(gym.id, note.id, own=None, reads_all=True, by=by, now=now)
    assert note.done_by == OTHER.label, "the first stays"
    assert notes(gym.id) == []
    assert [row.done_by for row in notes(gym.id, with_done=True)] == [OTHER.label]
    open_again(gym.id, note.id, own=None, reads_all=True, by=by, now=now)
    assert len(notes(gym.id)) == 1


def test_health_goes_to_one_trainer_and_cannot_be_reread(gym: Studio, by: Actor, now: datetime) -> None:
    mori, okada = trainer(gym), trainer(gym, "okada")
    for nobody in (None, mori.id):  # who has no account could never open it
        with pytest.raises(Invalid) as refusal:
            write_note(gym.id, "ぎっくり腰", kind=NoteKind.HEALTH, trainer_id=nobody, by=by, now=now)
        assert refusal.value.field == "trainer_id"
    mori.staff_id = by.id
    note = write_note(gym.id, "ぎっくり腰", kind=NoteKind.HEALTH, trainer_id=mori.id, by=by, now=now)
    assert [row.body for row in notes(gym.id)] == [None], "no list carries it"
    for reader in (None, okada):
        with pytest.raises(Refused):
            read_health(gym.id, note.id, reader, by=by, now=now)
    assert read_health(gym.id, note.id, mori, by=by, now=now).body == "ぎっくり腰"
    lines = db.session.scalars(
        select(AuditLine).where(AuditLine.subject_kind == "handover").order_by(AuditLine.id)
    ).all()
    assert [line.action for line in lines] == ["handover.written", "handover.health_read"]
    assert not any("腰" in str(line.after) for line in lines)


def test_a_health_note_about_somebody_goes_with_their_consent(gym: Studio, by: Actor, now: datetime) -> None:
    mori, guest = trainer(gym), create_person(name="山田 花子", by=by, now=now)
    mori.staff_id = by.id
    about = {"kind": NoteKind.HEALTH, "trainer_id": mori.id, "person_id": guest.id, "by": by, "now": now}
    note = write_note(gym.id, "ぎっくり腰", **about)
    say = {"wording": "1", "language": "ja", "source": "desk", "by": by, "now": now}
    record_consent(guest.id, Purpose.HEALTH, False, **say)
    with pytest.raises(HealthTakenBack):
        read_health(gym.id, note.id, mori, by=by, now=now)
    with pytest.raises(HealthTakenBack):
        write_note(gym.id, "ぎっくり腰", **about)
    write_note(gym.id, "水筒をお返しする", person_id=guest.id, by=by, now=now)
    record_consent(guest.id, Purpose.HEALTH, True, **say)
    assert read_health(gym.id, note.id, mori, by=by, now=now).body == "ぎっくり腰"


def test_whom_a_note_is_for_and_how_many_wait(gym: Studio, by: Actor, now: datetime) -> None:
    mori, okada = trainer(gym), trainer(gym, "okada")
    write = {"by": by, "now": now}
    write_note(gym.id, "全員へ", **write)
    write_note(gym.id, "明日の番へ", day=TODAY + timedelta(days=1), **write)
    write_note(gym.id, "森さんへ", trainer_id=mori.id, **write)
    assert number_open(gym.id, TODAY) == 1
    assert number_open(gym.id, TODAY + timedelta(days=1)) == 2
    assert number_open(gym.id, TODAY, trainer_id=mori.id) == 2
    assert number_open(gym.id, TODAY, trainer_id=okada.id) == 1
    assert [row.body for row in notes(gym.id, reader=okada.id)] == ["明日の番へ", "全員へ"]


def test_about_a_person_and_odd_wishes(gym: Studio, by: Actor, now: datetime) -> None:
    who = create_person(name="山田 花子", by=by, now=now)
    write_note(gym.id, "水筒の忘れ物", kind=NoteKind.LOST_PROPERTY, person_id=who.id, by=by, now=now)
    assert [row.shown_name for row in notes(gym.id, person_id=who.id)] == ["山田 花子"]
    assert [row.shown_name for row in notes(gym.id, reader=trainer(gym).id)] == [""], (
        "not a trainer's business"
    )
    with pytest.raises(Invalid):
        write_note(gym.id, "  ", by=by, now=now)
    for wrong in ({"person_id": 9999}, {"trainer_id": 9999}):
        with pytest.raises(NotFound):
            write_note(gym.id, "x", **wrong, by=by, now=now)


def test_a_long_list_costs_one_statement(gym: Studio, by: Actor, now: datetime) -> None:
    for number in range(4):
        write_note(gym.id, f"メモ{number}", by=by, now=now)
    with statements() as sent:
        page = notes(gym.id, limit=2)
    assert len(sent) == 1
    assert [row.body for row in notes(gym.id, before=page[-1].id)] == ["メモ1", "メモ0"]
