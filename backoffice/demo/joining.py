"""Joining in the demo: where some members live, papers that were begun, signed and joined on, one of them referred."""

from datetime import timedelta

from sqlalchemy import select

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.demo.diary import Diary
from backoffice.joining.actions import Agreement, Signing, begin_paper, finish, sign
from backoffice.joining.answers import Answers
from backoffice.joining.queries import discounts, newest_terms
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.queries import plans
from backoffice.people.details import Details, save_details
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person

FEE_YEN = 22_000
UNDECIDED = (Stage.TRIALLED, Stage.COUNSELLED)
WAVE = "M60 120" + "".join(
    f"L{60 + 12 * step} {100 + (34 if step % 2 else -30) + step % 5 * 4}" for step in range(36)
)
"""What a hurried signature looks like."""
HOMES = (
    Details("604-8381", "京都市中京区西ノ京職司町 8-2 メゾン二条 402", "田村 恵", "妻", "090-0000-0201"),
    Details("604-8271", "京都市中京区釜座通三条上る 5", "小林 一郎", "父", "075-000-0202"),
    Details("602-8164", "京都市上京区中務町 3-1", "大橋 久美", "姉", "080-0000-0203"),
)


def tell_joining(diary: Diary) -> None:
    """Three members have an address; of three guests one has joined on papers, one has signed."""
    with transaction():
        diary.studio.joining_fee_yen = FEE_YEN
    members = db.session.scalars(select(Client.person_id).order_by(Client.id).limit(len(HOMES))).all()
    for person_id, home in zip(members, HOMES, strict=False):
        with transaction():
            save_details(person_id, home, by=SYSTEM, now=diary.now)
    undecided = select(Lead).where(Lead.stage.in_(UNDECIDED), Lead.closed_at.is_(None))
    for number, lead in enumerate(db.session.scalars(undecided.order_by(Lead.id.desc()).limit(3)).all()):
        with transaction():
            _papers(diary, lead, number, referrer_id=members[0])


def _papers(diary: Diary, lead: Lead, number: int, *, referrer_id: int) -> None:
    """The first joins on them, the second signs, the third has them before her."""
    now = diary.now - timedelta(minutes=90 - 30 * number)
    studio, person = diary.studio, find_person(lead.person_id)
    taken = [one.id for one in discounts(studio.id)[:1]] if number else []
    plan = plans(studio.id)[number % 2]
    agreement = Agreement(
        plan.id,
        local_date(now, studio.zone),
        diary.trainers[number % len(diary.trainers)].id,
        FEE_YEN,
        taken,
        None if number else referrer_id,
    )
    paper = begin_paper(person, agreement, studio=studio, lead=lead, by=SYSTEM, now=now)
    if number == 2:
        return
    signing = Signing(WAVE, "", True, newest_terms(studio.id).number, person.language)
    sign(studio, paper.id, _written(person), signing, version=None, by=SYSTEM, now=now)
    if number == 0:
        finish(studio, paper.id, version=None, by=SYSTEM, now=now)


def _written(person: Person) -> Answers:
    phone = person.phones[0].raw if person.phones else "075-000-0300"
    return Answers(
        name=person.shown_name,
        kana=person.kana or "デモ",
        birth_date="1991-06-15",
        postal_code="604-0000",
        address="京都市中京区（デモ）御池通 1-1",
        phone=phone,
        emergency_name="デモ 太郎",
        emergency_relation="夫",
        emergency_phone="090-0000-0301",
    )
