"""Reading the audit: who changed what, when, and what it was before. Newest first, by keyset."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select

from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.people.models import Person

PAGE = 50


@dataclass(frozen=True)
class TrailFilter:
    """Which lines are wanted; everything that is None (or empty) does not narrow."""

    staff_id: int | None = None
    subject_kinds: Collection[str] = ()
    subject_id: int | None = None
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def trail(wanted: TrailFilter, *, before_id: int | None = None, limit: int = PAGE) -> list[Row[Any]]:
    """Lines of the audit, newest first; one more than `limit` when there are older ones. One statement.

    `person_name` is what the person a line is about is called today, empty for nobody and for who was erased.
    """
    line = AuditLine
    own_id = case((line.subject_kind == "person", line.subject_id))
    about = func.coalesce(line.person_id, own_id)
    shown = func.coalesce(func.nullif(Person.name, ""), Person.kana)
    query = select(
        line.id, line.at, line.actor_kind, line.actor_label, line.action, line.subject_kind, line.subject_id,
        about.label("person_id"), line.before, line.after, func.coalesce(shown, "").label("person_name"),
    ).outerjoin(Person, Person.id == about)  # fmt: skip
    if wanted.staff_id is not None:
        query = query.where(line.actor_kind == "staff", line.actor_id == wanted.staff_id)
    if wanted.subject_kinds:
        query = query.where(line.subject_kind.in_(wanted.subject_kinds))
    if wanted.subject_id is not None:
        query = query.where(line.subject_id == wanted.subject_id)
    if wanted.person_id is not None:
        query = query.where(line.person_id == wanted.person_id)
    if wanted.since is not None:
        query = query.where(line.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(line.at < wanted.until)
    if before_id is not None:
        query = query.where(line.id < before_id)
    return list(db.session.execute(query.order_by(line.id.desc()).limit(limit + 1)))
