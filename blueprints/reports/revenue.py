"""Paid, delivered and owed by month, the rows behind each number, and the same as a file."""

from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.billing.models import PaymentKind
from backoffice.reports import revenue as figures
from backoffice.reports.revenue import KINDS, Delivered, Flow, MoneyFilters, MoneyMonth
from backoffice.staff.permissions import Permission
from blueprints.reports.asked import Asked, read_asked, read_choice, read_text
from blueprints.reports.blueprint import reports
from blueprints.reports.charts import Bar, BarChart, Series, bar_chart
from blueprints.reports.frame import report_page
from blueprints.reports.listing import Column, Listing, list_file, list_page
from blueprints.reports.paging import PAGE, mark_after, read_after
from blueprints.support.access import permit
from blueprints.support.filters import either, honorific, show_day, show_short_month, show_short_yen, show_yen
from blueprints.support.studio import current_studio

TONES = ("ai", "matsu", "yama", "fuji", "kaki")


@dataclass(frozen=True)
class MoneyQuestion:
    """What the address asks: which money, over which months."""

    asked: Asked
    filters: MoneyFilters
    flow: Flow

    def url(self, flow: Flow, kind: str | None = None, month: date | None = None) -> str:
        """The rows behind one number."""
        changes: dict[str, object] = {"flow": flow.value, "kind": kind}
        if month is not None:
            changes |= {"from": f"{month:%Y-%m}", "to": f"{month:%Y-%m}"}
        return url_for("reports.revenue_list", **self.asked.address(**changes))  # type: ignore[arg-type]


@reports.get("/reports/revenue")
@permit(Permission.REPORTS_VIEW)
def revenue() -> ResponseReturnValue:
    """What came in, what was given for it and what is still owed, month by month."""
    question = money_question()
    months = figures.money_months(question.filters)
    compared = question.asked.compared
    return report_page(
        "reports/revenue.html",
        question.asked,
        table="reports.revenue_table",
        question=question,
        months=months,
        total=figures.in_one(months),
        before=compared and figures.in_one(figures.money_months(question.filters.only(period=compared))),
        paid_chart=_chart(months, Flow.PAID),
        delivered_chart=_chart(months, Flow.DELIVERED),
        kinds=KINDS,
        kind_names=kind_names(),
        Flow=Flow,
    )


@reports.get("/reports/revenue/list")
@permit(Permission.REPORTS_VIEW)
def revenue_list() -> ResponseReturnValue:
    """Exactly the payments, uses, lapses or grants whose yen make a number."""
    question = money_question()
    rows = figures.money_behind(question.filters, question.flow, after=read_after(date), limit=PAGE + 1)
    return list_page(
        Listing(
            asked=question.asked,
            address=_list_address(question),
            title=flow_names()[question.flow],
            columns=_columns(),
            rows=rows[:PAGE],
            total=figures.count_money(question.filters, question.flow),
            after=mark_after(rows, lambda row: (row.day, row.number)),
            page_endpoint="reports.revenue_list",
            file_endpoint="reports.revenue_file",
        )
    )


@reports.get("/reports/revenue/list.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def revenue_file(kind: str) -> ResponseReturnValue:
    """The same rows as a file; that it was taken is recorded."""
    question = money_question()
    return list_file(
        "report",
        kind,
        _columns(),
        lambda: figures.all_money_behind(question.filters, question.flow),
        _list_address(question),
    )


def flow_names() -> dict[Flow, str]:
    """Which money a list shows."""
    return {
        Flow.PAID: _("Paid"),
        Flow.DELIVERED: _("Delivered"),
        Flow.LAPSED: _("Lapsed unused"),
        Flow.OWED: _("Still owed in sessions"),
    }


def kind_names() -> dict[str, str]:
    """How money came and what was delivered."""
    return {
        PaymentKind.CASH: _("Cash"),
        PaymentKind.CARD: _("Card"),
        PaymentKind.TRANSFER: _("Bank transfer"),
        PaymentKind.DEBIT: _("Direct debit"),
        PaymentKind.PAYPAY: "PayPay",
        PaymentKind.OTHER: _("Another way"),
        Delivered.PACK: _("Pack tickets"),
        Delivered.MONTH: _("Monthly sessions"),
        Delivered.HAND: _("Tickets given by hand"),
        Delivered.SINGLE: _("Single visits"),
    }


def money_question() -> MoneyQuestion:
    """Read the address; what makes no sense asks for the payments of the last twelve months."""
    studio = current_studio()
    flow, kind = read_choice(Flow, "flow", Flow.PAID), read_text("kind")
    kind = kind if kind in KINDS[flow] else None
    asked = read_asked("reports.revenue", {}, of_visits=True)
    filters = MoneyFilters(studio.id, studio.zone, asked.period, kind, asked.counted.is_kept)
    return MoneyQuestion(asked, filters, flow)


def _list_address(question: MoneyQuestion) -> dict[str, str]:
    return question.asked.address(flow=question.flow.value, kind=question.filters.kind)


def _chart(months: list[MoneyMonth], flow: Flow) -> BarChart | None:
    """Stacked by kind. A month with more refunds than money of a kind shows none of it."""
    kinds = [kind for kind in KINDS[flow] if any(month.by_kind(flow).get(kind) for month in months)]
    names = kind_names()
    bars = [
        Bar(show_short_month(row.month), [max(0, row.by_kind(flow).get(kind, 0)) for kind in kinds])
        for row in months
    ]
    series = [Series(names[kind], tone) for kind, tone in zip(kinds, TONES, strict=False)]
    return bar_chart(bars, series, says=show_short_yen)


def _columns() -> list[Column]:
    names = kind_names()
    return [
        Column(
            _("Name"), lambda row: row.name, lambda row: honorific(row.name),
            url=lambda row: url_for("people.show", person_id=row.person_id),
        ),
        Column(_("Person number"), lambda row: row.person_id, on_page=False),
        Column(_("Day"), lambda row: row.day, lambda row: show_day(row.day)),
        Column(_("Kind"), lambda row: names.get(row.kind, row.kind)),
        Column(_("For"), lambda row: either(row.what_ja, row.what_en)),
        Column(_("Yen"), lambda row: row.yen, lambda row: show_yen(row.yen)),
    ]  # fmt: skip
