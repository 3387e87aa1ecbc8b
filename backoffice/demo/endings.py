"""Members who left: a gym of nine months has some."""

from datetime import date, timedelta

from backoffice.clients.queries import client_of
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason
from backoffice.memberships.periods import months_after

LEFT = ((6, LeavingReason.MOVING), (5, LeavingReason.REACHED), (3, LeavingReason.TIME), (3, LeavingReason.MONEY),
        (1, LeavingReason.TIME))  # fmt: skip
"""How many months ago, and why."""
AGREED = "デモ"


def tell_endings(diary: Diary, members: list[Member]) -> list[Member]:
    """Some of the first members leave at the end of a month; the others go on and are returned."""
    today = local_date(diary.now, diary.studio.zone)
    for member, (months, reason) in zip(members, LEFT, strict=False):
        last = months_after(today.replace(day=1), 1 - months) - timedelta(days=1)
        with transaction():
            _leave(diary, member, last, reason)
    return members[len(LEFT) :]


def _leave(diary: Diary, member: Member, last: date, reason: LeavingReason) -> None:
    client = client_of(member.person.id)
    if client is not None:
        at = diary.now - timedelta(days=(local_date(diary.now, diary.studio.zone) - last).days + 20)
        terms = LeavingTerms(last, reason)
        leave(client.id, terms, studio=diary.studio, waiver=AGREED, by=SYSTEM, now=at)
