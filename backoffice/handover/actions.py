"""What changes handover notes: writing, taking note, taking that back, and a trainer reading about health."""

from datetime import date, datetime

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Refused
from backoffice.core.language import N_
from backoffice.handover.models import HandoverNote, NoteKind
from backoffice.people.queries import bare_person, check_health_kept
from backoffice.staff.models import Trainer
from backoffice.studio.scope import of_studio

LONGEST = 2_000


def write_note(
    studio_id: int,
    body: str,
    *,
    kind: NoteKind = NoteKind.GENERAL,
    day: date | None = None,
    trainer_id: int | None = None,
    person_id: int | None = None,
    by: Actor,
    now: datetime,
) -> HandoverNote:
    """Tell the next shift, a trainer or everybody. Refuses (Invalid) an empty note, and health without a trainer who
    can open it; raises `HealthTakenBack` for health once that consent was taken back.

    The audit keeps that there is a note, never what it says.
    """
    text = plain_text(body, LONGEST)
    if not text:
        raise Invalid(N_("Please write something."), field="body")
    trainer = None if trainer_id is None else of_studio(Trainer, studio_id, trainer_id)
    if kind == NoteKind.HEALTH:
        _check_can_be_read(trainer)
    if person_id is not None:
        bare_person(person_id)
    if person_id is not None and kind == NoteKind.HEALTH:
        check_health_kept(person_id)
    note = HandoverNote(
        studio_id=studio_id, kind=NoteKind(kind).value, day=day, trainer_id=trainer_id, person_id=person_id, body=text,
        written_by=by.label, written_at=now,
    )  # fmt: skip
    db.session.add(note)
    db.session.flush()
    record(
        "handover.written",
        "handover",
        note.id,
        by=by,
        now=now,
        person_id=person_id,
        after={"kind": note.kind},
    )
    return note


def _check_can_be_read(trainer: Trainer | None) -> None:
    """What is said about health is opened by one trainer alone, so there must be one, with an account."""
    if trainer is None:
        raise Invalid(N_("Please choose the trainer this goes to."), field="trainer_id")
    if trainer.staff_id is None:
        raise Invalid(
            N_("This trainer has no account and could not open it. Please tell them yourself."),
            field="trainer_id",
        )


def acknowledge(
    studio_id: int, note_id: int, *, own: int | None, reads_all: bool, by: Actor, now: datetime
) -> HandoverNote:
    """Somebody has taken note of it. Of two at once the first stays; the second sees who it was."""
    note = of_studio(HandoverNote, studio_id, note_id, lock=True)
    _check_is_for(note, own, reads_all=reads_all)
    if note.done_at is None:
        note.done_at, note.done_by = now, by.label
        note.version += 1
        record("handover.done", "handover", note.id, by=by, now=now, person_id=note.person_id)
    return note


def open_again(
    studio_id: int, note_id: int, *, own: int | None, reads_all: bool, by: Actor, now: datetime
) -> HandoverNote:
    """Take back that somebody took note. Twice changes nothing."""
    note = of_studio(HandoverNote, studio_id, note_id, lock=True)
    _check_is_for(note, own, reads_all=reads_all)
    if note.done_at is not None:
        note.done_at, note.done_by = None, ""
        note.version += 1
        record("handover.reopened", "handover", note.id, by=by, now=now, person_id=note.person_id)
    return note


def read_health(
    studio_id: int, note_id: int, reader: Trainer | None, *, by: Actor, now: datetime
) -> HandoverNote:
    """What a health note says, for the trainer it is for and nobody else (Refused). Each reading is recorded.

    Raises `HealthTakenBack`.
    """
    note = of_studio(HandoverNote, studio_id, note_id)
    if note.kind != NoteKind.HEALTH:
        raise NotFound
    if reader is None or reader.id != note.trainer_id:
        raise Refused
    if note.person_id is not None:
        check_health_kept(note.person_id)
    record("handover.health_read", "handover", note.id, by=by, now=now, person_id=note.person_id)
    return note


def _check_is_for(note: HandoverNote, own: int | None, *, reads_all: bool) -> None:
    """Refuse (as if there were none) a note to another trainer; about health also to those who read all others."""
    if note.trainer_id is None or note.trainer_id == own:
        return
    if note.kind == NoteKind.HEALTH or not reads_all:
        raise NotFound
