"""What a step's message says, and whether its person is still where the step found them."""

from datetime import datetime
from urllib.parse import urlencode

from backoffice.care.queries import check_in_path
from backoffice.core.db import db
from backoffice.core.links import absolute
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.playbooks.models import Playbook, PlaybookRun
from backoffice.playbooks.stops import MOVED_ON, over
from backoffice.screening.queries import sheet_path

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
    source = urlencode({"utm_source": "mail", "utm_campaign": kind.value})
    return Facts({"book_url": absolute(f"{BOOK_PATHS.get(kind, '/book')}?{source}")})
