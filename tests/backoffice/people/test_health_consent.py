"""The one question about health data: the newest answer decides, for one person and inside any statement."""

from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import HealthTakenBack, check_health_kept, health_kept, is_health_kept
from backoffice.studio.models import Studio


def say(person: Person, granted: bool, by: Actor, now: datetime, purpose: Purpose = Purpose.HEALTH) -> None:
    record_consent(person.id, purpose, granted, wording="1", language="ja", source="test", by=by, now=now)


@pytest.mark.parametrize(
    ("answers", "kept"),
    [([], True), ([True], True), ([False], False), ([True, False], False), ([True, False, True], True)],
)
def test_the_newest_answer_decides_and_no_answer_is_no_withdrawal(
    gym: Studio, by: Actor, now: datetime, answers: list[bool], kept: bool
) -> None:
    person, other = (create_person(name=name, by=by, now=now) for name in ("山田 花子", "別人 太郎"))
    for granted in answers:
        say(person, granted, by, now)
        say(person, not granted, by, now, Purpose.PHOTOS)
        say(other, not granted, by, now)
    db.session.flush()
    assert is_health_kept(person.id) is kept
    found = db.session.scalars(select(Person.id).where(Person.id == person.id, health_kept(Person.id)))
    assert list(found) == ([person.id] if kept else [])
    if kept:
        check_health_kept(person.id)
    else:
        with pytest.raises(HealthTakenBack):
            check_health_kept(person.id)
