"""The training side of the gym that is measured: a trainer, one client of three years, and 2,400 people who tell.

`PARTS` are loaded one after the other, each only while its table is empty: a new part is one line and its loader.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, insert, select
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
from backoffice.care.measures import ALWAYS, Measure
from backoffice.care.models import CareNote, CheckIn, Outcome, Topic
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import WithId, db
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Unit
from backoffice.people.models import Consent, Person, Purpose
from backoffice.programs.actions import save_day, start_program
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.programs.models import Program
from backoffice.progress.models import MeasureKind, Measurement
from backoffice.session_logs.models import LoggedSet, SessionLog
from backoffice.staff.actions import add_with_password
from backoffice.staff.models import Role, Trainer
from backoffice.studio.models import Room, Studio
from backoffice.studio.queries import service_by_slug

MAIL = "bench-trainer@example.com"
FIRST_MORE_ROOM = 11
YEARS = timedelta(days=3 * 365)
VISITS, VALUES, NOTES, VERSIONS = 300, 300, 60, 6
EXERCISES, SETS = 4, 5
BEFORE_OPENING = time(7)
"""The bulk's bookings fill every start from nine o'clock on; those of the one client stand before them."""
TELLERS, EVERY, DAYS = 2_400, 8, 60
"""Every eighth of the first 19,200 people has told about sixty days: 144,000 check-ins, 480 people of the trainer."""
STORIES, UNSEEN, SILENT = 4, 1, 2
"""Of each four who tell, the last week of one has not been seen, and one has been silent for three weeks."""
BATCH = 10_000


@dataclass(frozen=True)
class Place:
    """Where everything is loaded: the trainer has 2,000 guests, and `person_id` is one of them."""

    studio: Studio
    trainer: Trainer
    person_id: int
    now: datetime

    @property
    def first(self) -> datetime:
        """When the one client began."""
        return self.now - YEARS


def the_trainer() -> Trainer:
    """The first of those whom the bulk added; every tenth person was booked with them."""
    return db.session.scalars(select(Trainer).where(Trainer.slug == "more-1")).one()


def the_client() -> int:
    """The person whose pages are opened: the first guest of the trainer."""
    return db.session.scalars(select(func.min(Person.id))).one()


def load(studio: Studio, *, now: datetime) -> bool:
    """Load the parts that are not there yet; whether there were any. The caller commits."""
    trainer = the_trainer()
    if trainer.staff_id is None:
        _account(studio, trainer, now=now)
    place = Place(studio, trainer, the_client(), now)
    missing = [part for table, part in PARTS if db.session.scalar(select(table.id).limit(1)) is None]
    for part in missing:
        part(place)
    return bool(missing)


def _account(studio: Studio, trainer: Trainer, *, now: datetime) -> None:
    password = secrets.token_urlsafe(20)
    staff = add_with_password(
        MAIL, "計測 翼", [Role.TRAINER], password, studio_id=studio.id, by=SYSTEM, now=now
    )
    trainer.staff_id = staff.id


def _joined(place: Place) -> None:
    """The client of three years, their visits (two a week, but for holidays), and that of yesterday."""
    day = local_date(place.first, place.studio.zone)
    client = Client(
        person_id=place.person_id, member_number=1, joined_on=day, main_trainer_id=place.trainer.id,
        created_at=place.first,
    )  # fmt: skip
    service = service_by_slug(place.studio.id, "session")
    room = db.session.scalars(select(func.min(Room.id)).where(Room.position >= FIRST_MORE_ROOM)).one()
    bookings = [
        Booking(
            studio_id=place.studio.id, service_id=service.id, trainer_id=place.trainer.id, room_id=room,
            starts_at=starts_at, ends_at=starts_at + timedelta(minutes=service.minutes), channel=BookingChannel.DESK,
            state=BookingState.ATTENDED, created_at=starts_at, created_by="import",
        )
        for starts_at in _starts(place, day)
    ]  # fmt: skip
    db.session.add_all([client, *bookings])
    db.session.flush()
    taken = ((Resource.TRAINER, place.trainer.id), (Resource.ROOM, room), (Resource.PERSON, place.person_id))
    for held in bookings:
        span = Range(held.starts_at, held.ends_at)
        db.session.add(
            Participant(booking_id=held.id, person_id=place.person_id, attendance=Attendance.ATTENDED)
        )
        db.session.add_all(
            Claim(resource=resource_key(kind, one), span=span, booking_id=held.id) for kind, one in taken
        )
    db.session.flush()


def _starts(place: Place, first: date) -> Iterator[datetime]:
    """A visit every three or four days; the last one is nobody's past yet: its card is what is opened."""
    for number in range(VISITS + 1):
        day = first + timedelta(days=(YEARS.days - 1) * number // VISITS)
        yield at_local(day, BEFORE_OPENING, place.studio.zone)


def _told(place: Place) -> None:
    """What people told about sixty days, and one client about three years, with the consent for it."""
    people = _tellers()
    _insert(Consent, (_consent(place, person_id) for person_id in people))
    rows: list[dict[str, Any]] = []
    for number, person_id in enumerate(people):
        story = number // 5 % STORIES  # every fifth of them is the trainer's: each of those in turn
        pause = 21 if story == SILENT else 0
        days = YEARS.days if person_id == place.person_id else DAYS
        rows += (_check_in(place, person_id, day + pause, story) for day in range(days))
    _insert(CheckIn, rows)


def _tellers() -> list[int]:
    people = db.session.scalars(select(Person.id).order_by(Person.id).limit(TELLERS * EVERY))
    return list(people)[::EVERY]


def _consent(place: Place, person_id: int) -> dict[str, Any]:
    return {
        "person_id": person_id, "purpose": Purpose.HEALTH, "granted": True, "wording": "bench", "language": "ja",
        "source": "check-in", "at": place.first,
    }  # fmt: skip


def _check_in(place: Place, person_id: int, back: int, story: int) -> dict[str, Any]:
    """A day `back` days ago; answers differ from day to day and person to person, the same at every load."""
    told_at = place.now - timedelta(days=back, minutes=30)
    turn = (person_id + back) % 5
    answers = {one.value: 1 + turn % 3 for one in ALWAYS} | {Measure.SLEEP.value: 5 + turn / 2}
    is_unseen = story == UNSEEN and back < 7
    return {
        "studio_id": place.studio.id, "person_id": person_id, "day": local_date(told_at, place.studio.zone),
        "habits": [], "has_words": False, "answered_with": "", "told_at": told_at,
        "seen_at": None if is_unseen else told_at, "seen_by": "", "version": 1, **answers,
    }  # fmt: skip


def _advised(place: Place) -> None:
    """Notes of CARE about the one client, all but five closed, and an open one about everybody else who tells."""
    rows = []
    for number in range(NOTES):
        written_at = place.first + YEARS * number / NOTES
        rows.append(_note(place, place.person_id, written_at, days=7, is_closed=number < NOTES - 5))
    for number, person_id in enumerate(_tellers()[1:]):
        rows.append(_note(place, person_id, place.now - timedelta(days=7), days=7 + number % 15))
    _insert(CareNote, rows)


def _note(
    place: Place, person_id: int, written_at: datetime, *, days: int, is_closed: bool = False
) -> dict[str, Any]:
    due_at = written_at + timedelta(days=days)
    return {
        "studio_id": place.studio.id, "person_id": person_id, "topic": Topic.SLEEP, "noticed": "寝つきが悪いとのこと",
        "advice": "寝る1時間前からスマートフォンを見ない", "target": "睡眠7時間", "written_by": "import",
        "written_at": written_at, "due_on": local_date(due_at, place.studio.zone), "version": 1,
        "closed_at": due_at if is_closed else None, "outcome": Outcome.PARTLY if is_closed else None,
        "outcome_words": "平日はできた" if is_closed else "", "closed_by": "",
    }  # fmt: skip


def _measured(place: Place) -> None:
    """Values of the one client: each kind in turn, from the first day to this one."""
    kinds = list(db.session.scalars(select(MeasureKind).order_by(MeasureKind.position)))
    rows = []
    for number in range(VALUES):
        kind, at = kinds[number % len(kinds)], place.first + YEARS * number / VALUES
        share = Decimal(40 + number % 7) / 100
        rows.append(
            {
                "studio_id": place.studio.id, "person_id": place.person_id, "kind_id": kind.id,
                "day": local_date(at, place.studio.zone), "value": kind.least + (kind.most - kind.least) * share,
                "measured_by": "import", "measured_at": at,
            }
        )  # fmt: skip
    _insert(Measurement, rows)


def _planned(place: Place) -> None:
    """The program of the one client, changed every half year: six versions of three days with five exercises."""
    exercises = db.session.scalars(select(Exercise).order_by(Exercise.id).limit(5)).all()
    begun = local_date(place.first, place.studio.zone)
    made = start_program(
        place.studio, place.person_id, "姿勢改善", "Posture", starts_on=begun, by=SYSTEM, now=place.first
    )
    for number in range(VERSIONS - 1):
        at = place.first + YEARS * number / VERSIONS
        items = tuple(ItemDraft(one.id, one.unit, one.counted, 3, 10 + number) for one in exercises)
        save_day(
            place.studio, place.person_id, made.id, 1, number % 3 * 2, DayDraft(items, "背中", "Back"),
            valid_from=local_date(at, place.studio.zone), version=None, by=SYSTEM, now=at,
        )  # fmt: skip


def _logged(place: Place) -> None:
    """What was done in each visit but the last: four exercises of five sets, and a word for the next time."""
    visits = db.session.execute(_visits(place.person_id).where(Participant.id != the_visit())).all()
    exercises = db.session.scalars(select(Exercise.id).order_by(Exercise.id).limit(EXERCISES)).all()
    logs = [
        SessionLog(
            studio_id=place.studio.id, participant_id=visit.id, person_id=place.person_id,
            held_on=local_date(visit.starts_at, place.studio.zone), started_at=visit.starts_at, started_by="import",
            saved_at=visit.starts_at, saved_by="import", note="フォーム安定", to_self="次回は左右差を見る",
        )
        for visit in visits
    ]  # fmt: skip
    db.session.add_all(logs)
    db.session.flush()
    done = (
        {
            "log_id": log.id, "exercise_id": exercise_id, "place": at, "number": number, "unit": Unit.REPS,
            "load_kg": Decimal(20 + turn % 30), "amount": 8 + number, "rpe": Decimal(7),
        }
        for turn, log in enumerate(logs)
        for at, exercise_id in enumerate(exercises, 1)
        for number in range(1, SETS + 1)
    )  # fmt: skip
    _insert(LoggedSet, done)


def _visits(person_id: int) -> Select[Any]:
    query = select(Participant.id, Booking.starts_at).join(Booking, Booking.id == Participant.booking_id)
    return query.where(Participant.person_id == person_id, Booking.state == BookingState.ATTENDED)


def the_visit() -> int:
    """The newest visit of the client, which is not written up."""
    return db.session.execute(_visits(the_client()).order_by(Booking.starts_at.desc()).limit(1)).scalar_one()


def _insert(table: type[WithId], rows: Iterable[dict[str, Any]]) -> None:
    ready = list(rows)
    for first in range(0, len(ready), BATCH):
        db.session.execute(insert(table), ready[first : first + BATCH])


PARTS: tuple[tuple[type[WithId], Callable[[Place], None]], ...] = (
    (Client, _joined),
    (CheckIn, _told),
    (CareNote, _advised),
    (Measurement, _measured),
    (Program, _planned),
    (SessionLog, _logged),
)
"""A table that is empty before, and what fills it."""
