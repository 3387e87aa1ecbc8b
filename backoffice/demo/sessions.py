"""The members' weeks: about a session each, since the gym began and in the next days; today is always busy."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from backoffice.bookings.actions import cancel
from backoffice.bookings.attendance import arrive, attend, confirm, no_show
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import Slot
from backoffice.clients.models import Client
from backoffice.clients.queries import client_of
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.demo.diary import Diary
from backoffice.memberships.actions import Joining, join, sell
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.memberships.tickets import give_months
from backoffice.people.models import Person
from backoffice.staff.models import Trainer
from backoffice.tickets.actions import expire
from backoffice.tickets.queries import balances

DAYS_AHEAD = 10
A_SESSION = timedelta(minutes=90)
MISSED, CALLED_OFF = 0.03, 0.06
"""The chances that a guest does not come, and that they cancel on the day."""
RENEWS = 0.3
"""The chance that somebody without tickets buys a pack on a day."""
BUSY_TODAY, LEAST = 14, 3
"""Sessions of today, and of a day when there were few members yet."""


@dataclass(frozen=True)
class Member:
    """Somebody who joined: with whom they train, and since when."""

    person: Person
    trainer: Trainer
    since: datetime


def join_early_members(diary: Diary, count: int, since: date) -> list[Member]:
    """Members from before the story begins: no enquiry of theirs was recorded."""
    members = []
    with transaction():
        for number in range(count):
            diary.progress("members", number, count)
            at = diary.now - timedelta(days=(diary.now.date() - since).days - number % 20)
            person, trainer = diary.meet(at), diary.trainers[number % len(diary.trainers)]
            terms = Joining(
                diary.random.choice(plans(diary.studio.id)).id, local_date(at, diary.studio.zone), trainer.id
            )
            join(person, terms, studio_id=diary.studio.id, lead=None, by=SYSTEM, now=at)
            members.append(Member(person, trainer, at))
    return members


def fill_weeks(diary: Diary, members: list[Member], since: date) -> None:
    """Book and hold the members' sessions, day by day."""
    today = local_date(diary.now, diary.studio.zone)
    first = since + timedelta(weeks=3)  # by then the first members have joined
    days = (today - first).days + DAYS_AHEAD
    for number in range(days):
        diary.progress("days", number, days)
        day = first + timedelta(days=number)
        with transaction():
            _settle_tickets(diary, members, min(diary.now, _evening_before(diary, day)))
            _fill_day(diary, members, day, is_today=day == today)


def _settle_tickets(diary: Diary, members: list[Member], at: datetime) -> None:
    """Months begin, packs end; most of those who have nothing left buy a pack again."""
    expire(by=SYSTEM, now=at)
    give_months(diary.studio, by=SYSTEM, now=at)
    day = local_date(at, diary.studio.zone)
    monthly = select(Client.person_id).join(Membership, Membership.client_id == Client.id)
    have_months = set(db.session.scalars(monthly.where(Membership.is_monthly)))
    left = balances([one.person.id for one in members], day=day)
    pack = next(plan for plan in plans(diary.studio.id) if not plan.is_monthly)
    for one in members:
        is_out = one.person.id not in have_months and left[one.person.id].free == 0
        client = client_of(one.person.id) if is_out and one.since <= at else None
        if client is not None and diary.random.random() < RENEWS:
            sell(client, pack.id, day, studio_id=diary.studio.id, by=SYSTEM, now=at)


def _fill_day(diary: Diary, members: list[Member], day: date, *, is_today: bool) -> None:
    service, booked_at = diary.services["session"], min(diary.now, _evening_before(diary, day))
    present = [one for one in members if one.since <= booked_at]
    wanted = BUSY_TODAY if is_today else max(LEAST, len(present) // 7)
    free = diary.free(service, day, booked_at)
    for guest in diary.random.sample(present, min(len(present), wanted)):
        slots = [one for one in free if one.trainer_id == guest.trainer.id] or free
        if not slots:
            return
        slot = diary.random.choice(slots[:: 4 if len(slots) > 8 else 1])
        booking = diary.book(service, slot, [Guest(guest.person)], at=booked_at)
        if booking is not None:
            free = [one for one in free if not _collides(one, slot)]
            _hold(diary, booking)


def _collides(one: Slot, taken: Slot) -> bool:
    """Of the same trainer, and too near to the time that was just taken (preparation and clean-up included)."""
    return one.trainer_id == taken.trainer_id and abs(one.starts_at - taken.starts_at) < A_SESSION


def _hold(diary: Diary, booking: Booking) -> None:
    """Let it happen as far as the present allows."""
    guest = guests_of(booking.id)[0]
    chance = diary.random.random()
    if booking.ends_at < diary.now and chance < MISSED:
        no_show(guest, by=SYSTEM, now=booking.ends_at)
    elif booking.ends_at < diary.now and chance < MISSED + CALLED_OFF:
        cancel(booking, by_gym=False, by=SYSTEM, now=booking.starts_at - timedelta(hours=3))
    elif booking.ends_at < diary.now:
        attend(guest, by=SYSTEM, now=booking.ends_at)
    elif booking.starts_at < diary.now:
        arrive(guest, by=SYSTEM, now=booking.starts_at - timedelta(minutes=6))
    elif diary.random.random() < 0.6:
        confirm(guest, by=SYSTEM, now=diary.now)


def _evening_before(diary: Diary, day: date) -> datetime:
    return diary.now - timedelta(days=(local_date(diary.now, diary.studio.zone) - day).days + 1)
