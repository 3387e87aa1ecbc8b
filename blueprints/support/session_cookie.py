"""The signed-in browser: of who is in, its cookie carries only a random token; the rest is a row that can be ended.

Visitors' pages keep their own in the same signed cookie: the campaign, the chat, links of visits booked here. Signing
in and out clears all of it.
"""

from flask import Request, session

from backoffice.core.db import transaction
from backoffice.staff.sessions import SignedIn, note_seen, signed_in
from blueprints.support import clock

KEY = "staff_session"
POLL = "X-Poll"
"""Sent by regions that refresh themselves: a screen nobody touches must still lock."""


def load(request: Request) -> SignedIn | None:
    """Who is asking, for Flask-Login; None when nobody is signed in."""
    token = session.get(KEY)
    if not isinstance(token, str):
        return None
    found = signed_in(token, now=clock.now())
    if found is not None and found.is_quiet and POLL not in request.headers:
        session.modified = True  # the cookie lasts on from here; it is not signed anew at every answer
        with transaction():
            note_seen(found.session_id, now=clock.now())
    return found


def begin(token: str) -> None:
    """Put a new session's token into a cleared cookie, so that nothing of before sign-in survives."""
    session.clear()
    session[KEY] = token
    session.permanent = True


def forget() -> None:
    """Empty the cookie."""
    session.clear()
