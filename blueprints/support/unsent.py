"""A form that arrived too late (screen locked, signed in anew) is not lost: it comes back, ready to be sent again.

Offered only when the browser says that the form came from a page of ours, so that another site cannot put words into
a form that a staff member then sends.
"""

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.support.asking import wants_fragment, wants_json

SECRETS = ("csrf_token", "password", "pin")


@dataclass(frozen=True)
class FirstStep:
    """What must be done, on a page of its own, before the form can be sent."""

    url: str
    label: str


def can_offer() -> bool:
    """Whether this is a plain form of ours from somebody who is signed in."""
    own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    plain = request.method == "POST" and not wants_json() and not wants_fragment()
    known = bool(current_user) and current_user.is_authenticated
    return own and plain and known and bool(request.form) and not request.files


def offer(status: int, sentence: str, first: FirstStep | None = None) -> ResponseReturnValue:
    """The form again, with everything typed except secrets."""
    values = [(name, value) for name, value in request.form.items(multi=True) if not _is_secret(name)]
    target = request.full_path.rstrip("?")
    page = render_template("errors/unsent.html", sentence=sentence, first=first, target=target, values=values)
    return page, status


def _is_secret(name: str) -> bool:
    return any(secret in name for secret in SECRETS)
