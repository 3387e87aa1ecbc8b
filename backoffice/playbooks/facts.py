"""What a step's message says, and whether its person is still where the step found them."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from backoffice.care.queries import check_in_path
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.core.links import absolute
from backoffice.memberships.freezes import end_of_freeze
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.playbooks.models import Playbook, PlaybookRun
from backoffice.playbooks.stops import MOVED_ON, over
from backoffice.screening.queries import sheet_path
from backoffice.studio.models import Studio
from backoffice.tickets.queries import balance_of

NO_FREEZE = N_("No freeze with a last day holds.")
WITHOUT_YEAR = timedelta(days=300)
"""Texts name a day without its year; one that is farther away is not named."""
BOOK_PATHS = {Kind.AFTER_COUNSELLING: "/book/trial"}


def step_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The link of this kind of message, as long as the run is live and nothing stops it."""
    run = db.session.get(PlaybookRun, message.run_id) if message.run_id is not None else None
    if run is None or run.ended_at is not None:
        return NotWanted(run.ended_why if run is not None and run.ended_why else MOVED_ON)
    playbook = db.session.get_one(Playbook, run.playbook_id)
    if (reason := over(playbook, run_id=run.id, now=now).get(run.id)) is not None:
        return NotWanted(reason)
    kind = Kind(message.kind)
    if kind is Kind.SHEET_EXPIRING:
        return Facts({"sheet_url": absolute(sheet_path(run.person_id))}, secrets=frozenset({"sheet_url"}))
    if kind is Kind.CARE_REMINDED:
        return Facts({"care_url": absolute(check_in_path(run.person_id))}, secrets=frozenset({"care_url"}))
    if kind is Kind.TICKETS_LOW:
        return _tickets(run.person_id, _today(playbook, now))
    if kind is Kind.FREEZE_ENDING:
        return _freeze(run.person_id, _today(playbook, now))
    source = urlencode({"utm_source": "mail", "utm_campaign": kind.value})
    return Facts({"book_url": absolute(f"{BOOK_PATHS.get(kind, '/book')}?{source}")})


def _today(playbook: Playbook, now: datetime) -> date:
    return local_date(now, db.session.get_one(Studio, playbook.studio_id).zone)


def _tickets(person_id: int, today: date) -> Facts:
    left = balance_of(person_id, day=today)
    is_near = left.next_end is not None and left.next_end < today + WITHOUT_YEAR
    return Facts({"tickets": {"left": left.free, "ends_on": left.next_end if is_near else None}})


def _freeze(person_id: int, today: date) -> Facts | NotWanted:
    ends_on = end_of_freeze(person_id, today)
    if ends_on is None:
        return NotWanted(NO_FREEZE)
    return Facts({"freeze": {"ends_on": ends_on, "resumes_on": ends_on + timedelta(days=1)}})
