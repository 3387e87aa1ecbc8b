"""CARE notes: due on their day, closed with an outcome only, unreadable in the table."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backoffice.care.models import CareNote, Outcome, Topic
from backoffice.care.notes import close_note, reopen_note, write_note
from backoffice.care.queries import due_notes, notes_of, replies_to
from backoffice.care.replies import reply
from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import HealthTakenBack
from tests.backoffice.bookings.conftest import Desk, desk_book  # noqa: F401 - a fixture
from tests.statements import statements

TODAY = date(2026, 11, 24)
ADVICE = "寝る1時間前からスマホを見ない"


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    """The desk, by a shorter name."""
    return desk_book


def write(desk: Desk, person: Person, due_on: date = TODAY, **changes: object) -> CareNote:
    sent: dict[str, object] = {"advice": ADVICE, "due_on": due_on, "by": desk.by, "now": desk.now}
    return write_note(desk.studio, person.id, Topic.SLEEP, **{**sent, **changes})  # type: ignore[arg-type]


def close(desk: Desk, note: CareNote, outcome: Outcome | None, **changes: object) -> CareNote:
    sent: dict[str, object] = {"version": note.version, "by": desk.by, "now": desk.now}
    return close_note(desk.studio.id, note.person_id, note.id, outcome, **{**sent, **changes})  # type: ignore[arg-type]


def answer_about_health(desk: Desk, person: Person, granted: bool, hours: int) -> None:
    record_consent(
        person.id, Purpose.HEALTH, granted, wording="1", language="ja", source="desk", by=desk.by,
        now=desk.now + timedelta(hours=hours),
    )  # fmt: skip


def test_notes_and_answers_close_with_the_consent_and_open_with_a_new_one(desk: Desk) -> None:
    person = desk.meet(mail="hanako@example.jp")
    known = {"by": desk.by, "now": desk.now}
    note = write(desk, person)
    reply(desk.studio, person.id, "お風呂でゆっくり", until=None, **known)
    answer_about_health(desk, person, True, 1)
    assert due_notes(person.id, TODAY) == notes_of(person.id) == [note]
    assert len(replies_to(person.id)) == 1
    answer_about_health(desk, person, False, 2)
    assert due_notes(person.id, TODAY) == notes_of(person.id) == []
    assert replies_to(person.id) == []
    answer_about_health(desk, person, True, 3)
    assert due_notes(person.id, TODAY) == notes_of(person.id) == [note]
    assert len(replies_to(person.id)) == 1


def test_nothing_is_written_once_the_consent_is_taken_back(desk: Desk) -> None:
    person = desk.meet(mail="hanako@example.jp")
    note = write(desk, person)
    answer_about_health(desk, person, False, 1)
    with pytest.raises(HealthTakenBack):
        write(desk, person)
    with pytest.raises(HealthTakenBack):
        close(desk, note, Outcome.KEPT)
    with pytest.raises(HealthTakenBack):
        reply(desk.studio, person.id, "お風呂でゆっくり", until=None, by=desk.by, now=desk.now)


def test_notes_are_due_on_their_day_and_after_it_the_oldest_first(desk: Desk) -> None:
    person = desk.meet()
    later, now, tomorrow = (write(desk, person, TODAY + timedelta(days=days)) for days in (3, 0, 1))
    write(desk, desk.meet())
    with statements() as seen:
        assert due_notes(person.id, TODAY) == [now]
    assert len(seen) == 1
    assert due_notes(person.id, TODAY + timedelta(days=9)) == [now, tomorrow, later]


def test_a_note_is_closed_with_an_outcome_and_with_nothing_else(desk: Desk) -> None:
    note = write(desk, desk.meet())
    with pytest.raises(Invalid):
        close(desk, note, None)
    assert due_notes(note.person_id, TODAY) == [note]
    close(desk, note, Outcome.PARTLY, words="週末だけできた")
    assert due_notes(note.person_id, TODAY) == []
    assert [(one.outcome, one.outcome_words) for one in notes_of(note.person_id)] == [
        ("PARTLY", "週末だけできた")
    ]


def test_the_database_knows_no_closed_note_without_an_outcome(desk: Desk) -> None:
    note = write(desk, desk.meet())
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(
            text("update care_notes set closed_at = :at where id = :id"), {"at": desk.now, "id": note.id}
        )


def test_of_two_outcomes_the_first_stays_until_it_is_taken_back(desk: Desk) -> None:
    note = write(desk, desk.meet())
    seen = note.version
    close(desk, note, Outcome.KEPT)
    with pytest.raises(Stale):
        close(desk, note, Outcome.NOT, version=seen)
    assert note.outcome == Outcome.KEPT
    reopen_note(desk.studio.id, note.person_id, note.id, by=desk.by, now=desk.now)
    assert due_notes(note.person_id, TODAY) == [note]


def test_another_persons_note_is_not_found(desk: Desk) -> None:
    note, other = write(desk, desk.meet()), desk.meet()
    known = {"by": desk.by, "now": desk.now}
    with pytest.raises(NotFound):
        close_note(desk.studio.id, other.id, note.id, Outcome.KEPT, version=note.version, **known)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        reopen_note(desk.studio.id, other.id, note.id, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"advice": " \n "}, {"due_on": TODAY - timedelta(days=1)}])
def test_a_note_needs_advice_and_a_day_to_come(desk: Desk, changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        write(desk, desk.meet(), **changes)  # type: ignore[arg-type]


def test_neither_the_table_nor_the_audit_holds_the_words(desk: Desk) -> None:
    note = write(desk, desk.meet(), noticed="眠りが浅い", target="7時間")
    close(desk, note, Outcome.NOT, words="夜勤だった")
    row = db.session.execute(text("select * from care_notes where id = :id"), {"id": note.id}).one()
    audit = db.session.scalars(select(AuditLine).where(AuditLine.subject_kind == "care_note")).all()
    kept = " ".join(
        bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else str(value)
        for value in row
    )
    kept += " ".join(f"{line.before} {line.after}" for line in audit)
    assert len(audit) == 2
    for words in (ADVICE, "眠りが浅い", "7時間", "夜勤だった"):
        assert words not in kept
        assert words.encode().decode("latin-1") not in kept
