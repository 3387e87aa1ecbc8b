"""Positive controls: each guard is taken out once, and what it prevents must then happen and be seen."""

from contextlib import nullcontext
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select, text

from backoffice.bookings.models import Participant
from backoffice.core.db import db, transaction
from tests.faults import calls, claims, world
from tests.faults.stage import Stage

GUARDS = {**calls.GUARDS, **claims.GUARDS}


def make_stage(app: Flask) -> Stage:
    """Guests for every scenario, twice. The application's database is new and migrated."""
    world.make_world(app, 2 * (len(GUARDS) + claims.CALLS), now=datetime.now(UTC))
    with app.app_context():
        rows = db.session.execute(select(Participant.booking_id, Participant.person_id)).all()
        with transaction():
            db.session.execute(text("delete from messages"))
    return Stage(app, [(row.booking_id, row.person_id) for row in rows])


def try_guard(stage: Stage, name: str, *, removed: bool) -> list[str]:
    """What is wrong after the scenario of a guard, with the guard or without it."""
    scenario, without = GUARDS[name]
    with stage.app.app_context(), without() if removed else nullcontext():
        return scenario(stage)
