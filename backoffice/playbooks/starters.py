"""The playbooks that every gym starts with. Those for enquiries are on, those for members wait to be switched on."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.playbooks.entries import ENTRIES
from backoffice.playbooks.models import Deed, Entry, Playbook, PlaybookStep
from backoffice.playbooks.timing import USUAL_TIME


@dataclass(frozen=True)
class Starter:
    """A playbook as it is at the start; steps are days with a message or a task."""

    entry: Entry
    name_ja: str
    name_en: str
    steps: tuple[tuple[int, Kind | str], ...]
    is_on: bool = False


STARTERS = (
    Starter(
        Entry.COUNSELLED, "カウンセリング後（体験未予約）", "After counselling, no trial booked",
        ((3, Kind.AFTER_COUNSELLING),), is_on=True,
    ),
    Starter(
        Entry.TRIALLED, "体験後（入会前）", "After the trial, not joined", ((2, Kind.AFTER_TRIAL),), is_on=True
    ),
    Starter(Entry.NO_SHOW, "ご来店がなかったとき", "After a no-show", ((1, Kind.AFTER_NO_SHOW),), is_on=True),
    Starter(
        Entry.NO_NEXT_BOOKING, "次回予約のない会員", "Members without a next booking", ((3, Kind.NO_NEXT_BOOKING),)
    ),
    Starter(
        Entry.QUIET, "14日ご来店のない会員", "Members quiet for 14 days",
        ((0, N_("Call and ask how they are")), (7, Kind.MISSED_YOU)),
    ),
    Starter(
        Entry.SHEET_EXPIRING, "健康チェックシートの期限前", "Health check sheet running out",
        ((0, Kind.SHEET_EXPIRING), (21, Kind.SHEET_EXPIRING)),
    ),
    Starter(
        Entry.CHECK_IN_UNANSWERED, "体調・食事の記録が未回答", "Check-in unanswered", ((3, Kind.CARE_REMINDED),)
    ),
    Starter(
        Entry.TICKETS_LOW, "回数券の残りわずか・期限前", "Tickets low or ending",
        ((1, Kind.TICKETS_LOW), (10, N_("Ask about more tickets or another plan"))),
    ),
    Starter(
        Entry.FREEZE_ENDING, "休会の終了前", "Before a freeze ends",
        ((0, Kind.FREEZE_ENDING), (15, N_("Ask when they come again"))),
    ),
    Starter(
        Entry.JOINED, "入会から1か月", "The first month of a member",
        ((7, Kind.FIRST_MONTH), (14, N_("Ask how the training feels")), (28, N_("Talk about how to go on"))),
    ),
)  # fmt: skip


def add_starters(studio_id: int, *, now: datetime) -> None:
    """Give a new studio its playbooks."""
    for starter in STARTERS:
        playbook = Playbook(
            studio_id=studio_id, entry=starter.entry.value, name_ja=starter.name_ja, name_en=starter.name_en,
            stops=[stop.value for stop in ENTRIES[starter.entry].stops], is_on=starter.is_on, created_at=now,
        )  # fmt: skip
        db.session.add(playbook)
        db.session.flush()
        db.session.add_all(_step(playbook.id, days, deed) for days, deed in starter.steps)
    db.session.flush()


def _step(playbook_id: int, days: int, deed: Kind | str) -> PlaybookStep:
    if isinstance(deed, Kind):
        return PlaybookStep(
            playbook_id=playbook_id, days=days, at=USUAL_TIME, deed=Deed.MESSAGE.value, kind=deed.value
        )
    return PlaybookStep(playbook_id=playbook_id, days=days, at=USUAL_TIME, deed=Deed.TASK.value, task=deed)
