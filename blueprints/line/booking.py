"""Booking from the chat: the link knows whose account tapped it."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from backoffice.line.paths import account_in
from backoffice.line.queries import account_by_id
from blueprints.bookings import line_visit
from blueprints.bookings.visit_page import LinkGone, explain_gone_links
from blueprints.support.access import link_holder

line_booking = Blueprint("line_booking", __name__)
explain_gone_links(line_booking)


@line_booking.get("/line/book/<token>")
@link_holder("line-book")
def start(token: str) -> ResponseReturnValue:
    """To the services, in the language of the account. Nothing is written; the address that is left names nobody."""
    account_id = account_in(token)
    account = account_by_id(account_id) if account_id is not None else None
    if account is None or not line_visit.remember(token):
        raise LinkGone
    return redirect(url_for("book.index", lang=account.language), 303)
