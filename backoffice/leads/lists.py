"""The lists leads choose from: where enquiries come from, and why some are not won. Nothing is deleted."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.leads.models import LeadSource, LostReason
from backoffice.studio import editing


class ListKind(StrEnum):
    """Which list; the word stands in addresses and in the audit."""

    SOURCES = "source"
    LOST_REASONS = "lost_reason"


Entry = LeadSource | LostReason
_MODELS: Mapping[ListKind, type[LeadSource] | type[LostReason]] = {
    ListKind.SOURCES: LeadSource,
    ListKind.LOST_REASONS: LostReason,
}


def entries(kind: ListKind) -> list[Entry]:
    """Every entry in its order, those out of use last."""
    model = _MODELS[kind]
    order = (model.archived_at.is_not(None), model.position, model.key)
    return list(db.session.scalars(select(model).order_by(*order)))


def entry(kind: ListKind, key: str, *, lock: bool = False) -> Entry:
    """One entry; with `lock` held until the transaction ends and read anew. Raises `NotFound`."""
    how: dict[str, Any] = {"with_for_update": True, "populate_existing": True} if lock else {}
    found: Any = db.session.get(_MODELS[kind], key, **how)
    if found is None:
        raise NotFound
    return cast("Entry", found)


def add_entry(kind: ListKind, name_ja: str, name_en: str, *, by: Actor, now: datetime) -> Entry:
    """A new entry, the last in the order; its key is made here. Refuses (Invalid) a name that is taken."""
    model = _MODELS[kind]
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"list:{kind}", 0))))
    editing.check_name_is_new(model, name_ja)
    number, last = db.session.execute(select(func.count(), func.coalesce(func.max(model.position), -1))).one()
    made = model(key=f"own_{number}", name_ja=name_ja, name_en=name_en, position=last + 1)
    db.session.add(made)
    db.session.flush()
    after = {"name_ja": name_ja, "name_en": name_en}
    record(f"{kind}.added", kind, made.id, by=by, now=now, after=after)
    return made


def update_entry(
    kind: ListKind, key: str, changes: Mapping[str, Any], *, version: int | None, by: Actor, now: datetime
) -> Entry:
    """Rename an entry or move it; leads keep it. Raises `NotFound`, `Stale`, `Invalid` for a name that is taken."""
    row = entry(kind, key, lock=True)
    editing.check_name_is_new(_MODELS[kind], changes.get("name_ja", row.name_ja), but=row.id)
    editing.change(row, changes, kind, version=version, by=by, now=now)
    return row


def archive_entry(kind: ListKind, key: str, *, by: Actor, now: datetime) -> None:
    """Offer it no more; leads that have it keep it."""
    editing.archive(entry(kind, key, lock=True), kind, by=by, now=now)


def restore_entry(kind: ListKind, key: str, *, by: Actor, now: datetime) -> None:
    """Offer it again. Refuses (Invalid) a name that is taken by now."""
    row = entry(kind, key, lock=True)
    editing.check_name_is_new(_MODELS[kind], row.name_ja, but=row.id)
    editing.restore(row, kind, by=by, now=now)
