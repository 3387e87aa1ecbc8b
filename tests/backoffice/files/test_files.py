"""Files are kept unreadable, opened on record, deleted with a way back, and forgotten in the end."""

from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import select, text, update

from backoffice.core import crypto
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, UndecryptableError
from backoffice.files import actions
from backoffice.files.actions import add_file, archive_file, forget_files, open_file, restore_file
from backoffice.files.models import MediaType, Shelf, StoredFile
from backoffice.files.queries import files_of
from backoffice.files.reading import ReadyFile
from backoffice.merging.actions import merge
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.queries import MergedAway
from backoffice.studio.models import Studio
from tests.statements import statements

PDF = ReadyFile("診断書.pdf", MediaType.PDF, b"%PDF-1.7 lumbago")
DAYS = timedelta(days=1)


@pytest.fixture
def who(gym: Studio, by: Actor, now: datetime) -> Person:
    return create_person(name="山田 花子", by=by, now=now)


@pytest.fixture
def file(gym: Studio, who: Person, by: Actor, now: datetime) -> StoredFile:
    return add_file(gym.id, who.id, Shelf.PAPERS, PDF, by=by, now=now)


def content(gym: Studio, file: StoredFile, by: Actor, now: datetime) -> bytes | None:
    return open_file(gym.id, file.id, Shelf.PAPERS, by=by, now=now).content


def test_the_table_holds_neither_content_nor_name_in_the_clear(
    gym: Studio, file: StoredFile, by: Actor, now: datetime
) -> None:
    row = db.session.execute(text("select * from files")).one()
    raw = b"".join(bytes(value) for value in row if isinstance(value, bytes | memoryview))
    assert len(raw) > len(PDF.content)
    for clear in (b"%PDF", b"lumbago", "診断書".encode()):
        assert clear not in raw
    assert content(gym, file, by, now) == PDF.content


def test_an_older_key_still_opens_and_a_lost_one_is_told(
    gym: Studio, file: StoredFile, by: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert crypto._keys is not None
    old, new = crypto._keys._fernets, Fernet(Fernet.generate_key())
    monkeypatch.setattr(crypto, "_keys", MultiFernet([new, *old]))
    assert content(gym, file, by, now) == PDF.content
    later = add_file(gym.id, file.person_id, Shelf.PAPERS, PDF, by=by, now=now)
    monkeypatch.setattr(crypto, "_keys", MultiFernet([new]))
    db.session.expire_all()
    assert content(gym, later, by, now) == PDF.content, "the newest key encrypts"
    with pytest.raises(UndecryptableError):
        content(gym, file, by, now)


def test_who_did_what_is_recorded_without_the_name(
    gym: Studio, file: StoredFile, by: Actor, now: datetime
) -> None:
    content(gym, file, by, now)
    for _ in range(2):
        archive_file(gym.id, file.id, Shelf.PAPERS, by=by, now=now)
    for _ in range(2):
        restore_file(gym.id, file.id, Shelf.PAPERS, by=by, now=now)
    lines = db.session.scalars(
        select(AuditLine).where(AuditLine.subject_kind == "file").order_by(AuditLine.id)
    ).all()
    assert [line.action for line in lines] == ["file.added", "file.opened", "file.deleted", "file.restored"]
    assert {line.person_id for line in lines} == {file.person_id}
    assert "診断書" not in str([(line.before, line.after) for line in lines])


def test_deleted_is_gone_from_sight_recoverable_for_thirty_days_and_then_forgotten(
    gym: Studio, file: StoredFile, by: Actor, now: datetime
) -> None:
    archive_file(gym.id, file.id, Shelf.PAPERS, by=by, now=now)
    with pytest.raises(NotFound):
        content(gym, file, by, now)
    forget_files(now=now + 29 * DAYS)
    listed = files_of(gym.id, file.person_id, Shelf.PAPERS, now=now + 29 * DAYS)
    assert [(row.name, row.archived_at) for row in listed] == [(PDF.name, now)]
    restore_file(gym.id, file.id, Shelf.PAPERS, by=by, now=now + 29 * DAYS)
    assert content(gym, file, by, now) == PDF.content
    archive_file(gym.id, file.id, Shelf.PAPERS, by=by, now=now)
    assert files_of(gym.id, file.person_id, Shelf.PAPERS, now=now + 30 * DAYS) == []
    with pytest.raises(Invalid):
        restore_file(gym.id, file.id, Shelf.PAPERS, by=by, now=now + 30 * DAYS)
    forget_files(now=now + 30 * DAYS)
    db.session.expire_all()
    assert db.session.scalars(select(StoredFile.content.is_(None))).all() == [True]
    assert file.name == ""


def test_another_studio_and_another_shelf_know_nothing_of_it(
    gym: Studio, file: StoredFile, by: Actor, now: datetime
) -> None:
    for do in (open_file, archive_file, restore_file):
        with pytest.raises(NotFound):
            do(gym.id + 1, file.id, Shelf.PAPERS, by=by, now=now)
    assert files_of(gym.id + 1, file.person_id, Shelf.PAPERS, now=now) == []
    db.session.execute(update(StoredFile).values(shelf="OTHER"))
    db.session.expire_all()
    for do in (open_file, archive_file, restore_file):
        with pytest.raises(NotFound):
            do(gym.id, file.id, Shelf.PAPERS, by=by, now=now)
    assert files_of(gym.id, file.person_id, Shelf.PAPERS, now=now) == []


def test_a_shelf_has_an_end(
    gym: Studio, who: Person, by: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_FILES", 2)
    first, _ = (add_file(gym.id, who.id, Shelf.PAPERS, PDF, by=by, now=now) for _ in range(2))
    with pytest.raises(Invalid):
        add_file(gym.id, who.id, Shelf.PAPERS, PDF, by=by, now=now)
    archive_file(gym.id, first.id, Shelf.PAPERS, by=by, now=now)
    assert add_file(gym.id, who.id, Shelf.PAPERS, PDF, by=by, now=now)


def test_files_go_along_when_two_rows_become_one(
    gym: Studio, file: StoredFile, by: Actor, now: datetime
) -> None:
    kept = create_person(name="山田 華子", by=by, now=now)
    merge(kept.id, file.person_id, {}, by=by, now=now)
    assert [row.id for row in files_of(gym.id, kept.id, Shelf.PAPERS, now=now)] == [file.id]
    dropped = db.session.scalars(select(Person.id).where(Person.archived_at.is_not(None))).one()
    with pytest.raises(MergedAway):
        add_file(gym.id, dropped, Shelf.PAPERS, PDF, by=by, now=now)


def test_a_list_is_one_statement_and_carries_no_content(gym: Studio, file: StoredFile, now: datetime) -> None:
    with statements() as sent:
        files_of(gym.id, file.person_id, Shelf.PAPERS, now=now)
    assert len(sent) == 1
    assert "files.content," not in sent[0].partition("FROM")[0]
