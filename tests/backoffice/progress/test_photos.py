"""Photos of a pose: only with consent, hidden once it is taken back, unreadable in the table, opened on record."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.files.actions import open_file
from backoffice.files.agreed import NoConsent, may_be_shown
from backoffice.files.models import Shelf, StoredFile
from backoffice.files.queries import files_of
from backoffice.merging.actions import merge
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.progress.models import Pose, ProgressPhoto
from backoffice.progress.photos import add_photo, open_photo, photos_of, remove_photo, restore_photo
from backoffice.studio.models import Studio
from tests.statements import statements

TODAY = date(2026, 11, 24)
PICTURE = b"\xff\xd8\xff jpeg of a back"


@pytest.fixture
def who(gym: Studio, by: Actor, now: datetime) -> Person:
    person = create_person(name="山田 花子", by=by, now=now)
    say(person, True, by, now)
    return person


@pytest.fixture
def photo(gym: Studio, who: Person, by: Actor, now: datetime) -> ProgressPhoto:
    return add_photo(gym, who.id, Pose.BACK, TODAY, PICTURE, by=by, now=now)


def say(person: Person, granted: bool, by: Actor, now: datetime) -> None:
    record_consent(
        person.id, Purpose.PHOTOS, granted, wording="photos", language="ja", source="test", by=by, now=now
    )
    db.session.flush()


def test_nobody_is_photographed_who_was_not_asked(gym: Studio, by: Actor, now: datetime) -> None:
    person = create_person(name="水野 蓮", by=by, now=now)
    assert not may_be_shown(person.id)
    with pytest.raises(NoConsent):
        add_photo(gym, person.id, Pose.FRONT, TODAY, PICTURE, by=by, now=now)
    assert db.session.scalars(select(StoredFile)).all() == []


def test_taken_back_they_are_hidden_at_once_and_given_again_they_are_there(
    gym: Studio, who: Person, photo: ProgressPhoto, by: Actor, now: datetime
) -> None:
    assert [(one.pose, one.day) for one in photos_of(gym.id, who.id)] == [("BACK", TODAY)]
    assert open_photo(gym.id, photo.id, by=by, now=now).content == PICTURE
    say(who, False, by, now)
    assert photos_of(gym.id, who.id) == []
    with pytest.raises(NoConsent):
        open_photo(gym.id, photo.id, by=by, now=now)
    with pytest.raises(NoConsent):
        add_photo(gym, who.id, Pose.FRONT, TODAY, PICTURE, by=by, now=now)
    say(who, True, by, now)
    assert len(photos_of(gym.id, who.id)) == 1


def test_the_table_holds_nothing_in_the_clear_and_each_opening_is_recorded(
    gym: Studio, photo: ProgressPhoto, by: Actor, now: datetime
) -> None:
    row = db.session.execute(text("select content, name from files")).one()
    assert b"jpeg" not in bytes(row.content)
    assert b"back" not in bytes(row.name)
    for _ in range(2):
        open_photo(gym.id, photo.id, by=by, now=now)
    told = select(AuditLine.action, AuditLine.person_id).where(AuditLine.subject_kind == "file")
    assert [tuple(line) for line in db.session.execute(told.order_by(AuditLine.id))] == [
        ("file.added", photo.person_id), ("file.opened", photo.person_id), ("file.opened", photo.person_id),
    ]  # fmt: skip


def test_no_page_of_papers_leads_to_it(
    gym: Studio, who: Person, photo: ProgressPhoto, by: Actor, now: datetime
) -> None:
    assert files_of(gym.id, who.id, Shelf.PAPERS, now=now) == []
    with pytest.raises(NotFound):
        open_file(gym.id, photo.file_id, Shelf.PAPERS, by=by, now=now)


def test_removed_and_back_within_thirty_days(
    gym: Studio, who: Person, photo: ProgressPhoto, by: Actor, now: datetime
) -> None:
    remove_photo(gym.id, photo.id, by=by, now=now)
    assert photos_of(gym.id, who.id) == []
    with pytest.raises(NotFound):
        open_photo(gym.id, photo.id, by=by, now=now)
    restore_photo(gym.id, photo.id, by=by, now=now)
    assert len(photos_of(gym.id, who.id)) == 1
    remove_photo(gym.id, photo.id, by=by, now=now)
    with pytest.raises(Invalid):
        restore_photo(gym.id, photo.id, by=by, now=now + timedelta(days=30))


def test_another_studio_and_a_day_to_come(
    gym: Studio, who: Person, photo: ProgressPhoto, by: Actor, now: datetime
) -> None:
    for do in (open_photo, remove_photo, restore_photo):
        with pytest.raises(NotFound):
            do(gym.id + 1, photo.id, by=by, now=now)
    assert photos_of(gym.id + 1, who.id) == []
    with pytest.raises(Invalid):
        add_photo(gym, who.id, Pose.FRONT, TODAY + timedelta(days=1), PICTURE, by=by, now=now)


def test_they_go_along_when_two_rows_become_one(
    gym: Studio, who: Person, photo: ProgressPhoto, by: Actor, now: datetime
) -> None:
    kept = create_person(name="山田 華子", by=by, now=now)
    merge(kept.id, who.id, {}, by=by, now=now)
    db.session.expire_all()
    assert [one.id for one in photos_of(gym.id, kept.id)] == [photo.id], "with the consent"
    assert open_photo(gym.id, photo.id, by=by, now=now).content == PICTURE


def test_a_list_is_two_statements_and_reads_no_picture(
    gym: Studio, who: Person, photo: ProgressPhoto
) -> None:
    with statements() as sent:
        photos_of(gym.id, who.id)
    assert len(sent) == 2
    assert "content" not in sent[1]
