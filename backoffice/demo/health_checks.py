"""The members' health check sheets: most say no to everything, some train with limits, a few are still to come."""

from backoffice.clients.limits import Limit
from backoffice.core.audit import SYSTEM
from backoffice.core.db import transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.screening.actions import answer_sheet, decide
from backoffice.screening.models import Verdict
from backoffice.screening.queries import newest_version

LIMITED = {
    1: ("ときどき腰が痛みます", (Limit.LOW_BACK, Limit.TWISTING), "重いものは持ち上げない。痛みが出たら中止"),
    5: ("学生のときに右ひざを痛めました", (Limit.KNEE, Limit.JUMPING), "深く曲げない"),
}
"""Of every nine members: what these wrote, and what their trainer decided."""
UNDECIDED, UNANSWERED = 7, 8


def answer_sheets(diary: Diary, members: list[Member]) -> None:
    """Sheets as of the day each member joined."""
    sheet = newest_version(diary.studio.id)
    with transaction():
        for number, member in enumerate(members):
            turn = number % 9
            if turn == UNANSWERED:
                continue
            told = LIMITED.get(turn, ("ときどき肩がこります", (), ""))
            is_yes = turn in LIMITED or turn == UNDECIDED
            made = answer_sheet(
                diary.studio, member.person.id,
                {one["key"]: is_yes and one["key"] == "joints" for one in sheet.questions}, {"joints": told[0]},
                version=sheet.number, signature=member.person.name, agrees=True, wording="demo", language="ja",
                by=SYSTEM, now=member.since,
            )  # fmt: skip
            if turn in LIMITED:
                decide(
                    diary.studio, member.person.id, Verdict.LIMITS, limits=told[1], reason=told[2], seen=made.id,
                    by=SYSTEM, now=member.since,
                )  # fmt: skip
