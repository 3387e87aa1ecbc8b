"""What changes CARE notes: writing one, and closing it, which needs an outcome."""

from datetime import date, datetime

from backoffice.care.models import CareNote, Outcome, Topic
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_
from backoffice.people.queries import check_health_kept, held_person
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

LONGEST = 1_000


def write_note(
    studio: Studio,
    person_id: int,
    topic: Topic,
    *,
    advice: str,
    due_on: date,
    noticed: str = "",
    target: str = "",
    by: Actor,
    now: datetime,
) -> CareNote:
    """Note what somebody is advised, and the day on which to ask what became of it.

    Refuses (Invalid) a note without advice or due before today; raises `HealthTakenBack`. The audit keeps topic and
    day, never the words.
    """
    held_person(person_id)
    check_health_kept(person_id)
    words = {"noticed": noticed, "advice": advice, "target": target}
    texts = {name: plain_text(given, LONGEST) for name, given in words.items()}
    if not texts["advice"]:
        raise Invalid(N_("Please write what you advise."), field="advice")
    if due_on < local_date(now, studio.zone):
        raise Invalid(N_("Please choose today or a later day."), field="due_on")
    note = CareNote(
        studio_id=studio.id, person_id=person_id, topic=Topic(topic).value, due_on=due_on, written_by=by.label,
        written_at=now, outcome_words="", **texts,
    )  # fmt: skip
    db.session.add(note)
    db.session.flush()
    record(
        "care_note.written", "care_note", note.id, by=by, now=now, person_id=person_id,
        after={"topic": note.topic, "due_on": due_on, "words": "…"},
    )  # fmt: skip
    return note


def close_note(
    studio_id: int,
    person_id: int,
    note_id: int,
    outcome: Outcome | None,
    words: str = "",
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> CareNote:
    """Say what became of a note. Refuses (Invalid) no outcome; `Stale` when somebody said so meanwhile."""
    note = _held(studio_id, person_id, note_id)
    check_version(note.version, version)
    if outcome is None:
        raise Invalid(N_("Please choose what became of it."), field="outcome")
    note.outcome, note.outcome_words = Outcome(outcome).value, plain_text(words, LONGEST)
    note.closed_at, note.closed_by = now, by.label
    note.version += 1
    record(
        "care_note.closed", "care_note", note.id, by=by, now=now, person_id=person_id,
        after={"outcome": note.outcome, "words": "…"},
    )  # fmt: skip
    return note


def reopen_note(studio_id: int, person_id: int, note_id: int, *, by: Actor, now: datetime) -> CareNote:
    """Take an outcome back: the note is open again. Twice changes nothing."""
    note = _held(studio_id, person_id, note_id)
    if note.closed_at is not None:
        note.outcome, note.outcome_words, note.closed_at, note.closed_by = None, "", None, ""
        note.version += 1
        record("care_note.reopened", "care_note", note.id, by=by, now=now, person_id=person_id)
    return note


def _held(studio_id: int, person_id: int, note_id: int) -> CareNote:
    """The note of this very person: the caller has checked that person, not the note. Raises `HealthTakenBack`."""
    note = of_studio(CareNote, studio_id, note_id, lock=True)
    if note.person_id != person_id:
        raise NotFound
    check_health_kept(person_id)
    return note
