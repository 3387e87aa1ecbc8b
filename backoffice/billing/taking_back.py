"""Taking a sale back: its charge in the books and, if wanted, its free tickets, together or not at all."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from backoffice.billing.actions import credit
from backoffice.billing.models import CreditWhy, Invoice, InvoiceLine, LineKind
from backoffice.billing.queries import lines_of
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.tickets import actions as ledger
from backoffice.tickets.following import hold_grants
from backoffice.tickets.models import TicketGrant
from backoffice.tickets.queries import Lot, lots

NO_LINE = N_("Please choose a line.")


def sold_lots(lines: Sequence[InvoiceLine]) -> list[Lot]:
    """The tickets that were given for some lines: for a pack all of its sale, for a month those of that month."""
    which: list[ColumnElement[bool]] = []
    for line in lines:
        if line.kind == LineKind.PACK and line.membership_id is not None:
            which.append(TicketGrant.membership_id == line.membership_id)
        elif line.kind == LineKind.MONTH and line.month_on is not None:
            is_of_month = TicketGrant.valid_from == line.month_on
            which.append(and_(TicketGrant.membership_id == line.membership_id, is_of_month))
    return lots(db.session.scalars(select(TicketGrant.id).where(or_(*which))).all()) if which else []


def take_sale_back(
    invoice: Invoice,
    line_ids: Collection[int],
    *,
    with_tickets: bool,
    why: CreditWhy,
    reason: str,
    by: Actor,
    now: datetime,
) -> Invoice:
    """Take some lines of an invoice back and, `with_tickets`, what is still free of the tickets given for them.

    Tickets that are used, or reserved for a booking, stay. Refuses (Invalid) no line, and all that `credit` refuses.
    """
    if not line_ids:
        raise Invalid(NO_LINE, field="line_ids")
    made = credit(invoice.id, line_ids=line_ids, why=why, reason=reason, by=by, now=now)
    if with_tickets:
        hold_grants([invoice.person_id])
        for lot in sold_lots([line for line in lines_of([invoice.id]) if line.id in line_ids]):
            if lot.free > 0:
                ledger.refund(lot.grant.id, lot.free, note=reason, by=by, now=now)
    return made
