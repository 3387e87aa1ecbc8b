"""What a line of the lead list needs beside its row: names, and the clock of the first reply."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _

from backoffice.core.clock import local_date
from backoffice.leads.lead_list import LeadRow
from backoffice.leads.models import Stage
from backoffice.leads.reply_clock import LOOKS_BACK, time_left
from backoffice.studio.calendar_days import open_times
from blueprints.leads.choices import source_names, staff_names
from blueprints.leads.words import CALL_WORDS, STAGE_WORDS
from blueprints.support.clock import now, today, tomorrow
from blueprints.support.kept import kept
from blueprints.support.language import spoken
from blueprints.support.studio import current_studio

HOUR = timedelta(hours=1)


class ReplyClock(NamedTuple):
    """How long there is for the first reply, in words."""

    words: str
    is_late: bool


def line_words(rows: Sequence[LeadRow], changed: int | None = None) -> dict[str, Any]:
    """What the lines of these rows are drawn with; `changed` is the line somebody has just saved."""
    return {
        "rows": rows,
        "changed": changed,
        "sources": source_names(),
        "staff": staff_names(),
        "stage_words": spoken(STAGE_WORDS),
        "call_words": spoken(CALL_WORDS),
        "tomorrow": tomorrow(),
        "clocks": _clocks(rows),
    }


def _clocks(rows: Sequence[LeadRow]) -> dict[int, ReplyClock]:
    """The clock of each new lead nobody has answered; a lead that rests has none."""
    waiting = [
        row
        for row in rows
        if row.stage == Stage.NEW and row.first_reply_at is None and not row.is_parked(tomorrow())
    ]
    if not waiting:
        return {}
    studio = current_studio()
    span = local_date(now() - LOOKS_BACK, studio.zone), today()
    hours = kept(("open times", *span), lambda: open_times(studio.id, *span))
    if not hours:
        return {}  # without opening hours there is nothing to count
    return {row.id: _said(time_left(row.opened_at, hours, zone=studio.zone, now=now())) for row in waiting}


def _said(left: timedelta) -> ReplyClock:
    late = -left
    if left > timedelta(0):
        return ReplyClock(_("%(n)s min left to reply", n=-(-left // timedelta(minutes=1))), False)
    if late < HOUR:
        return ReplyClock(_("reply %(n)s min late", n=late // timedelta(minutes=1)), True)
    if late < 24 * HOUR:
        return ReplyClock(_("reply %(n)s h late", n=late // HOUR), True)
    return ReplyClock(_("reply long overdue"), True)
