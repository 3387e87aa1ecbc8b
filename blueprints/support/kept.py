"""What pages show of the studio's set-up (services, trainers, sources …), read once by a process and kept.

Exact, not for a while: the database renews `studios.setup_stamp` with every change of the set-up, each request learns
the present one (staff pages with their session, others by one small statement), and nothing is kept beyond it.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from flask import current_app, g
from flask_login import current_user

from backoffice.core.db import Base, db
from backoffice.studio.queries import setup_stamp

T = TypeVar("T")
Row = TypeVar("Row", bound=Base)

MOST = 500
"""Names may carry a day (hours of the calendar): a process keeps no more than this many answers."""


class _Kept(NamedTuple):
    """What was read under one stamp, by name."""

    stamp: UUID
    answers: dict[Hashable, Any]


def kept(name: Hashable, read: Callable[[], T]) -> T:
    """The answer of `read`, asked once for each `name` until the set-up changes.

    For reading only: rows come detached and are shared by all threads of the process.
    """
    answers = _answers()
    if name in answers:
        return answers[name]  # type: ignore[no-any-return]
    if len(answers) >= MOST:
        answers.clear()
    answer = answers[name] = _detached(read())
    return answer


def attached(row: Row) -> Row:
    """A kept row as one of this request's session, for actions that look it up there; nothing is asked or written."""
    known = db.session.merge(row, load=False)
    g.setdefault("attached", []).append(known)  # a session forgets rows that nobody holds
    return known


def _answers() -> dict[Hashable, Any]:
    found: _Kept | None = g.get("kept")
    if found is None:
        stamp = current_user.setup_stamp if current_user.is_authenticated else setup_stamp()
        found = current_app.extensions.get("kept")
        if found is None or found.stamp != stamp:
            found = current_app.extensions["kept"] = _Kept(stamp, {})
        g.kept = found
    return found.answers


def _detached(answer: T) -> T:
    for row in answer if isinstance(answer, list) else [answer]:
        if isinstance(row, Base):
            db.session.expunge(row)
    return answer
