"""The address that a trainer's phone or calendar program reads."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from backoffice.bookings.trainer_feed import trainer_calendar
from backoffice.staff.feeds import feed_reader
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio

feeds = Blueprint("feeds", __name__)


@feeds.get("/feeds/<token>.ics")
@link_holder("trainer feed")
@limiter.limit("30/minute")
def show(token: str) -> ResponseReturnValue:
    """The bookings of the trainer who made the link; 304 as long as nothing changed, 404 once it is revoked."""
    studio = current_studio()
    reader = feed_reader(token, studio.id)
    body = trainer_calendar(studio, reader.trainer_id, reader.language, now=now())
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = (
        "private, no-cache"  # to be kept by its reader, and asked about every time
    )
    response.add_etag()
    return response.make_conditional(request)
