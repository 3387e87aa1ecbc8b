"""What the trainers know of the members: their sheets, who steps in, birthdays, and two incidents."""

from datetime import date, timedelta

from backoffice.clients.models import Wish
from backoffice.clients.records import save_record
from backoffice.clients.regions import Region
from backoffice.clients.trainers import name_substitute
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import local_date
from backoffice.core.db import transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.incidents.actions import Report, report_incident
from backoffice.incidents.models import IncidentKind
from backoffice.people.queries import held_person

SHEETS: tuple[tuple[dict[str, str], set[Wish]], ...] = (
    (
        {
            "goals": "産後に増えた体重を戻したい。子どもと山に登れる体力をつけたい。",
            "history": "高校までバスケットボール。2年前に右足首を捻挫。",
            "lifestyle": "在宅勤務で座っている時間が長い。睡眠は6時間ほど。",
            "emergency_contact": "ご主人 090-0000-0101",
        },
        {Wish.WOMAN, Wish.TALK},
    ),
    (
        {
            "goals": "階段で息が切れないようにしたい。",
            "allergies": "そば（食べると呼吸が苦しくなる）",
            "history": "運動経験はほとんどなし。",
            "lifestyle": "立ち仕事。帰宅は21時ごろ。",
            "emergency_contact": "娘さん 090-0000-0102",
        },
        {Wish.QUIET, Wish.NO_MUSIC},
    ),
    (
        {
            "goals": "ゴルフの飛距離を伸ばしたい。肩こりを楽にしたい。",
            "preferences": "最初の5分で前回からの変化を話したい。",
            "history": "週1回ゴルフ。",
            "lifestyle": "出張が多い。外食が週4回。",
        },
        {Wish.MUSIC},
    ),
    ({"goals": "I would like to sleep better and feel less stiff.", "emergency_contact": "090-0000-0104"}, set()),
)  # fmt: skip
NO_SHEET = 5
"""Of every so many members one has no sheet yet."""


def tell_records(diary: Diary, members: list[Member]) -> None:
    """Sheets as of the day each member joined; the first of each trainer's members have a birthday this week."""
    today = local_date(diary.now, diary.studio.zone)
    with transaction():
        for number, member in enumerate(members):
            if number < 2 * len(diary.trainers):
                held_person(member.person.id).birth_date = _birthday(today + timedelta(days=number), number)
            if number % NO_SHEET == NO_SHEET - 1:
                continue
            texts, wishes = SHEETS[number % len(SHEETS)]
            by = Actor("staff", member.trainer.staff_id, member.trainer.name_ja)
            save_record(member.person.id, texts, wishes, version=0, by=by, now=member.since)
            if number % 4 == 1:
                _step_in(diary, member)
        _two_incidents(diary, members)


def _birthday(day: date, number: int) -> date:
    return day.replace(year=1962 + 7 * number, day=min(day.day, 28))


def _step_in(diary: Diary, member: Member) -> None:
    other = next(one for one in diary.trainers if one.id != member.trainer.id)
    name_substitute(diary.studio.id, member.person.id, other.id, by=SYSTEM, now=member.since)


def _two_incidents(diary: Diary, members: list[Member]) -> None:
    """A near miss that nobody has looked at yet, and an accident that has to be asked about."""
    yesterday, tomorrow = diary.now - timedelta(days=1), diary.now + timedelta(days=1)
    given = (
        Report(
            IncidentKind.NEAR_MISS, yesterday, "ラックに戻したダンベルが転がり、足元に落ちた。けがはなし。",
            action="ダンベルを下の段に移した。", follow_up="ストッパーを取り付ける。",
            follow_up_due=local_date(tomorrow, diary.studio.zone),
        ),
        Report(
            IncidentKind.ACCIDENT, diary.now - timedelta(days=3), "着地のときに足首を軽くひねった。歩行は可能。",
            person_id=members[0].person.id, region=Region.ANKLE, exercise="ボックスジャンプ",
            action="10分冷やし、セッションを終了した。", follow_up="翌日に電話で様子を伺う。",
            follow_up_due=local_date(yesterday, diary.studio.zone),
        ),
    )  # fmt: skip
    for report, member in zip(given, members, strict=False):
        by = Actor("staff", member.trainer.staff_id, member.trainer.name_ja)
        report_incident(diary.studio, report, by=by, now=diary.now)
