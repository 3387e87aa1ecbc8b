"""The link to a home program (自宅メニュー): signed, for half a year, until the trainer ends it."""

from datetime import datetime, timedelta

from backoffice.core import links
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.exercises.vocabulary import Setting
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.messaging.outbox import queue_message
from backoffice.people.queries import held_person, is_reachable
from backoffice.programs.models import Program
from backoffice.programs.queries import program_of
from backoffice.studio.models import Studio

LINK = "home-program"
LINK_HOLDS = timedelta(days=180)
WORTH_SENDING = timedelta(days=3)
"""How long after it was asked for the message is still of use."""


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


def send_home_link(studio: Studio, person_id: int, program_id: int, *, by: Actor, now: datetime) -> None:
    """Send somebody the link of their home program, at most once a day while it is the same link.

    Refuses (Invalid) a program for the gym, one that has ended, and somebody whom no message reaches.
    """
    person = held_person(person_id)
    program = program_of(studio.id, person_id, program_id)
    if not _opens(program, studio, now):
        raise Invalid(N_("There is no home program to send: it is one for the gym, or it has ended."))
    if not is_reachable(person_id):
        raise Invalid(N_("There is neither a mail address nor LINE to send it to. Please print the sheet."))
    queue_message(
        Kind.HOME_PROGRAM, studio_id=studio.id, now=now, send_at=now, expires_at=now + WORTH_SENDING,
        dedupe_key=f"{Kind.HOME_PROGRAM}:{program.id}:{program.link_epoch}:{local_date(now, studio.zone)}",
        language=person.language, person_id=person_id, values={"program_id": program.id},
    )  # fmt: skip
    record("program.link_sent", "program", program.id, by=by, now=now, person_id=person_id)


def home_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The link that a message carries: the one that holds when it goes out. Screens of the gym never show it."""
    program = db.session.get(Program, message.values.get("program_id", 0))
    studio = db.session.get_one(Studio, message.studio_id)
    if program is None or program.person_id != message.person_id or not _opens(program, studio, now):
        return NotWanted(N_("The home program has ended."))
    return Facts({"program_url": links.absolute(home_path(program))}, secrets=frozenset({"program_url"}))


def _opens(program: Program, studio: Studio, now: datetime) -> bool:
    is_over = program.ends_on is not None and program.ends_on < local_date(now, studio.zone)
    return program.place == Setting.HOME and program.archived_at is None and not is_over
