"""A photo of a meal goes to the queue of CARE once, on the day it was sent, with both consents."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.care.models import CheckIn
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.core.errors import DomainError, NotFound
from backoffice.files.models import StoredFile
from backoffice.inbox.meal_photos import file_as_meal
from backoffice.messaging.entries import ConversationEntry, EntryFile, FileState
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.studio.models import Studio
from tests.line_chat import sent

SAID: dict[str, Any] = {"wording": "1", "language": "ja", "source": "test", "by": SYSTEM}


@pytest.fixture
def photo(gym: Studio, hanako: Person, bring: Callable[..., int], now: datetime) -> ConversationEntry:
    """Hanako, a member who agreed to everything, sent a photo late in the evening; it was fetched."""
    late = now + timedelta(hours=11, minutes=30)
    db.session.add(Client(person_id=hanako.id, member_number=1, joined_on=now.date(), created_at=now))
    for purpose in (Purpose.HEALTH, Purpose.PHOTOS):
        record_consent(hanako.id, purpose, True, now=now, **SAID)
    bring(late, sent({"type": "image", "contentProvider": {"type": "line"}}, late))
    file = db.session.scalars(select(EntryFile)).one()
    file.state, file.media_type, file.content, file.size = FileState.KEPT.value, "image/jpeg", b"jpeg", 4
    db.session.commit()
    return db.session.scalars(select(ConversationEntry)).one()


def test_it_is_filed_once_on_the_day_it_was_sent(
    gym: Studio, photo: ConversationEntry, by: Actor, now: datetime
) -> None:
    morning = now + timedelta(days=1)
    made = file_as_meal(gym, photo.id, by=by, now=morning)
    assert made is not None
    assert (made.day, made.seen_at, made.person_id) == (date(2026, 11, 24), None, photo.person_id)
    assert file_as_meal(gym, photo.id, by=by, now=morning) is None
    assert len(db.session.scalars(select(StoredFile)).all()) == 1
    assert len(db.session.scalars(select(CheckIn)).all()) == 1


@pytest.mark.parametrize("purpose", [Purpose.HEALTH, Purpose.PHOTOS])
def test_not_without_both_consents(
    gym: Studio, photo: ConversationEntry, by: Actor, now: datetime, purpose: Purpose
) -> None:
    assert photo.person_id is not None
    record_consent(photo.person_id, purpose, False, now=now, **SAID)
    with pytest.raises(DomainError):
        file_as_meal(gym, photo.id, by=by, now=now)


def test_only_photos_of_members(gym: Studio, photo: ConversationEntry, by: Actor, now: datetime) -> None:
    db.session.delete(db.session.scalars(select(Client)).one())
    with pytest.raises(DomainError, match="members"):
        file_as_meal(gym, photo.id, by=by, now=now)
    db.session.scalars(select(EntryFile)).one().media_type = "application/pdf"
    with pytest.raises(NotFound):
        file_as_meal(gym, photo.id, by=by, now=now)
