"""What is open at the studio: a list and the same rows as a file."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.open_items import Place, Which, all_open_items, open_items, totals
from backoffice.core.tables.writing import Row
from backoffice.staff.permissions import Permission
from blueprints.billing.blueprint import money
from blueprints.billing.words import WHICH
from blueprints.support.access import permit
from blueprints.support.clock import today
from blueprints.support.exports import hand_out
from blueprints.support.studio import current_studio

PAGE = 50


@money.get("")
@permit(Permission.BILLING_VIEW)
def index() -> ResponseReturnValue:
    """Open items, the earliest due first, and their sums."""
    which, studio_id = _which(), current_studio().id
    rows = open_items(studio_id, which, today=today(), after=_after(), limit=PAGE + 1)
    return render_template(
        "billing/open.html", rows=rows[:PAGE], which=which, names=WHICH, totals=totals(studio_id, today=today()),
        today=today(), after=_address(rows[PAGE - 1].place) if len(rows) > PAGE else None,
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
    for row in all_open_items(current_studio().id, which, today=today()):
        yield [
            row.label, row.shown_name, row.issued_on, row.due_on, row.due_yen, row.paid_yen, row.open_yen,
        ]  # fmt: skip


def _which() -> Which:
    asked = request.args.get("which", "")
    return Which(asked) if asked in tuple(Which) else Which.ALL


def _after() -> Place | None:
    """The place in the address behind which the list goes on."""
    day, _dot, number = request.args.get("after", "").partition(".")
    if not re.fullmatch(r"[0-9]{1,18}", number):
        return None
    with suppress(ValueError):
        return Place(date.fromisoformat(day), int(number))
    return None


def _address(place: Place) -> str:
    return f"{place.due_on.isoformat()}.{place.invoice_id}"
