"""What changes incidents: one is reported, read, settled with an outcome, opened again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backoffice.clients.regions import Region
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_
from backoffice.exercises.queries import named
from backoffice.incidents.models import Incident, IncidentKind
from backoffice.people.queries import bare_person
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

LONGEST = 4_000
LONGEST_EXERCISE = 100
OLDEST = timedelta(days=366)
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Report:
    """What was typed."""

    kind: IncidentKind
    happened_at: datetime
    what: str
    person_id: int | None = None
    exercise: str = ""
    region: Region | None = None
    action: str = ""
    follow_up: str = ""
    follow_up_due: date | None = None


def report_incident(studio: Studio, given: Report, *, by: Actor, now: datetime) -> Incident:
    """Keep a report; it waits for an outcome. The audit keeps its kind, never what it says.

    Refuses (Invalid) nothing said, a time ahead or more than a year ago, a day to follow up without saying what.
    """
    what, follow_up = plain_text(given.what, LONGEST), plain_text(given.follow_up, LONGEST)
    if not what:
        raise Invalid(N_("Please write something."), field="what")
    _check_time(given.happened_at, now)
    if given.follow_up_due is not None:
        _check_due(given.follow_up_due, follow_up, local_date(given.happened_at, studio.zone))
    if given.person_id is not None:
        bare_person(given.person_id)
    exercise = plain_text(given.exercise, LONGEST_EXERCISE)
    made = Incident(
        studio_id=studio.id, person_id=given.person_id, kind=given.kind.value, happened_at=given.happened_at, what=what,
        exercise=exercise, exercise_id=named(studio.id, exercise), region=given.region.value if given.region else "",
        action=plain_text(given.action, LONGEST), follow_up=follow_up or None, follow_up_due=given.follow_up_due,
        written_at=now, written_by=by.label, written_by_staff_id=by.id if by.kind == "staff" else None,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _tell("incident.reported", made, by=by, now=now)
    return made


def read_incident(studio_id: int, incident_id: int, *, reads_all: bool, by: Actor, now: datetime) -> Incident:
    """A report with its texts: for whoever wrote it, and for those who read all, each time recorded."""
    found = of_studio(Incident, studio_id, incident_id)
    if by.kind == "staff" and found.written_by_staff_id == by.id:
        return found
    if not reads_all:
        raise NotFound
    _tell("incident.opened", found, by=by, now=now)
    return found


def close_incident(
    studio_id: int, incident_id: int, outcome: str, *, version: int | None, by: Actor, now: datetime
) -> Incident:
    """Settle a report. Refuses (Invalid) to do so without an outcome; raises `Stale`."""
    found = of_studio(Incident, studio_id, incident_id, lock=True)
    check_version(found.version, version)
    said = plain_text(outcome, LONGEST)
    if not said:
        raise Invalid(N_("Please write what came of it."), field="outcome")
    found.outcome, found.closed_at, found.closed_by = said, now, by.label
    found.version += 1
    db.session.flush()
    _tell("incident.finished", found, by=by, now=now)
    return found


def reopen_incident(studio_id: int, incident_id: int, *, by: Actor, now: datetime) -> Incident:
    """It waits again; what was written as its outcome stays, to be written on. Twice changes nothing."""
    found = of_studio(Incident, studio_id, incident_id, lock=True)
    if found.closed_at is None:
        return found
    found.closed_at, found.closed_by = None, ""
    found.version += 1
    db.session.flush()
    _tell("incident.reopened", found, by=by, now=now)
    return found


def _check_time(happened_at: datetime, now: datetime) -> None:
    if happened_at > now + CLOCKS_DIFFER:
        raise Invalid(N_("This time has not come yet."), field="day")
    if happened_at < now - OLDEST:
        raise Invalid(N_("This is more than a year ago."), field="day")


def _check_due(due: date, follow_up: str, day: date) -> None:
    if not follow_up:
        raise Invalid(N_("Please write what is to be done by that day."), field="follow_up")
    if due < day:
        raise Invalid(N_("This day is before it happened."), field="follow_up_due")


def _tell(action: str, incident: Incident, *, by: Actor, now: datetime) -> None:
    after = {"kind": incident.kind}
    record(action, "incident", incident.id, by=by, now=now, person_id=incident.person_id, after=after)
