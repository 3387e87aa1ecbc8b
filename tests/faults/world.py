"""A gym with many guests, each with a confirmation by mail and a reminder by LINE."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import insert, select

from backoffice.bookings.models import Booking, BookingChannel, BookingState, Participant
from backoffice.core.db import db, transaction
from backoffice.messaging.models import Channel, Kind, MessageRoad
from backoffice.messaging.outbox import queue_message
from backoffice.people.models import Person, PersonMail
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service, Studio
from backoffice.studio.queries import the_studio
from tests.databases import drop_database
from tests.far_ends.line_server import TOKEN
from tests.far_ends.processes import FarEnd
from tests.gym import make_gym


@contextmanager
def own_database(address: str) -> Iterator[str]:
    """A database of its own on a server, dropped afterwards; tests that really commit must not meet others."""
    name = f"faults_{uuid4().hex[:12]}"
    server = address.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        yield address.replace("@/backoffice?", f"@/{name}?", 1)
    finally:
        drop_database(server, name)


def product_environment(
    database_url: str, redis_url: str, folder: Path, mail: FarEnd, line: FarEnd
) -> dict[str, str]:
    """The settings of a worker whose providers are far ends of the tests."""
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(folder / "data"),
        "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "MAIL_FROM": "SEI <desk@gym.example>",
        "LOG_LEVEL": "WARNING",
        "LINE_API_URL": f"http://127.0.0.1:{line.port}",
        "LINE_CHANNEL_SECRET": "of-the-tests",
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
    }


def make_world(app: Flask, guests: int, *, now: datetime) -> None:
    """`guests` people with a booking in two days and two due messages each. No quiet hours: drills run at night."""
    with app.app_context():
        studio = make_gym(now=now)
        pairs = make_guests(guests, now=now)
        choose_line(Kind.REMINDER_DAY_BEFORE)
        with transaction():
            for person_id, booking_id in pairs:
                for kind in (Kind.BOOKING_CONFIRMED, Kind.REMINDER_DAY_BEFORE):
                    queue(studio.id, kind, person_id, booking_id, now=now)


def make_guests(count: int, *, now: datetime) -> list[tuple[int, int]]:
    """People with a booking in two days, in the gym that exists, without quiet hours; (person, booking) ids."""
    with transaction():
        studio = the_studio()
        studio.quiet_from = studio.quiet_to = time(0)
        people = _people(count, now)
        return list(zip(people, _bookings(studio, people, now), strict=True))


def choose_line(kind: Kind) -> None:
    """From now on messages of this kind go by LINE."""
    with transaction():
        db.session.add(MessageRoad(studio_id=the_studio().id, kind=kind, channel=Channel.LINE))


def queue(studio_id: int, kind: Kind, person_id: int, booking_id: int, *, now: datetime) -> int | None:
    """A message about a booking that is due now."""
    return queue_message(
        kind,
        studio_id=studio_id,
        dedupe_key=f"{kind}:booking:{booking_id}:{person_id}:1",
        send_at=now,
        expires_at=now + timedelta(days=1),
        now=now,
        language="ja",
        person_id=person_id,
        booking_id=booking_id,
        booking_version=1,
    )


def _people(count: int, now: datetime) -> list[int]:
    rows = [
        {"name": f"検査 {number}", "language": "ja", "created_at": now, "line_user_id": f"U{uuid4().hex}"}
        for number in range(count)
    ]
    ids = list(db.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
    mails = [{"person_id": one, "raw": f"g{one}@example.jp", "address": f"g{one}@example.jp"} for one in ids]
    db.session.execute(insert(PersonMail), mails)
    return ids


def _bookings(studio: Studio, people: list[int], now: datetime) -> list[int]:
    """Bookings as rows: messages read them; whether they could be made is proved elsewhere."""
    # A talk: nobody is asked for a health check sheet before it, so all messages are those that were queued here.
    service = db.session.scalars(select(Service.id).where(Service.slug == "counselling")).one()
    trainer = db.session.scalars(select(Trainer.id).order_by(Trainer.id)).first()
    common = {
        "studio_id": studio.id,
        "service_id": service,
        "trainer_id": trainer,
        "starts_at": now + timedelta(days=2),
        "ends_at": now + timedelta(days=2, hours=1),
        "state": BookingState.BOOKED.value,
        "channel": BookingChannel.WEB.value,
        "created_at": now,
        "created_by": "test",
    }
    statement = insert(Booking).returning(Booking.id, sort_by_parameter_order=True)
    ids = list(db.session.scalars(statement, [common] * len(people)))
    guests = [{"booking_id": one, "person_id": person} for one, person in zip(ids, people, strict=True)]
    db.session.execute(insert(Participant), guests)
    return ids
