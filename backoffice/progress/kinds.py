"""What changes the kinds a studio measures: own ones, their names and bounds, out of use and back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.progress.models import WEIGHT, MeasureKind, Measurement
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

MOST_KINDS = 40
LONGEST_NAME = 40
LONGEST_UNIT = 10
LARGEST = Decimal(99_999)


@dataclass(frozen=True)
class KindDraft:
    """A kind as a form gives it."""

    name_ja: str
    name_en: str
    unit: str
    decimals: int
    least: Decimal
    most: Decimal


def create_kind(studio_id: int, draft: KindDraft, *, by: Actor, now: datetime) -> MeasureKind:
    """Measure something of our own. Refuses (Invalid) no name, a name in use, bounds the wrong way round, the 41st."""
    _hold(studio_id)
    kept = select(func.count()).where(MeasureKind.studio_id == studio_id, MeasureKind.archived_at.is_(None))
    if (db.session.scalar(kept) or 0) >= MOST_KINDS:
        raise Invalid(N_("%(most)s kinds are measured already. Please take one out of use."), most=MOST_KINDS)
    last = select(func.max(MeasureKind.position)).where(MeasureKind.studio_id == studio_id)
    kind = MeasureKind(
        studio_id=studio_id, slug=None, position=(db.session.scalar(last) or 0) + 1, created_at=now
    )
    _fill(kind, draft)
    db.session.add(kind)
    db.session.flush()
    record("measure_kind.created", "measure_kind", kind.id, by=by, now=now, after=_told(kind))
    return kind


def change_kind(
    studio_id: int, kind_id: int, draft: KindDraft, *, version: int | None, by: Actor, now: datetime
) -> MeasureKind:
    """Change names, unit or bounds. Refuses what `create_kind` refuses, and `Stale`.

    Nobody converts values: a kind with values keeps its unit, and weight is in kg, because other features read it.
    """
    _hold(studio_id)
    kind = of_studio(MeasureKind, studio_id, kind_id, lock=True)
    check_version(kind.version, version)
    before = _told(kind)
    if draft.unit.strip() != kind.unit and (kind.slug == WEIGHT or _has_values(kind.id)):
        raise Invalid(
            N_("There are values in this unit already. Please add another kind instead."), field="unit"
        )
    _fill(kind, draft)
    kind.version += 1
    record("measure_kind.changed", "measure_kind", kind.id, by=by, now=now, before=before, after=_told(kind))
    return kind


def archive_kind(studio_id: int, kind_id: int, *, by: Actor, now: datetime) -> MeasureKind:
    """Measure it no more; what was measured stays. Twice changes nothing."""
    kind = of_studio(MeasureKind, studio_id, kind_id, lock=True)
    if kind.archived_at is None:
        kind.archived_at = now
        record("measure_kind.archived", "measure_kind", kind.id, by=by, now=now)
    return kind


def restore_kind(studio_id: int, kind_id: int, *, by: Actor, now: datetime) -> MeasureKind:
    """Measure it again. Refuses (Invalid) when another kind has its name; twice changes nothing."""
    _hold(studio_id)
    kind = of_studio(MeasureKind, studio_id, kind_id, lock=True)
    if kind.archived_at is not None:
        _check_name(kind, kind.name_ja)
        kind.archived_at = None
        record("measure_kind.restored", "measure_kind", kind.id, by=by, now=now)
    return kind


def _hold(studio_id: int) -> None:
    """Names are given one after the other."""
    db.session.execute(select(Studio.id).where(Studio.id == studio_id).with_for_update(key_share=True))


def _has_values(kind_id: int) -> bool:
    values = select(Measurement.id).where(Measurement.kind_id == kind_id)
    return db.session.scalar(values.limit(1)) is not None


def _fill(kind: MeasureKind, draft: KindDraft) -> None:
    name_ja, name_en = plain_text(draft.name_ja, LONGEST_NAME), plain_text(draft.name_en, LONGEST_NAME)
    unit = plain_text(draft.unit, LONGEST_UNIT)
    for value, field in ((name_ja, "name_ja"), (name_en, "name_en"), (unit, "unit")):
        if not value:
            raise Invalid(N_("Please fill this in."), field=field)
    if not -LARGEST <= draft.least < draft.most <= LARGEST:
        raise Invalid(N_("The largest value must be above the smallest."), field="most")
    with db.session.no_autoflush:
        _check_name(kind, name_ja)
    kind.name_ja, kind.name_en, kind.unit = name_ja, name_en, unit
    kind.decimals, kind.least, kind.most = draft.decimals, draft.least, draft.most


def _check_name(kind: MeasureKind, name_ja: str) -> None:
    same = select(MeasureKind.id).where(
        MeasureKind.studio_id == kind.studio_id,
        MeasureKind.name_ja == name_ja,
        MeasureKind.archived_at.is_(None),
        MeasureKind.id.is_distinct_from(kind.id),
    )
    if db.session.scalar(same.limit(1)) is not None:
        raise Invalid(N_("There is one with this name already."), field="name_ja")


def _told(kind: MeasureKind) -> dict[str, object]:
    return {
        "name_ja": kind.name_ja, "name_en": kind.name_en, "unit": kind.unit, "decimals": kind.decimals,
        "least": kind.least, "most": kind.most,
    }  # fmt: skip
