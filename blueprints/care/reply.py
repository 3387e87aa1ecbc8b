"""The page that shows a client what their trainer answered. Opening it changes nothing; "read" is a button."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backoffice.care import queries
from backoffice.care.models import CareReply
from backoffice.care.replies import mark_read
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import NotFound
from backoffice.people.queries import MergedAway, bare_person, is_health_kept
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.support.access import link_holder
from blueprints.support.clock import now
from blueprints.support.limits import limiter

care_reply = Blueprint("care_reply", __name__, url_prefix="/care-reply/<token>")
explain_gone_links(care_reply)


@care_reply.get("")
@link_holder("care-reply")
def show(token: str) -> ResponseReturnValue:
    """The words, and the way to tell again."""
    row = _read(token)
    return render_template(
        "care/reply.html", reply=row, token=token, check_in=queries.check_in_path(row.person_id)
    )


@care_reply.post("")
@link_holder("care-reply")
@limiter.limit("20 per minute")
def read(token: str) -> ResponseReturnValue:
    """The client has read it; the trainer sees that."""
    row = _read(token)
    by = Actor("link", row.person_id, "link holder")
    in_transaction(lambda: mark_read(row.id, by=by, now=now()))
    return redirect(url_for("care_reply.show", token=token), 303)


def _read(token: str) -> CareReply:
    row = queries.reply_by_token(token)
    if row is None or not is_health_kept(row.person_id):
        raise LinkGone
    try:
        speak(bare_person(row.person_id).language)
    except (NotFound, MergedAway) as error:
        raise LinkGone from error
    return row
