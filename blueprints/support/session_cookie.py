"""The signed-in browser: its cookie carries only a random token; everything else is a row that can be ended."""

from flask import Request, session

from backoffice.core import clock
from backoffice.staff.sessions import SignedIn, signed_in

KEY = "staff_session"


def load(request: Request) -> SignedIn | None:
    """Who is asking, for Flask-Login; None when nobody is signed in."""
    token = session.get(KEY)
    return signed_in(token, now=clock.utc_now()) if isinstance(token, str) else None


def begin(token: str) -> None:
    """Put a new session's token into a cleared cookie, so that nothing of before sign-in survives."""
    session.clear()
    session[KEY] = token
    session.permanent = True


def forget() -> None:
    """Empty the cookie."""
    session.clear()
