"""What is open at the studio: a list and the same rows as a file."""

from collections.abc import Iterator

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.open_items import Which, open_items, totals
from backoffice.core.tables.writing import Row
from backoffice.staff.permissions import Permission
from blueprints.billing.blueprint import money
from blueprints.billing.words import WHICH
from blueprints.support.access import permit
from blueprints.support.clock import today
from blueprints.support.exports import hand_out
from blueprints.support.studio import current_studio


@money.get("")
@permit(Permission.BILLING_VIEW)
def index() -> ResponseReturnValue:
    """Open items, the earliest due first, and their sums."""
    which, studio_id = _which(), current_studio().id
    return render_template(
        "billing/open.html", rows=open_items(studio_id, which, today=today()), which=which, names=WHICH,
        totals=totals(studio_id, today=today()), today=today(),
    )  # fmt: skip


@money.get("/open.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def as_file(kind: str) -> ResponseReturnValue:
    """The same rows as a file."""
    header = [
        _("Number"),
        _("Name"),
        _("Issued on"),
        _("To be paid by"),
        _("Charged"),
        _("Paid"),
        _("Not paid yet"),
    ]
    which = _which()
    return hand_out("open_items", kind, header, lambda: _rows(which), {"which": which.value})


def _rows(which: Which) -> Iterator[Row]:
    for row in open_items(current_studio().id, which, today=today()):
        item, invoice = row.item, row.item.invoice
        yield [
            invoice.label, row.person.shown_name, invoice.issued_on, invoice.due_on, item.due_yen, item.paid_yen,
            item.open_yen,
        ]  # fmt: skip


def _which() -> Which:
    asked = request.args.get("which", "")
    return Which(asked) if asked in tuple(Which) else Which.ALL
