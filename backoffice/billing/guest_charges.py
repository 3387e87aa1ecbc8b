"""What was charged for the guests of visits, line by line, and what became of each: asked and held for both fees."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from backoffice.billing.models import Invoice, InvoiceLine, LineKind
from backoffice.core.db import db


class GuestCharge(NamedTuple):
    """A line about a guest's visit; why it was taken back, and by which line, if it was."""

    line: InvoiceLine
    why: str | None
    back_id: int | None

    @property
    def stands(self) -> bool:
        """Whether nobody took it back."""
        return self.back_id is None


def cancellation_fees(guest_ids: Collection[int]) -> dict[int, list[GuestCharge]]:
    """The fees for late cancels and no-shows that were charged for some guests, the first first. One statement."""
    return _charges(guest_ids, InvoiceLine.kind == LineKind.CANCEL)


def visit_charges(guest_ids: Collection[int]) -> dict[int, list[GuestCharge]]:
    """What was charged for the visits themselves of some guests, the first first. One statement."""
    return _charges(guest_ids, InvoiceLine.kind != LineKind.CANCEL)


def hold_invoices(guest_ids: Collection[int]) -> None:
    """Hold the invoices with lines about some guests until the transaction ends, in one order. One statement.

    Before their lines are read, because who takes one back holds its invoice; and before a number is taken, because
    they hold it before theirs.
    """
    of_guests = select(InvoiceLine.invoice_id).where(InvoiceLine.participant_id.in_(guest_ids))
    query = select(Invoice.id).where(Invoice.id.in_(of_guests), Invoice.credits_id.is_(None))
    db.session.execute(query.order_by(Invoice.id).with_for_update(key_share=True))


def _charges(guest_ids: Collection[int], is_of_kind: ColumnElement[bool]) -> dict[int, list[GuestCharge]]:
    back, back_invoice = aliased(InvoiceLine), aliased(Invoice)
    query = (
        select(InvoiceLine, back_invoice.why, back.id)
        .outerjoin(back, back.credits_line_id == InvoiceLine.id)
        .outerjoin(back_invoice, back_invoice.id == back.invoice_id)
        .where(
            InvoiceLine.participant_id.in_(guest_ids), is_of_kind, InvoiceLine.credits_line_id.is_(None)
        )
        .order_by(InvoiceLine.id)
    )  # fmt: skip
    found: dict[int, list[GuestCharge]] = {}
    for row in db.session.execute(query):
        found.setdefault(row[0].participant_id or 0, []).append(GuestCharge(*row))
    return found
