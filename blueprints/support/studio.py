"""The studio of a request, read at most once a minute per process: its name stands on every page."""

import time

from flask import current_app, g

from backoffice.core.db import db
from backoffice.studio.models import Studio
from backoffice.studio.queries import the_studio

KEPT_SECONDS = 60.0


def current_studio() -> Studio:
    """The studio whose pages are shown. The row is detached: change it through its own query, then `forget_studio`."""
    kept: Studio | None = g.get("studio")
    if kept is None:
        kept = g.studio = _cached()
    return kept


def _cached() -> Studio:
    kept = current_app.extensions.get("studio_row")
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]  # type: ignore[no-any-return]
    studio = the_studio()
    db.session.expunge(studio)
    current_app.extensions["studio_row"] = (time.monotonic(), studio)
    return studio


def forget_studio() -> None:
    """Read the row anew at the next request of this process (others follow within a minute)."""
    current_app.extensions.pop("studio_row", None)
