"""Unused paid balance (未使用残高) at the end of a day: sums, plans, the tickets behind them, the list as a file."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.unused import (
    UnusedFilters,
    all_unused_lots,
    base_days,
    unused_by_plan,
    unused_lots,
    unused_total,
)
from backoffice.core.tables.writing import Row
from backoffice.staff.permissions import Permission
from blueprints.billing.blueprint import money
from blueprints.support.access import permit
from blueprints.support.clock import today
from blueprints.support.exports import hand_out, yes_or_no
from blueprints.support.filters import either
from blueprints.support.studio import current_studio

PAGE = 50
LONGEST_ID = 18


@money.get("/unused")
@permit(Permission.REPORTS_VIEW)
def unused() -> ResponseReturnValue:
    """Today, a base day or any day in between; `plan` and `long` narrow the list, never the sums above it."""
    asked = _asked()
    lots = unused_lots(asked, after=_number("after") or 0, limit=PAGE + 1)
    everything = UnusedFilters(asked.studio_id, asked.zone, asked.day)
    return render_template(
        "billing/unused.html", asked=asked, address=_address(asked), today=today(), base_days=base_days(today()),
        total=unused_total(everything), listed=unused_total(asked), plans=unused_by_plan(everything),
        lots=lots[:PAGE], after=lots[PAGE - 1].grant_id if len(lots) > PAGE else None,
    )  # fmt: skip


@money.get("/unused.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def unused_file(kind: str) -> ResponseReturnValue:
    """The list as a file; that it was taken is recorded."""
    asked = _asked()
    header = [
        _("Name"), _("Person number"), _("Kind of ticket"), _("Given on"), _("To be used until"),
        _("More than six months"), _("Tickets left"), _("Of them reserved"), _("Price of one (yen)"), _("Worth (yen)"),
        _("Not paid yet (yen)"), _("Unused balance (yen)"),
    ]  # fmt: skip
    return hand_out("unused_balance", kind, header, lambda: _rows(asked), _address(asked))


def _rows(asked: UnusedFilters) -> Iterator[Row]:
    for lot in all_unused_lots(asked):
        yield [
            lot.name, lot.person_id, either(lot.what_ja, lot.what_en), lot.given_on, lot.ends_on,
            yes_or_no(lot.is_long), lot.tickets, lot.reserved, lot.unit_price_yen, lot.worth_yen, lot.unpaid_yen,
            lot.yen,
        ]  # fmt: skip


def _asked() -> UnusedFilters:
    studio = current_studio()
    return UnusedFilters(
        studio.id, studio.zone, _day(), _number("plan"), only_long=request.args.get("long") == "1"
    )


def _day() -> date:
    """The day in the address. Nobody knows what will be left on a day to come, so that is answered for today."""
    with suppress(ValueError):
        day = date.fromisoformat(request.args.get("on", "")[:10])
        return day if date(2000, 1, 1) <= day <= today() else today()
    return today()


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < LONGEST_ID else None


def _address(asked: UnusedFilters) -> dict[str, str]:
    narrowed = {"plan": asked.plan_id, "long": "1" if asked.only_long else None}
    return {"on": asked.day.isoformat()} | {k: str(v) for k, v in narrowed.items() if v is not None}
