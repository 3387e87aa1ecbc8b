"""Who did what, when, and what it was before and after. Lines are only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Index, Text, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import WithId, send


@dataclass(frozen=True)
class Actor:
    """Who acts: a staff member, the holder of a signed link, an import, or the system itself."""

    kind: str
    id: int | None
    label: str


SYSTEM = Actor("system", None, "system")


class AuditLine(WithId):
    """One change. `person_id` lets erasure reach the personal values inside `before` and `after`."""

    __tablename__ = "audit_lines"
    __table_args__ = (
        Index("ix_audit_lines_subject", "subject_kind", "subject_id", "id"),
        Index("ix_audit_lines_person_id", "person_id", "id"),
    )

    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_label: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


_INSERT = insert(AuditLine.__table__).inline()  # type: ignore[arg-type]


def record(
    action: str,
    subject_kind: str,
    subject_id: int | None,
    *,
    by: Actor,
    now: datetime,
    person_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the audit, in the transaction of the change itself. Only changed values are kept.

    Encrypted texts and health fields must not be passed: say that they changed (`{"body": "…"}`).
    """
    record_many([Entry(action, subject_kind, subject_id, person_id, before, after)], by=by, now=now)


@dataclass(frozen=True)
class Entry:
    """What one line says, for `record_many`; the fields are those of `record`."""

    action: str
    subject_kind: str
    subject_id: int | None
    person_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record_many(entries: Sequence[Entry], *, by: Actor, now: datetime) -> None:
    """Add many lines of one moment in one statement (imports)."""
    if entries:
        who = {"at": now, "actor_kind": by.kind, "actor_id": by.id, "actor_label": by.label}
        send(_INSERT, [who | _line(entry) for entry in entries])


def _line(entry: Entry) -> dict[str, Any]:
    old, new = _plain(entry.before or {}), _plain(entry.after or {})
    same = {key for key in old.keys() & new.keys() if old[key] == new[key]}
    return {
        "action": entry.action,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "person_id": entry.person_id,
        "before": {key: value for key, value in old.items() if key not in same},
        "after": {key: value for key, value in new.items() if key not in same},
    }


def _plain(values: Any) -> dict[str, Any]:
    return {key: _json(value) for key, value in values.items()}


def _json(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, set | tuple | frozenset):
        return [_json(item) for item in value]
    return value
