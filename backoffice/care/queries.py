"""Questions about CARE: what is due, what was advised, what is aimed at and asked."""

from datetime import date

from sqlalchemy import select

from backoffice.care.models import CareNote
from backoffice.core.db import db

MOST_NOTES = 50


def due_notes(person_id: int, day: date) -> list[CareNote]:
    """The open notes to be asked about on a day or before, the longest due first. One statement."""
    query = select(CareNote).where(
        CareNote.person_id == person_id, CareNote.closed_at.is_(None), CareNote.due_on <= day
    )
    return list(db.session.scalars(query.order_by(CareNote.due_on, CareNote.id)))


def notes_of(person_id: int) -> list[CareNote]:
    """The notes about a person: the open ones by their day, then those closed, the newest first."""
    query = select(CareNote).where(CareNote.person_id == person_id)
    in_order = query.order_by(CareNote.closed_at.desc().nulls_first(), CareNote.due_on, CareNote.id)
    return list(db.session.scalars(in_order.limit(MOST_NOTES)))
