"""Changing keys: everything readable is written anew, nothing unreadable is touched, and the loss is said."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select, type_coerce

from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.config import Settings
from backoffice.core.crypto import use_keys
from backoffice.core.db import db
from backoffice.core.rekeying import Renewal, encrypted_columns, renew_all, unreadable
from backoffice.health import Level, check_keys
from backoffice.people.actions import add_note, create_person
from backoffice.people.models import PersonNote
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.tickets.actions import Given, grant
from backoffice.tickets.models import TicketEntry
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
NEW = Fernet.generate_key().decode()
NOTE = "朝は少し腰が重いそうです"


@pytest.fixture
def keys(settings: Settings) -> Iterator[list[str]]:
    """The keys of the tests, used again afterwards."""
    yield list(settings.encryption_keys)
    use_keys(list(settings.encryption_keys))


@pytest.fixture
def note(gym: Studio, now: datetime) -> PersonNote:
    """A note written under the old key."""
    person = create_person(
        name="鍵山 歩", kana="かぎやま あゆみ", phones=["09011119999"], mails=[], by=SYSTEM, now=now
    )
    return add_note(person.id, NOTE, by=SYSTEM, now=now)


def stored(note: PersonNote) -> bytes:
    """What lies in the table."""
    query = select(type_coerce(PersonNote.body, LargeBinary)).where(PersonNote.id == note.id)
    return bytes(db.session.scalars(query).one())


def read(note: PersonNote) -> str:
    """The note as the product reads it."""
    db.session.expire_all()
    return db.session.scalars(select(PersonNote.body).where(PersonNote.id == note.id)).one()


def test_everything_is_written_anew_and_the_old_key_is_not_needed_any_more(
    note: PersonNote, keys: list[str]
) -> None:
    before = stored(note)
    use_keys([NEW, *keys])
    assert dict(renew_all())["person_notes"] == Renewal(renewed=1)
    assert stored(note) != before
    use_keys([NEW])
    assert read(note) == NOTE
    assert unreadable() == {}


def test_a_typed_word_in_the_ledger_of_tickets_is_written_anew(
    note: PersonNote, gym: Studio, keys: list[str], now: datetime
) -> None:
    given = Given(1, "おまけ", "A gift", 0, local_date(now, gym.zone), None)
    grant(note.person_id, given, studio_id=gym.id, note="お詫びに一回", by=SYSTEM, now=now)
    use_keys([NEW, *keys])
    assert dict(renew_all())["ticket_entries"] == Renewal(renewed=1)
    use_keys([NEW])
    db.session.expire_all()
    assert db.session.scalars(select(TicketEntry.note)).one() == "お詫びに一回"


def test_a_second_run_writes_nothing(note: PersonNote, keys: list[str]) -> None:
    use_keys([NEW, *keys])
    list(renew_all())
    after = stored(note)
    assert dict(renew_all())["person_notes"] == Renewal(newest=1)
    assert stored(note) == after


def test_what_no_key_opens_is_counted_and_left_as_it_is(note: PersonNote, keys: list[str]) -> None:
    before = stored(note)
    use_keys([NEW])
    assert dict(renew_all())["person_notes"] == Renewal(lost=1)
    assert stored(note) == before
    use_keys(keys)
    assert read(note) == NOTE


def test_the_doctor_names_the_tables_of_a_lost_key(note: PersonNote, keys: list[str]) -> None:
    assert [one.level for one in check_keys()] == [Level.OK]
    use_keys([NEW])
    [check] = check_keys()
    assert check.level is Level.DOWN
    assert "person_notes" in check.found
    assert "ENCRYPTION_KEYS" in check.advice


def test_the_doctor_counts_older_texts_under_newer_ones_that_open(
    note: PersonNote, keys: list[str], now: datetime
) -> None:
    add_note(note.person_id, "もう一つ", by=SYSTEM, now=now)
    use_keys([NEW])
    add_note(note.person_id, "新しい鍵で書いたメモ", by=SYSTEM, now=now)
    assert unreadable()["person_notes"] == 2
    [check] = check_keys()
    assert (check.level, "2 in person_notes" in check.found) == (Level.DOWN, True)


def test_a_page_says_in_a_sentence_that_the_key_is_missing(
    note: PersonNote, keys: list[str], sign_in: SignIn
) -> None:
    client = sign_in(Role.FRONT_DESK)
    use_keys([NEW])
    page = client.get(f"/people/{note.person_id}")
    assert page.status_code == 500
    assert "ENCRYPTION_KEYS" in page.text
    assert NOTE not in page.text


def test_many_rows_are_taken_in_batches(note: PersonNote, keys: list[str], now: datetime) -> None:
    for number in range(120):
        add_note(note.person_id, f"メモ {number}", by=SYSTEM, now=now)
    use_keys([NEW, *keys])
    assert dict(renew_all())["person_notes"] == Renewal(renewed=121)


def test_each_encrypted_table_can_be_walked_by_its_id() -> None:
    found = encrypted_columns()
    assert {"people", "person_notes", "screenings", "files", "messages"} <= {one.name for one in found}
    assert all([column.name for column in table.primary_key] == ["id"] for table in found)
