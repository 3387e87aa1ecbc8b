"""What the house sets for joining: discounts and terms."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, Stale
from backoffice.core.language import N_
from backoffice.joining.models import Discount, TermsKind, TermsVersion
from backoffice.joining.queries import terms_versions
from backoffice.studio import editing
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

LONGEST_TERMS = 20_000
ONE_AMOUNT = N_("Please give either yen or percent.")
BAD_DAYS = N_("The last day is before the first.")
BOTH = N_("Please give the terms in Japanese and in English.")
UNCHANGED = N_("Nothing was changed.")


def add_discount(studio_id: int, values: Mapping[str, Any], *, by: Actor, now: datetime) -> Discount:
    """Something to take off. Refuses (Invalid) both or neither of yen and percent, and days the wrong way round."""
    _check(values)
    last = select(func.coalesce(func.max(Discount.position), -1)).where(Discount.studio_id == studio_id)
    made = Discount(**{**values, "studio_id": studio_id, "position": (db.session.scalar(last) or 0) + 1})
    db.session.add(made)
    db.session.flush()
    record("discount.added", "discount", made.id, by=by, now=now, after=dict(values))
    return made


def update_discount(
    studio_id: int,
    discount_id: int,
    changes: Mapping[str, Any],
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Discount:
    """Change one; papers keep what was agreed. Raises `NotFound`, `Stale`, and refuses what `add_discount` refuses."""
    row = of_studio(Discount, studio_id, discount_id, lock=True)
    _check(changes)
    editing.change(row, changes, "discount", version=version, by=by, now=now)
    return row


def archive_discount(studio_id: int, discount_id: int, *, by: Actor, now: datetime) -> None:
    """Offer it no more."""
    editing.archive(of_studio(Discount, studio_id, discount_id, lock=True), "discount", by=by, now=now)


def restore_discount(studio_id: int, discount_id: int, *, by: Actor, now: datetime) -> None:
    """Offer it again."""
    editing.restore(of_studio(Discount, studio_id, discount_id, lock=True), "discount", by=by, now=now)


def publish_terms(
    studio_id: int,
    text_ja: str,
    text_en: str,
    *,
    kind: TermsKind = TermsKind.MEMBERSHIP,
    seen: int | None,
    by: Actor,
    now: datetime,
) -> TermsVersion:
    """A new version of the terms of a kind; what was signed or agreed to keeps its own.

    Refuses (Invalid) a language without words and terms that did not change. `seen` is the number that was edited:
    `Stale` when somebody published meanwhile.
    """
    editing.locked(Studio, studio_id)
    newest = next(iter(terms_versions(studio_id, kind)), None)
    number = 0 if newest is None else newest.number
    if seen is not None and seen != number:
        raise Stale(current=number)
    texts = (plain_text(text_ja, LONGEST_TERMS), plain_text(text_en, LONGEST_TERMS))
    if not all(texts):
        raise Invalid(BOTH, field="text_ja" if not texts[0] else "text_en")
    if newest is not None and texts == (newest.text_ja, newest.text_en):
        raise Invalid(UNCHANGED, field="text_ja")
    made = TermsVersion(
        studio_id=studio_id, kind=kind.value, number=number + 1, text_ja=texts[0], text_en=texts[1], created_at=now,
        created_by=by.label,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(f"{kind}.published", kind, made.id, by=by, now=now, after={"number": made.number})
    return made


def _check(values: Mapping[str, Any]) -> None:
    if (values["yen"] is None) == (values["percent"] is None):
        raise Invalid(ONE_AMOUNT, field="yen")
    first, last = values["valid_from"], values["valid_until"]
    if first is not None and last is not None and last < first:
        raise Invalid(BAD_DAYS, field="valid_until")
