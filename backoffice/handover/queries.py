"""Questions about handover notes. A list never carries what a health note says: it is opened one at a time."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import case, func, or_, select, type_coerce

from backoffice.core.crypto import EncryptedText
from backoffice.core.db import db
from backoffice.handover.models import HandoverNote, NoteKind
from backoffice.people.models import Person
from backoffice.staff.models import Trainer

MOST = 50


class NoteRow(NamedTuple):
    """A note in a list; `body` is None where it must be opened by the trainer it is for."""

    id: int
    kind: str
    day: date | None
    trainer_id: int | None
    trainer_ja: str | None
    trainer_en: str | None
    person_id: int | None
    name: str | None
    kana: str | None
    body: str | None
    written_by: str
    written_at: datetime
    done_at: datetime | None
    done_by: str

    @property
    def shown_name(self) -> str:
        """Whom the note is about, or nothing."""
        return self.name or self.kana or ""

    def without_person(self) -> "NoteRow":
        """The same note for a trainer it is not addressed to: whom it is about is not their business."""
        return self._replace(person_id=None, name=None, kana=None)


_BODY = case((HandoverNote.kind != NoteKind.HEALTH, HandoverNote.body))
_ROWS = (
    select(
        HandoverNote.id, HandoverNote.kind, HandoverNote.day, HandoverNote.trainer_id, Trainer.name_ja, Trainer.name_en,
        HandoverNote.person_id, Person.name, Person.kana, type_coerce(_BODY, EncryptedText), HandoverNote.written_by,
        HandoverNote.written_at, HandoverNote.done_at, HandoverNote.done_by,
    )
    .outerjoin(Trainer, Trainer.id == HandoverNote.trainer_id)
    .outerjoin(Person, Person.id == HandoverNote.person_id)
)  # fmt: skip


def notes(
    studio_id: int,
    *,
    with_done: bool = False,
    before: int | None = None,
    person_id: int | None = None,
    reader: int | None = None,
    limit: int = MOST,
) -> list[NoteRow]:
    """Notes, the newest first: the open ones, or all of them; about one person, if asked. One statement.

    `before` is the id of the last note shown. `reader` is the trainer who reads: notes to colleagues are left out,
    and whom a note to all is about.
    """
    query = _ROWS.where(HandoverNote.studio_id == studio_id).order_by(HandoverNote.id.desc()).limit(limit)
    if not with_done:
        query = query.where(HandoverNote.done_at.is_(None))
    if before is not None:
        query = query.where(HandoverNote.id < before)
    if person_id is not None:
        query = query.where(HandoverNote.person_id == person_id)
    if reader is not None:
        query = query.where(or_(HandoverNote.trainer_id.is_(None), HandoverNote.trainer_id == reader))
    found = (NoteRow._make(row) for row in db.session.execute(query))
    return [one if reader in (None, one.trainer_id) else one.without_person() for one in found]


def number_open(studio_id: int, today: date, *, trainer_id: int | None = None) -> int:
    """How many notes wait: those to everybody and to today's shift, and for a trainer those to them."""
    to_all = HandoverNote.trainer_id.is_(None) & or_(HandoverNote.day.is_(None), HandoverNote.day <= today)
    query = select(func.count()).where(
        HandoverNote.studio_id == studio_id,
        HandoverNote.done_at.is_(None),
        to_all if trainer_id is None else or_(to_all, HandoverNote.trainer_id == trainer_id),
    )
    return db.session.scalar(query) or 0
