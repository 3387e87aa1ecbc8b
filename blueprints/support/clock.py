"""The time of a request: read once, so that everything a request writes agrees."""

from datetime import date, datetime

from flask import g

from backoffice.core import clock
from blueprints.support.studio import current_studio


def now() -> datetime:
    """The instant of this request, in UTC."""
    if "now" not in g:
        g.now = clock.utc_now()
    return g.now  # type: ignore[no-any-return]


def today() -> date:
    """The studio's calendar day at this request."""
    return clock.local_date(now(), current_studio().zone)
