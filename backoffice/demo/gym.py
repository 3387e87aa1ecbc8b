"""The demo gym: a believable small gym in Kyoto, nine months old, made only through the actions that pages call."""

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import exists, select, update

from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.demo.care import tell_stories
from backoffice.demo.diary import Diary, Progress
from backoffice.demo.endings import tell_endings
from backoffice.demo.enquiries import book_todays_visits, tell_enquiries
from backoffice.demo.exercises import add_own_exercises
from backoffice.demo.health_checks import answer_sheets
from backoffice.demo.joining import tell_joining
from backoffice.demo.line import tell_line
from backoffice.demo.memberships import tell_memberships
from backoffice.demo.money import tell_money
from backoffice.demo.people import SIGN_INS, hire
from backoffice.demo.programs import plan_members
from backoffice.demo.progress import measure_members
from backoffice.demo.records import tell_records
from backoffice.demo.session_logs import write_up
from backoffice.demo.sessions import fill_weeks, join_early_members
from backoffice.founding import found_gym
from backoffice.messaging.models import Message, MessageState
from backoffice.messaging.roads import NO_CHANNEL
from backoffice.reports.goals import set_goals
from backoffice.reports.periods import months_after
from backoffice.reports.start import Step
from backoffice.staff.models import Staff
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind

MONTHS = 9
EARLY_MEMBERS = 22
GOALS = {"enquiries": 16, "trials": 10, "joins": 6, "revenue_yen": 3_000_000, "sessions": 220}


def load_demo(*, now: datetime, progress: Progress, seed: int = 20261124) -> None:
    """Fill an empty database with the demo gym, around today. Commits as it goes; one to two minutes."""
    random = Random(seed)  # noqa: S311 - a story, the same at every load
    since = local_date(now, "Asia/Tokyo") - timedelta(days=31 * MONTHS)
    with transaction():
        studio = _found(since, now=now - timedelta(days=31 * MONTHS))
        desk, trainers = hire(studio, since, now=now - timedelta(days=31 * MONTHS))
        own = add_own_exercises(studio, now=now - timedelta(days=31 * MONTHS))
    diary = Diary(studio, desk, trainers, random, now, progress)
    members = join_early_members(diary, EARLY_MEMBERS, since)
    members += tell_enquiries(diary, MONTHS * 31)
    members = tell_endings(diary, members)
    answer_sheets(diary, members)
    measure_members(diary, members)
    book_todays_visits(diary)
    fill_weeks(diary, members, since)
    tell_records(diary, members)
    plan_members(diary, members, own)
    write_up(diary, members, own)
    tell_stories(diary, members)
    tell_line(diary, members)
    tell_memberships(diary)
    tell_money(diary, now - timedelta(days=31 * MONTHS))
    tell_joining(diary)
    with transaction():
        _want(studio, now)
    with transaction():
        _finish_past_calls(now)
        _leave_past_messages_unsent(now)


def demo_is_present() -> bool:
    """Whether this database holds the demo gym, so that its sign-ins work."""
    return db.session.scalar(select(exists().where(Staff.mail == SIGN_INS[0]))) or False


def _leave_past_messages_unsent(now: datetime) -> None:
    """Nothing left the building in those nine months: there was no channel."""
    values = {"state": MessageState.NOT_SENT, "reason": NO_CHANNEL, "ended_at": now}
    past = update(Message).where(Message.state == MessageState.PLANNED, Message.send_at <= now)
    db.session.execute(past.values(**values))


def _want(studio: Studio, now: datetime) -> None:
    """Goals of this month and the two before it."""
    this = local_date(now, studio.zone).replace(day=1)
    for back in range(3):
        wanted = dict(GOALS, joins=GOALS["joins"] - back)
        set_goals(studio.id, months_after(this, -back), wanted, version=0, by=SYSTEM, now=now)


def _finish_past_calls(now: datetime) -> None:
    """The desk has made the calls of visits that are over."""
    past = update(Todo).where(
        Todo.kind == TodoKind.CALL_TO_CONFIRM, Todo.done_at.is_(None), Todo.due_at < now
    )
    db.session.execute(past.values(done_at=Todo.due_at, done_by=SYSTEM.label))


def _found(since: date, *, now: datetime) -> Studio:
    studio = found_gym("整 SEI", "SEI Kyoto", by=SYSTEM, now=now)
    studio.phone, studio.mail = "075-000-0000", "desk@demo.example"
    studio.line_id = "@sei-demo"
    studio.skipped_steps = [step.value for step in Step]
    studio.address_ja = "京都市中京区（デモ）二条町1-2 三階"
    studio.address_en = "3F, 1-2 Nijo-cho (demo), Nakagyo-ku, Kyoto"
    studio.way_ja = (
        "地下鉄 二条城前駅の2番出口から徒歩3分、JR二条駅から徒歩3分です。"
        "1階が花屋のビルの3階へお越しください。"
    )
    studio.way_en = (
        "Three minutes on foot from Nijojo-mae (exit 2) or JR Nijo. Third floor, above the flower shop."
    )
    studio.bring_ja = "手ぶらでお越しいただけます。飲み物だけご用意ください。"
    studio.bring_en = "You can come empty-handed. Please bring something to drink."
    studio.changing_ja = "更衣室は入口の左手にあります。鍵付きロッカーをお使いください。"
    studio.changing_en = "The changing room is to the left of the entrance, with lockers."
    studio.map_url = "https://www.openstreetmap.org/?mlat=35.0142&mlon=135.7482#map=17/35.0142/135.7482"
    return studio
