"""The link to a home program (自宅メニュー): signed, for half a year, until the trainer ends it."""

from datetime import timedelta

from backoffice.core import links
from backoffice.core.db import db
from backoffice.exercises.vocabulary import Setting
from backoffice.programs.models import Program

LINK = "home-program"
LINK_HOLDS = timedelta(days=180)


def home_path(program: Program) -> str:
    """The path of the page a client opens."""
    return f"/home-program/{links.sign(LINK, program.id, program.link_epoch)}"


def program_by_token(token: str) -> Program | None:
    """The home program this link opens; None for a forged, old or ended one."""
    parts = links.read(LINK, token, LINK_HOLDS)
    if parts is None or len(parts) != 2 or not all(isinstance(part, int) for part in parts):
        return None
    program = db.session.get(Program, int(parts[0]))
    if program is None or program.person_id is None or program.place != Setting.HOME:
        return None
    return program if program.link_epoch == parts[1] and program.archived_at is None else None
