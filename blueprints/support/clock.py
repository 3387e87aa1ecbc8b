"""The time of a request: read once, so that everything a request writes agrees."""

from datetime import date, datetime

from flask import g

from backoffice.core import clock
from blueprints.support.studio import current_studio


def now() -> datetime:
    """The instant of this request, in UTC."""
    kept: datetime | None = g.get("now")
    if kept is None:
        kept = g.now = clock.utc_now()
    return kept


def today() -> date:
    """The studio's calendar day at this request."""
    return clock.local_date(now(), current_studio().zone)


def tomorrow() -> datetime:
    """When the studio's next calendar day begins."""
    return clock.day_span(today(), current_studio().zone)[1]
