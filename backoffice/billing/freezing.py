"""A freeze is ended on another day or taken back only where the books can follow: what is charged stays as it was."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from backoffice.billing.models import InvoiceLine, LineKind
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.memberships import freezing
from backoffice.memberships.freezes import freezes_of, is_frozen
from backoffice.memberships.models import Freeze
from backoffice.studio.models import Studio

CHARGED = N_(
    "The month from %(day)s is charged already. Take that charge back on the account first and charge the month by"
    " hand, or choose days that leave it as it was."
)


def end_freeze(
    studio: Studio, freeze_id: int, ends_on: date | None, *, version: int | None, by: Actor, now: datetime
) -> Freeze:
    """Let a freeze end on another day; refuses (Invalid) when a charged month would be frozen, or no longer.

    Raises what `memberships.freezing.end_freeze` raises.
    """
    row = freezing.end_freeze(studio, freeze_id, ends_on, version=version, by=by, now=now)
    _check_charged(row.membership_id, local_date(now, studio.zone))
    return row


def cancel_freeze(
    studio: Studio, freeze_id: int, *, version: int | None = None, by: Actor, now: datetime
) -> None:
    """Take a freeze back; refuses (Invalid) when a month was charged by it. Else as that of `memberships.freezing`."""
    freezing.cancel_freeze(studio, freeze_id, version=version, by=by, now=now)
    row = db.session.get_one(Freeze, freeze_id)
    _check_charged(row.membership_id, local_date(now, studio.zone))


def _check_charged(membership_id: int, today: date) -> None:
    """No month from today on is charged as something else than it is by now; the days before do not change."""
    back = aliased(InvoiceLine)
    query = select(InvoiceLine.kind, InvoiceLine.month_on).where(
        InvoiceLine.membership_id == membership_id,
        InvoiceLine.kind.in_((LineKind.MONTH, LineKind.FREEZE)),
        InvoiceLine.month_on >= today,
        InvoiceLine.credits_line_id.is_(None),
        ~select(back.id).where(back.credits_line_id == InvoiceLine.id).exists(),
    )
    freezes = freezes_of([membership_id])[membership_id]
    for kind, month_on in db.session.execute(query):
        if month_on and (kind == LineKind.FREEZE) != (is_frozen(freezes, month_on) is not None):
            raise Invalid(CHARGED, day=month_on.isoformat())
