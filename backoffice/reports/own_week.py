"""A trainer's own day and week: who comes, what CARE asks for, whose birthday it is, who has to be asked back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from backoffice.bookings.models import CANCELLED_STATES, Attendance, Booking, Participant
from backoffice.care.models import CareNote
from backoffice.clients.models import Client, SubstituteTrainer
from backoffice.core.clock import day_span, local_date
from backoffice.core.db import fetch
from backoffice.people.models import Person
from backoffice.people.queries import health_kept
from backoffice.session_logs.history import Unwritten, unwritten
from backoffice.studio.models import Service, Studio

DAYS = 7
QUIET = timedelta(days=14)
GONE = timedelta(days=183)
"""Who has not come for half a year has left or rests: asking again is for a campaign, not for this page."""
MOST_DUE = 50
BACK = timedelta(days=14)
OPEN = (Attendance.EXPECTED, Attendance.ARRIVED)
"""Somebody who is expected or in the house: whether the session was held is still to be said."""


class OwnSession(NamedTuple):
    """One guest of one booking of the trainer's."""

    participant_id: int
    booking_id: int
    person_id: int
    name: str
    kana: str
    caution: str
    starts_at: datetime
    ends_at: datetime
    attendance: str
    kind: str
    service_ja: str
    service_en: str

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


class OwnClient(NamedTuple):
    """Somebody whose main or substitute trainer reads: when they came last, when they come next (with anybody)."""

    person_id: int
    name: str
    kana: str
    birth_date: date | None
    joined_on: date | None
    left_on: date | None
    is_main: bool
    last_at: datetime | None
    next_at: datetime | None

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


class DueCare(NamedTuple):
    """The open CARE notes of a guest that fall due."""

    person_id: int
    name: str
    kana: str
    due_on: date
    notes: int

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


@dataclass(frozen=True)
class Week:
    """Seven days from `first` on, and whom to think of; the lists say how it is now, whatever week is looked at."""

    first: date
    zone: str
    sessions: Sequence[OwnSession]
    unmarked: Sequence[OwnSession]
    unwritten: Sequence[Unwritten]
    care: Sequence[DueCare]
    clients: Sequence[OwnClient]
    now: datetime

    @property
    def days(self) -> list[tuple[date, list[OwnSession]]]:
        """Each of the seven days with its sessions, those without any as well."""
        by_day = {
            day: list(rows)
            for day, rows in groupby(self.sessions, key=lambda row: local_date(row.starts_at, self.zone))
        }
        week = [self.first + timedelta(days=number) for number in range(DAYS)]
        return [(day, by_day.get(day, [])) for day in week]

    @property
    def birthdays(self) -> list[tuple[date, OwnClient]]:
        """Whose birthday falls into the week, by day."""
        found = [(birthday_within(one.birth_date, self.first, DAYS), one) for one in self.clients]
        return sorted(
            ((day, one) for day, one in found if day), key=lambda pair: (pair[0], pair[1].person_id)
        )

    @property
    def without_next(self) -> list[OwnClient]:
        """Members of the trainer's own who have nothing booked; who came longest ago stands first."""
        return sorted((one for one in self._asked_back() if one.next_at is None), key=_longest_ago)

    @property
    def quiet(self) -> list[OwnClient]:
        """Members who have not come for 14 days though something is booked; the others stand in `without_next`."""
        return sorted(
            (one for one in self._asked_back() if one.next_at and self.is_quiet(one)), key=_longest_ago
        )

    def is_quiet(self, one: OwnClient) -> bool:
        """Whether somebody has not come for 14 days, counted from joining for those who never came."""
        today = local_date(self.now, self.zone)
        return _last_day(one, self.zone) <= today - QUIET

    def _asked_back(self) -> list[OwnClient]:
        today = local_date(self.now, self.zone)
        return [
            one
            for one in self.clients
            if one.is_main
            and _last_day(one, self.zone) > today - GONE
            and (one.left_on is None or one.left_on >= today)
        ]


def own_week(studio: Studio, trainer_id: int, first: date, *, now: datetime) -> Week:
    """The week of a trainer from a day on; four statements, however many guests."""
    start, _ = day_span(first, studio.zone)
    end, _ = day_span(first + timedelta(days=DAYS), studio.zone)
    found = _sessions(studio.id, trainer_id, start, end, now)
    sessions = [one for one in found if start <= one.starts_at < end]
    coming = [one.person_id for one in sessions]
    last_day = local_date(now, studio.zone) + timedelta(days=DAYS - 1)
    return Week(
        first=first,
        zone=studio.zone,
        sessions=sessions,
        unmarked=[one for one in found if one.ends_at <= now and one.attendance in OPEN],
        unwritten=unwritten(studio.id, trainer_id, now=now, back=QUIET),
        care=_due_care(studio.id, trainer_id, coming, last_day),
        clients=_clients(trainer_id, now),
        now=now,
    )


def birthday_within(born: date | None, first: date, days: int) -> date | None:
    """The birthday that falls into `days` days from `first` on; the 29th of February is kept on the 28th."""
    if born is None:
        return None
    for year in (first.year, first.year + 1):
        try:
            day = born.replace(year=year)
        except ValueError:
            day = date(year, 2, 28)
        if first <= day < first + timedelta(days=days):
            return day
    return None


def _last_day(one: OwnClient, zone: str) -> date:
    """When somebody came last, or joined."""
    return local_date(one.last_at, zone) if one.last_at else one.joined_on or date.min


def _longest_ago(one: OwnClient) -> tuple[bool, datetime | None, int]:
    return one.last_at is not None, one.last_at, one.person_id


def _sessions(
    studio_id: int, trainer_id: int, start: datetime, end: datetime, now: datetime
) -> list[OwnSession]:
    """The sessions of the week, and those of the last 14 days of which nobody has said what became of them."""
    in_week = and_(Booking.starts_at >= start, Booking.starts_at < end)
    unsaid = and_(Booking.starts_at >= now - BACK, Booking.ends_at <= now, Participant.attendance.in_(OPEN))
    query = (
        select(
            Participant.id, Booking.id, Person.id, Person.name, Person.kana, Person.caution, Booking.starts_at,
            Booking.ends_at, Participant.attendance, Service.kind, Service.name_ja, Service.name_en,
        )
        .select_from(Participant)
        .join(Booking, Booking.id == Participant.booking_id)
        .join(Person, Person.id == Participant.person_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Booking.studio_id == studio_id,
            Booking.trainer_id == trainer_id,
            or_(in_week, unsaid),
            Booking.state.not_in(CANCELLED_STATES),
        )
        .order_by(Booking.starts_at, Participant.position)
    )  # fmt: skip
    return [OwnSession._make(row) for row in fetch(query)]


def _trains(trainer_id: int) -> ColumnElement[bool]:
    """That somebody is the trainer's member, or the trainer steps in for them."""
    main = exists().where(Client.person_id == Person.id, Client.main_trainer_id == trainer_id)
    steps_in = exists().where(
        SubstituteTrainer.person_id == Person.id, SubstituteTrainer.trainer_id == trainer_id
    )
    return or_(main.correlate(Person), steps_in.correlate(Person))


def _due_care(studio_id: int, trainer_id: int, coming: list[int], last_day: date) -> list[DueCare]:
    """Open notes due until a day, of those who come and of the trainer's own; what is longest due first."""
    query = (
        select(Person.id, Person.name, Person.kana, func.min(CareNote.due_on), func.count())
        .join(CareNote, CareNote.person_id == Person.id)
        .where(
            CareNote.studio_id == studio_id,
            CareNote.closed_at.is_(None),
            CareNote.due_on <= last_day,
            health_kept(Person.id),
            or_(Person.id.in_(coming), _trains(trainer_id)),
        )
        .group_by(Person.id)
        .order_by(func.min(CareNote.due_on), Person.id)
        .limit(MOST_DUE)
    )
    return [DueCare._make(row) for row in fetch(query)]


def _clients(trainer_id: int, now: datetime) -> list[OwnClient]:
    came = Booking.starts_at < now, Participant.attendance != Attendance.NO_SHOW
    last_at = func.max(Booking.starts_at).filter(*came)
    next_at = func.min(Booking.starts_at).filter(Booking.starts_at >= now)
    query = (
        select(
            Person.id, Person.name, Person.kana, Person.birth_date, Client.joined_on, Client.left_on,
            func.coalesce(Client.main_trainer_id == trainer_id, False), last_at, next_at,
        )
        .outerjoin(Client, Client.person_id == Person.id)
        .outerjoin(Participant, Participant.person_id == Person.id)
        .outerjoin(
            Booking, (Booking.id == Participant.booking_id) & Booking.state.not_in(CANCELLED_STATES)
        )
        .where(Person.archived_at.is_(None), _trains(trainer_id))
        .group_by(Person.id, Client.id)
        .order_by(Person.id)
    )  # fmt: skip
    return [OwnClient._make(row) for row in fetch(query)]
