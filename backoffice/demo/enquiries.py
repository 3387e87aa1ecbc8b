"""Nine months of enquiries: most book, most of those come, half of those join; some are lost, some still think."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.bookings.actions import cancel
from backoffice.bookings.attendance import FeeMethod, attend, no_show, receive_fee
from backoffice.bookings.guests import SHOE_SIZES, Guest
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.leads.actions import capture_lead, lose, mark_replied
from backoffice.leads.models import Lead
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.queries import plans
from backoffice.people.actions import add_note
from backoffice.people.models import Person

ENQUIRIES = 120
PATIENCE = timedelta(days=21)
"""An enquiry that nobody moved for three weeks was closed by the desk."""

SOURCES = (
    ("column", 40), ("google", 18), ("instagram", 16), ("line", 12), ("referral", 10), ("hotpepper", 8), ("walk_by", 6),
)  # fmt: skip
ARTICLES = ("back-fat", "waist", "posture", "shoulder-stiffness", "sleep-and-weight")
WORDS = (
    "背中のはみ肉が気になります。週2回通えますか。",
    "産後の体型を戻したいです。夜の時間を希望します。",
    "デスクワークで姿勢が悪く、運動の習慣をつけたいです。",
    "友人の紹介です。まずは話を聞いてみたいです。",
    "結婚式までに二の腕を引き締めたいです。",
    "",
)
LOST = ("price", "time", "far", "other_gym", "not_now", "no_answer")
NOTES = (
    "電話で確認。水曜の夜が通いやすいとのこと。",
    "体験後、ご家族と相談してからお返事くださるとのこと。",
    "駐輪場の場所をご案内しました。",
)


@dataclass
class _Story:
    """One enquiry as it goes on; `at` is when the last thing happened."""

    person: Person
    lead: Lead
    at: datetime


def tell_enquiries(diary: Diary, days: int) -> list[Member]:
    """Tell every enquiry in the order in which it came; returns those who joined."""
    begins = sorted(diary.random.random() ** 0.8 * days for _ in range(ENQUIRIES))
    members = []
    for number, begin in enumerate(begins):
        diary.progress("enquiries", number, ENQUIRIES)
        with transaction():
            at = diary.now - timedelta(days=days - begin * 0.997, minutes=diary.random.randrange(300))
            if (member := _tell(diary, min(at, diary.now - timedelta(minutes=40)))) is not None:
                members.append(member)
    return members


def _tell(diary: Diary, at: datetime) -> Member | None:
    story = _enquire(diary, at)
    member = _go_on(diary, story)
    if member is None and story.lead.closed_at is None and story.at < diary.now - PATIENCE:
        lose(story.lead, "no_answer", by=SYSTEM, now=story.at + PATIENCE)
    return member


def _go_on(diary: Diary, story: _Story) -> Member | None:
    luck = diary.random.random()
    if luck < 0.12:
        return None
    story.at += timedelta(hours=diary.random.choice((1, 2, 4, 20)))
    if story.at >= diary.now:
        return None
    mark_replied(story.lead, by=SYSTEM, now=story.at)
    if luck < 0.24:
        _lose_later(diary, story)
        return None
    if luck < 0.5:
        _visit(diary, story, "counselling")
    if not _visit(diary, story, "trial"):
        return None
    if diary.random.random() < 0.4:
        add_note(story.person.id, diary.random.choice(NOTES), by=SYSTEM, now=story.at)
    return _decide(diary, story)


def _enquire(diary: Diary, at: datetime) -> _Story:
    person = diary.meet(at)
    sources, weights = zip(*SOURCES, strict=True)
    source = diary.random.choices(sources, weights)[0]
    article = diary.random.choice(ARTICLES) if source == "column" else ""
    utm = {"utm_source": "column", "utm_campaign": article} if article else {}
    lead = capture_lead(
        person,
        studio_id=diary.studio.id,
        source=source,
        article=article,
        utm=utm,
        interest=diary.random.choice(("trial", "trial", "counselling")),
        enquiry=diary.random.choice(WORDS),
        owner_staff_id=diary.desk.id,
        opened_at=at,
        by=SYSTEM,
        now=at,
    )
    return _Story(person, lead, at)


def _visit(diary: Diary, story: _Story, slug: str) -> bool:
    """Book a counselling or trial and let it happen; False when the story rests there."""
    booking = _find_hour(diary, story, slug)
    if booking is None or booking.starts_at > diary.now:
        return False
    guest = guests_of(booking.id)[0]
    luck = diary.random.random()
    if luck < 0.05:
        no_show(guest, by=SYSTEM, now=booking.ends_at)
        story.at = booking.ends_at
        return False
    if luck < 0.09:
        cancel(booking, by_gym=False, reason="", by=SYSTEM, now=booking.starts_at - timedelta(hours=30))
        story.at = booking.starts_at
        return False
    if booking.ends_at > diary.now:
        return False
    attend(guest, by=SYSTEM, now=booking.ends_at)
    story.at = booking.ends_at
    if guest.fee_yen and diary.random.random() < 0.9:
        receive_fee(guest, diary.random.choice(list(FeeMethod)), by=SYSTEM, now=booking.ends_at)
    return True


def _find_hour(diary: Diary, story: _Story, slug: str) -> Booking | None:
    service = diary.services[slug]
    day = local_date(story.at, diary.studio.zone) + timedelta(days=diary.random.randrange(1, 9))
    slots = diary.free(service, day, story.at)
    if not slots:
        return None
    wear = diary.random.random() < 0.7 and service.offers_wear
    guest = Guest(
        story.person,
        needs_wear=wear,
        wear_size=diary.random.choice(("S", "M", "L")) if wear else "",
        shoe_cm=diary.random.choice(SHOE_SIZES) if wear else "",
    )
    return diary.book(service, diary.random.choice(slots), [guest], at=story.at, lead=story.lead)


def _decide(diary: Diary, story: _Story) -> Member | None:
    luck = diary.random.random()
    if luck > 0.62:
        _lose_later(diary, story)
        return None
    days = diary.random.choice((0, 0, 0, 1, 2, 4, 7, 12))
    at = story.at + timedelta(days=days, minutes=20)
    if luck > 0.52 or at > diary.now:
        return None
    trainer = diary.random.choice(diary.trainers)
    plan = diary.random.choice(plans(diary.studio.id))
    terms = Joining(plan.id, local_date(at, diary.studio.zone), trainer.id)
    join(story.person, terms, studio_id=diary.studio.id, lead=story.lead, by=SYSTEM, now=at)
    return Member(story.person, trainer, at)


def _lose_later(diary: Diary, story: _Story) -> None:
    at = story.at + timedelta(days=diary.random.randrange(8, 30))
    if at < diary.now:
        lose(story.lead, diary.random.choice(LOST), by=SYSTEM, now=at)


def book_todays_visits(diary: Diary) -> None:
    """Two trials and a counselling of new people today, so that the desk has somebody to welcome."""
    today = local_date(diary.now, diary.studio.zone)
    for slug in ("trial", "trial", "counselling"):
        with transaction():
            story = _enquire(diary, diary.now - timedelta(days=3))
            service = diary.services[slug]
            slots = diary.free(service, today, story.at)
            wear = (
                Guest(story.person, needs_wear=True, wear_size="M", shoe_cm="24")
                if service.offers_wear
                else None
            )
            if slots:
                guest = wear or Guest(story.person)
                diary.book(service, diary.random.choice(slots), [guest], at=story.at, lead=story.lead)
