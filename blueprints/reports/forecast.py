"""The next three months and where this one may land, and how the same method would have done before."""

from typing import NamedTuple

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.reports.forecast import Backtest, Foretold, backtest, foretell, landing
from backoffice.reports.outlook import known_months
from backoffice.staff.permissions import Permission
from blueprints.reports.asked import read_asked
from blueprints.reports.blueprint import reports
from blueprints.reports.charts import Line, LineChart, Series, line_chart
from blueprints.reports.frame import report_page
from blueprints.support.access import permit
from blueprints.support.clock import today
from blueprints.support.filters import show_round_yen, show_short_month, show_short_yen, show_yen
from blueprints.support.studio import current_studio


class Outlook(NamedTuple):
    """This month with the next three, the first as the method alone says it, what came in so far, and the check."""

    ahead: list[Foretold]
    alone: Foretold | None
    so_far: int
    checked: Backtest


@reports.get("/reports/forecast")
@permit(Permission.REPORTS_VIEW)
def forecast() -> ResponseReturnValue:
    """This month and the next three with an interval, and how the same method would have done before."""
    outlook = known_outlook()
    return report_page(
        "reports/forecast.html",
        read_asked("reports.forecast", {}),
        table="reports.forecast_table" if outlook.ahead else "",
        outlook=outlook,
        chart=_chart(outlook.ahead, outlook.checked, outlook.so_far),
        about=lambda yen, number: _about(yen, outlook.so_far if number == 0 else 0),
    )


def known_outlook() -> Outlook:
    """What the page and its files show. This month is at least what has already come in."""
    studio = current_studio()
    *past, present = known_months(studio.id, studio.zone, today=today())
    ahead = foretell(past, present)
    alone = ahead[0] if ahead else None
    shown = [landing(alone, present.paid), *ahead[1:]] if alone else []
    return Outlook(shown, alone, present.paid, backtest(past))


def _about(yen: int, least: int) -> str:
    """Rounded, because nobody knows it better; to the yen where rounding would go below what has come in."""
    return show_yen(yen) if yen == least and yen else show_round_yen(yen, least=least)


def _chart(ahead: list[Foretold], checked: Backtest, so_far: int) -> LineChart | None:
    """What was paid, this month until now, beside what was foretold one month before; then what is foretold now."""
    behind = checked.months
    told = [one.foretold for one in behind] + ahead
    places = {one.month: float(number) for number, one in enumerate(told)}
    return line_chart(
        [
            Line(
                Series(_("Foretold"), "kaki"),
                [(places[one.month], float(one.yen)) for one in told],
                band=[(places[one.month], float(one.low), float(one.high)) for one in told],
                is_dashed=True,
            ),
            Line(
                Series(_("Paid"), "ai"),
                [(places[one.foretold.month], float(one.paid)) for one in behind]
                + [(places[one.month], float(so_far)) for one in ahead[:1]],
            ),
        ],
        [(places[one.month], show_short_month(one.month)) for one in told],
        says=show_short_yen,
    )
