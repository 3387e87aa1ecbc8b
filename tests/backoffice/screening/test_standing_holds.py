"""What a decision was about: no consent taken back, merge or new sheet lifts what a trainer has to decide."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backoffice.clients.limits import Limit
from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.merging.actions import merge, undo_merge
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.screening.models import Verdict
from backoffice.screening.queries import decisions_of, standing
from backoffice.screening.standing import Light, Standing
from tests.backoffice.bookings.conftest import Desk, desk_book  # noqa: F401 - a fixture
from tests.backoffice.screening.test_screening import answer, judge, light


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    """The desk, by a shorter name."""
    return desk_book


def withdraw(desk: Desk, person: Person) -> None:
    record_consent(
        person.id, Purpose.HEALTH, False, wording="v1", language="ja", source="test", by=desk.by, now=desk.now
    )


@pytest.mark.parametrize("verdict", [Verdict.CLEAR, Verdict.LIMITS])
def test_a_decision_on_a_sheet_ends_with_the_consent(desk: Desk, verdict: Verdict) -> None:
    person = desk.meet()
    answer(desk, person, "joints")
    judge(desk, person, verdict, Limit.KNEE)
    withdraw(desk, person)
    assert light(desk, person) == Light.NONE, "the page promises that a trainer asks again"
    judge(desk, person, Verdict.CLEAR)
    assert light(desk, person) == Light.CLEAR, "asked in person, for today"


def test_a_decision_made_in_person_ends_with_the_consent_as_well(desk: Desk) -> None:
    person, later = desk.meet(), desk.now + timedelta(minutes=5)
    judge(desk, person, Verdict.LIMITS, Limit.KNEE)
    assert light(desk, person) == Light.LIMITED
    record_consent(
        person.id, Purpose.HEALTH, False, wording="v1", language="ja", source="test", by=desk.by, now=later
    )
    assert standing(desk.studio, person.id, now=later) == Standing(Light.NONE), (
        "the gate closes, no limit is told"
    )
    assert decisions_of(person.id, now=later) == []
    judge(desk, person, Verdict.LIMITS, Limit.ANKLE, now=later + timedelta(minutes=5))
    assert light(desk, person, at=later + timedelta(minutes=5)) == Light.LIMITED, "asked again, for today"
    record_consent(
        person.id, Purpose.HEALTH, True, wording="v1", language="ja", source="test", by=desk.by, now=later
    )
    assert len(decisions_of(person.id, now=later + timedelta(days=9))) == 2


@pytest.mark.parametrize("verdict", [Verdict.LIMITS, Verdict.DOCTOR])
def test_nobody_lifts_a_decision_by_answering_again(desk: Desk, verdict: Verdict) -> None:
    person = desk.meet()
    answer(desk, person, "heart")
    judge(desk, person, verdict, Limit.BLOOD_PRESSURE)
    answer(desk, person, now=desk.now + timedelta(minutes=5))
    assert light(desk, person) == Light.OPEN
    judge(desk, person, Verdict.CLEAR)
    answer(desk, person, now=desk.now + timedelta(minutes=9))
    assert light(desk, person) == Light.CLEAR


def test_an_open_yes_stays_open_when_the_next_sheet_says_no(desk: Desk) -> None:
    person = desk.meet()
    answer(desk, person, "chest")
    answer(desk, person)
    assert light(desk, person) == Light.OPEN
    judge(desk, person, Verdict.CLEAR)
    answer(desk, person)
    assert light(desk, person) == Light.CLEAR


def test_a_decision_on_the_sheet_of_one_entry_says_nothing_of_the_others(desk: Desk) -> None:
    """The same human twice: a trainer decided on the older sheet without having seen the newer one."""
    kept, dropped = desk.meet("山田 花子"), desk.meet("山田 花子")
    answer(desk, kept, "joints")
    answer(desk, dropped, "heart")
    later = desk.now + timedelta(hours=1)
    judge(desk, kept, Verdict.CLEAR, now=later)
    made = merge(kept.id, dropped.id, {}, by=desk.by, now=later)
    assert light(desk, kept, at=later) == Light.OPEN
    judge(desk, kept, Verdict.CLEAR, now=later)
    assert light(desk, kept, at=later) == Light.CLEAR
    undo_merge(made.id, by=desk.by, now=later)
    assert light(desk, dropped, at=later) == Light.OPEN
    assert light(desk, kept, at=later) == Light.OPEN, "the last word was about a sheet that is not theirs"


def test_the_history_does_not_say_what_is_limited(desk: Desk) -> None:
    """The limits name conditions (pregnancy, blood pressure); managers read the history and see the light alone."""
    person = desk.meet()
    judge(desk, person, Verdict.LIMITS, Limit.PREGNANCY)
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "screening.decided")).one()
    assert "pregnancy" not in f"{line.before}{line.after}"
