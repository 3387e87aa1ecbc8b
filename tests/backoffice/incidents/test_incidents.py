"""Reports: unreadable in the table, open until an outcome is written, read by the writer and by those who settle."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backoffice.clients.regions import Region
from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.exercises.models import Exercise
from backoffice.incidents.actions import (
    Report,
    close_incident,
    read_incident,
    reopen_incident,
    report_incident,
)
from backoffice.incidents.models import Incident, IncidentKind
from backoffice.incidents.queries import guests_lately, incidents, incidents_of, number_open
from backoffice.merging.actions import merge
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Purpose
from backoffice.people.queries import MergedAway
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, visit
from tests.statements import statements

OTHER = Actor("staff", 999_999, "別の人")
TOLD = "ダンベルを足に落としかけた"
TODAY = date(2026, 11, 24)


def reported(gym: Studio, by: Actor, now: datetime, **more: Any) -> Incident:
    given = {"kind": IncidentKind.NEAR_MISS, "happened_at": now, "what": TOLD, **more}
    return report_incident(gym, Report(**given), by=by, now=now)


def test_nothing_told_stands_in_the_table_or_the_audit(gym: Studio, by: Actor, now: datetime) -> None:
    more = {
        "exercise": TOLD,
        "action": TOLD,
        "follow_up": TOLD,
        "follow_up_due": TODAY,
        "region": Region.ANKLE,
    }
    made = reported(gym, by, now, **more)
    close_incident(gym.id, made.id, TOLD, version=1, by=by, now=now)
    stored = db.session.execute(text("select * from incidents")).mappings().one()
    for name in ("what", "exercise", "action", "follow_up", "outcome"):
        assert TOLD.encode() not in bytes(stored[name])
    lines = db.session.scalars(
        select(AuditLine).where(AuditLine.subject_kind == "incident").order_by(AuditLine.id)
    ).all()
    assert [line.action for line in lines] == ["incident.reported", "incident.finished"]
    assert TOLD not in str([line.after for line in lines])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"what": " "}, "what"),
        ({"happened_at": datetime.fromisoformat("2026-11-24T03:06:00Z")}, "day"),
        ({"happened_at": datetime.fromisoformat("2025-11-20T03:00:00Z")}, "day"),
        ({"follow_up_due": TODAY}, "follow_up"),
        ({"follow_up": "見る", "follow_up_due": TODAY - timedelta(days=1)}, "follow_up_due"),
    ],
)
def test_refused_are_reports_that_say_nothing_or_cannot_be(
    gym: Studio, by: Actor, now: datetime, wrong: Mapping[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        reported(gym, by, now, **wrong)
    assert refusal.value.field == field


def test_it_waits_until_somebody_writes_what_came_of_it(gym: Studio, by: Actor, now: datetime) -> None:
    made = reported(gym, by, now)
    assert number_open(gym.id) == 1
    with pytest.raises(Invalid):
        close_incident(gym.id, made.id, " ", version=1, by=by, now=now)
    close_incident(gym.id, made.id, "棚を低くした", version=1, by=by, now=now)
    with pytest.raises(Stale):
        close_incident(gym.id, made.id, "二度目", version=1, by=by, now=now)
    assert incidents(gym.id) == []
    for _ in range(2):
        reopen_incident(gym.id, made.id, by=by, now=now)
    assert (made.outcome, made.version, number_open(gym.id)) == ("棚を低くした", 3, 1)


@pytest.mark.parametrize("broken", [{"closed_at": text("written_at")}, {"follow_up_due": TODAY}])
def test_the_database_refuses_what_is_half(
    gym: Studio, by: Actor, now: datetime, broken: dict[str, Any]
) -> None:
    made = reported(gym, by, now)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(
            Incident.__table__.update().where(Incident.id == made.id).values(broken)  # type: ignore[attr-defined]
        )


def test_read_by_the_writer_and_recorded_for_those_who_read_all(
    gym: Studio, by: Actor, now: datetime
) -> None:
    made = reported(gym, by, now)
    assert read_incident(gym.id, made.id, reads_all=False, by=by, now=now).what == TOLD
    for nobody in (OTHER, Actor("link", by.id, "x")):
        with pytest.raises(NotFound):
            read_incident(gym.id, made.id, reads_all=False, by=nobody, now=now)
    read_incident(gym.id, made.id, reads_all=True, by=OTHER, now=now)
    opened = db.session.scalars(select(AuditLine).where(AuditLine.action == "incident.opened")).all()
    assert [line.actor_id for line in opened] == [OTHER.id]
    with pytest.raises(NotFound):
        read_incident(gym.id + 1, made.id, reads_all=True, by=by, now=now)


def test_due_first_own_only_page_by_page_in_one_statement(gym: Studio, by: Actor, now: datetime) -> None:
    first = reported(gym, by, now).id
    due = reported(gym, SYSTEM, now, follow_up="見る", follow_up_due=TODAY).id
    last = reported(gym, SYSTEM, now).id
    with statements() as sent:
        assert [row.id for row in incidents(gym.id)] == [due, last, first]
    assert len(sent) == 1
    assert [row.id for row in incidents(gym.id, written_by=by.id)] == [first]
    assert [row.id for row in incidents(gym.id, with_closed=True, before=last)] == [due, first]
    assert incidents(gym.id + 1) == []


def test_a_name_of_the_library_is_recognised(gym: Studio, by: Actor, now: datetime) -> None:
    entry = db.session.scalars(select(Exercise).where(Exercise.studio_id == gym.id)).first()
    assert entry is not None
    assert reported(gym, by, now, exercise=f" {entry.name_ja} ").exercise_id == entry.id
    assert reported(gym, by, now, exercise="ないもの").exercise_id is None


def test_of_a_guest_and_along_with_a_merge(gym: Studio, by: Actor, now: datetime) -> None:
    one, twin = (create_person(name=name, by=by, now=now) for name in ("山田 花子", "山田 はなこ"))
    made = reported(gym, by, now, person_id=twin.id)
    merge(one.id, twin.id, {}, by=by, now=now)
    assert [row.id for row in incidents_of(one.id)] == [made.id]
    with pytest.raises(MergedAway):
        reported(gym, by, now, person_id=twin.id)


def test_to_choose_are_the_guests_of_the_last_days(gym: Studio, now: datetime) -> None:
    here, later = guest(now=now), guest("後日 次郎", "090-1111-2222", now=now)
    visit(gym, here, "12:30", now=now)
    visit(gym, later, "18:00", now=now, with_="okada")
    assert [one.id for one in guests_lately(gym.id, None, now=now)] == [here.id]
    booking = visit(gym, later, "12:30", now=now, with_="okada", day=TODAY + timedelta(days=1))
    tomorrow = now + timedelta(days=1)
    assert [one.id for one in guests_lately(gym.id, booking.trainer_id, now=tomorrow)] == [later.id]


def test_a_consent_taken_back_hides_the_part_of_the_body_from_other_trainers_the_report_stays(
    gym: Studio, by: Actor, now: datetime
) -> None:
    """The gym has to keep its record of accidents: managers and whoever wrote it read it as before."""
    hurt = create_person(name="山田 花子", by=by, now=now)
    made = reported(gym, by, now, person_id=hurt.id, region=Region.ANKLE)
    say = {"wording": "1", "language": "ja", "source": "desk", "by": by, "now": now}
    for granted, region in ((True, "ankle"), (False, ""), (True, "ankle")):
        record_consent(hurt.id, Purpose.HEALTH, granted, **say)
        db.session.flush()
        with statements() as sent:
            found = incidents_of(hurt.id)
        assert ([(one.id, one.region) for one in found], len(sent)) == ([(made.id, region)], 1)
        assert incidents(gym.id)[0].region == "ankle"
        for reader, reads_all in ((by, False), (OTHER, True)):
            assert read_incident(gym.id, made.id, reads_all=reads_all, by=reader, now=now).what == TOLD
        with pytest.raises(NotFound):
            read_incident(gym.id, made.id, reads_all=False, by=OTHER, now=now)
    record_consent(hurt.id, Purpose.HEALTH, False, **say)
    assert reported(gym, by, now, person_id=hurt.id).person_id == hurt.id, "it is still to be reported"
