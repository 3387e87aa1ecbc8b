"""Many people at once, for benchmarks and trials of size: loaded in bulk, with every constraint on.

One lead and about five bookings a person, spread over years that have passed; no two bookings overlap, because trainers
are added until there is room, and the database checks every claim all the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import Range

from backoffice.bookings.models import (
    Attendance,
    Booking,
    BookingChannel,
    BookingState,
    Claim,
    Participant,
    Resource,
    resource_key,
)
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local
from backoffice.core.contact import fold_kana, fold_name, search_text
from backoffice.core.db import WithId, db
from backoffice.demo.names import a_mail, a_name, a_phone
from backoffice.leads.defaults import SOURCES
from backoffice.leads.models import Lead, Stage, StageChange
from backoffice.people.models import Person, PersonMail, PersonPhone
from backoffice.staff.models import Trainer
from backoffice.staff.trainers import add_trainer, set_weekly_hours
from backoffice.studio.models import Room, Studio
from backoffice.studio.queries import service_by_slug
from backoffice.todos.models import Todo, TodoKind

BOOKINGS_PER_PERSON = 5
STARTS = tuple(time(9 + minute // 60, minute % 60) for minute in range(0, 12 * 60, 75))
"""Starts 75 minutes apart: an hour of session and a quarter of clean-up."""
TRAINERS = 10
BATCH = 2_000
ARTICLES = ("back-fat", "waist", "shoulder-pain", "posture", "sleep", "")
Progress = Callable[[str, int, int], None]
"""Called with what is being loaded, how many are done, how many there are."""


class _Rows(defaultdict[type[WithId], list[dict[str, Any]]]):
    """Rows to insert, by table, in the order in which the tables were first named."""

    def __init__(self) -> None:
        super().__init__(list)

    def insert(self) -> None:
        """Insert them, one statement a table."""
        for model, rows in self.items():
            db.session.execute(insert(model), rows)


@dataclass(frozen=True)
class _Past:
    """One person's place in the load: ids reserved beforehand, so that rows can point at each other."""

    person_id: int
    lead_id: int
    stage: str
    opened_at: datetime


def load_bulk(studio: Studio, people: int, *, now: datetime, progress: Progress, seed: int = 7) -> None:
    """Add `people` people with a lead and bookings each. The caller commits."""
    random = Random(seed)  # noqa: S311 - made-up people, the same at every load
    ids = list(zip(_reserve(Person, people), _reserve(Lead, people), strict=True))
    pasts = [_past(person_id, lead_id, random, now) for person_id, lead_id in ids]
    for done in range(0, people, BATCH):
        progress("people", done, people)
        _load_people(studio, pasts[done : done + BATCH], random, now)
    _load_bookings(studio, pasts, random, now, progress)
    progress("people", people, people)
    db.session.execute(text("analyze"))


def _reserve(model: type[WithId], count: int) -> list[int]:
    query = text("select nextval(pg_get_serial_sequence(:name, 'id')) from generate_series(1, :count)")
    return list(db.session.scalars(query, {"name": model.__tablename__, "count": count}))


def _past(person_id: int, lead_id: int, random: Random, now: datetime) -> _Past:
    days_ago = random.randrange(1, 900)
    stage = random.choices(
        (Stage.JOINED, Stage.LOST, Stage.TRIALLED, Stage.CONTACTED, Stage.NEW), (30, 50, 8, 7, 5)
    )[0]
    return _Past(
        person_id, lead_id, stage.value, now - timedelta(days=days_ago, minutes=random.randrange(600))
    )


def _load_people(studio: Studio, pasts: list[_Past], random: Random, now: datetime) -> None:
    rows = _Rows()
    for past in pasts:
        _add_person(rows, past, random)
        rows[Lead].append(_lead(studio, past, random))
        step = {"lead_id": past.lead_id, "to_stage": Stage.NEW, "at": past.opened_at, "by_label": "import"}
        rows[StageChange].append(step)
        if past.stage not in {Stage.JOINED, Stage.LOST}:
            rows[Todo].append(_next_action(studio, past, random, now))
    rows.insert()


def _add_person(rows: _Rows, past: _Past, random: Random) -> None:
    name, kana, gender = a_name(random)
    phone, mail = a_phone(past.person_id), a_mail(past.person_id)
    rows[Person].append(
        {
            "id": past.person_id, "name": name, "kana": kana, "gender": gender, "created_at": past.opened_at,
            "name_key": fold_name(name), "kana_key": fold_kana(kana),
            "search": search_text(name, kana, "", [phone], [mail]),
        }
    )  # fmt: skip
    e164 = "+81" + phone.replace("-", "")[1:]
    rows[PersonPhone].append({"person_id": past.person_id, "raw": phone, "e164": e164})
    rows[PersonMail].append({"person_id": past.person_id, "raw": mail, "address": mail})


def _lead(studio: Studio, past: _Past, random: Random) -> dict[str, Any]:
    is_closed = past.stage in {Stage.JOINED, Stage.LOST}
    closed_at = past.opened_at + timedelta(days=random.randrange(1, 40)) if is_closed else None
    return {
        "id": past.lead_id, "studio_id": studio.id, "person_id": past.person_id, "source": random.choice(SOURCES)[0],
        "article": random.choice(ARTICLES), "interest": random.choice(("trial", "counselling")), "stage": past.stage,
        "stage_since": closed_at or past.opened_at, "opened_at": past.opened_at, "closed_at": closed_at,
        "lost_reason": "price" if past.stage == Stage.LOST else None,
    }  # fmt: skip


def _next_action(studio: Studio, past: _Past, random: Random, now: datetime) -> dict[str, Any]:
    return {
        "studio_id": studio.id, "kind": TodoKind.NEXT_ACTION, "title": "Call", "person_id": past.person_id,
        "lead_id": past.lead_id, "created_at": past.opened_at,
        "due_at": now + timedelta(days=random.randrange(-20, 20)),
    }  # fmt: skip


def _load_bookings(
    studio: Studio, pasts: list[_Past], random: Random, now: datetime, progress: Progress
) -> None:
    service = service_by_slug(studio.id, "session")
    wanted = len(pasts) * BOOKINGS_PER_PERSON
    free = _free_places(studio, now)
    booking_ids = _reserve(Booking, wanted)
    for done in range(0, wanted, BATCH):
        progress("bookings", done, wanted)
        rows = _Rows()
        for number in range(done, min(done + BATCH, wanted)):
            booking_id, past = booking_ids[number], pasts[number % len(pasts)]
            starts_at, trainer_id, room_id = next(free)
            ends_at = starts_at + timedelta(minutes=service.minutes)
            cleaned_at = ends_at + timedelta(minutes=service.cleanup_minutes)
            is_past = ends_at < now
            rows[Booking].append(
                {
                    "id": booking_id, "studio_id": studio.id, "service_id": service.id, "trainer_id": trainer_id,
                    "room_id": room_id, "starts_at": starts_at, "ends_at": ends_at,
                    "cleanup_minutes": service.cleanup_minutes, "channel": BookingChannel.DESK,
                    "state": BookingState.ATTENDED if is_past else BookingState.BOOKED,
                    "created_at": starts_at - timedelta(days=7), "created_by": "import",
                }
            )  # fmt: skip
            attendance = Attendance.ATTENDED if is_past else Attendance.EXPECTED
            rows[Participant].append(
                {"booking_id": booking_id, "person_id": past.person_id, "attendance": attendance}
            )
            for key, until in (
                (resource_key(Resource.TRAINER, trainer_id), cleaned_at),
                (resource_key(Resource.ROOM, room_id), cleaned_at),
                (resource_key(Resource.PERSON, past.person_id), ends_at),
            ):
                rows[Claim].append(
                    {"resource": key, "span": Range(starts_at, until), "booking_id": booking_id}
                )
        rows.insert()


def _free_places(studio: Studio, now: datetime) -> Iterator[tuple[datetime, int, int]]:
    """Starts with a trainer and a room, from two weeks ahead backwards. One room each, so that none waits."""
    trainers, rooms = more_trainers(studio, now, TRAINERS), _more_rooms(studio)
    day = (now + timedelta(days=14)).date()
    while True:
        for start in STARTS[:: 1 if day < now.date() else 2]:
            starts_at = at_local(day, start, studio.zone)
            for trainer, room in zip(trainers, rooms, strict=True):
                yield starts_at, trainer.id, room.id
        day -= timedelta(days=1)


def more_trainers(studio: Studio, now: datetime, count: int) -> list[Trainer]:
    """So many trainers who work 9:00 to 22:00 every day."""
    added = []
    for number in range(1, count + 1):
        trainer = add_trainer(
            studio.id, f"more-{number}", f"トレーナー{number}", f"Trainer {number}", by=SYSTEM, now=now
        )
        hours = [(weekday, time(9), time(22), None, None) for weekday in range(7)]
        set_weekly_hours(trainer, hours, valid_from=date(2020, 1, 1), by=SYSTEM, now=now)
        added.append(trainer)
    return added


def _more_rooms(studio: Studio) -> list[Room]:
    rooms = [
        Room(
            studio_id=studio.id,
            name_ja=f"{number + 10}号室",
            name_en=f"Room {number + 10}",
            position=number + 10,
        )
        for number in range(TRAINERS)
    ]
    db.session.add_all(rooms)
    db.session.flush()
    return rooms
