"""Bookings inside a freeze or after somebody's last day: listed, decided one by one, never changed by themselves."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Date, Select, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import QueryableAttribute

from backoffice.bookings.actions import cancel
from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.queries import booking as find_booking
from backoffice.bookings.rules import is_late_to_cancel
from backoffice.bookings.schedule import AHEAD
from backoffice.clients.models import Client
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import NotFound, check_version
from backoffice.core.language import N_
from backoffice.memberships.models import Freeze, KeptBooking, Leaving, Membership
from backoffice.studio.models import Service, Studio
from backoffice.todos.actions import add_todo, drop_for_person
from backoffice.todos.models import Todo, TodoKind

Key = QueryableAttribute[int] | QueryableAttribute[int | None]

TITLE = N_("Decide about bookings inside a freeze or after the last day")
WHY = N_("Freeze or end of membership")


class Decision(StrEnum):
    """What becomes of a booking that falls into a freeze or after the last day."""

    KEEP = "KEEP"
    BY_GYM = "BY_GYM"
    BY_GYM_QUIETLY = "BY_GYM_QUIETLY"
    BY_GUEST = "BY_GUEST"


class Undecided(NamedTuple):
    """A booking ahead that nobody has decided about, and what it falls into: a freeze, or the days after leaving."""

    person_id: int
    booking: Booking
    service: Service
    freeze_id: int | None
    leaving_id: int | None
    guests: int
    is_late: bool


def undecided(studio: Studio, *, now: datetime, person_id: int | None = None) -> list[Undecided]:
    """The bookings of a person (or of everybody) to decide about, the soonest first; each once. Two statements."""
    day = cast(func.timezone(studio.zone, Booking.starts_at), Date)
    after_leaving = _ahead(studio.id, now, person_id).join(
        Leaving,
        (Leaving.client_id == Client.id)
        & Leaving.cancelled_at.is_(None)
        & Leaving.rejoined_at.is_(None)
        & (Leaving.left_on < day),
    )
    inside = (
        _ahead(studio.id, now, person_id)
        .join(Membership, Membership.client_id == Client.id)
        .join(Freeze, (Freeze.membership_id == Membership.id) & Freeze.cancelled_at.is_(None))
        .where(Freeze.starts_on <= day, Freeze.ends_on.is_(None) | (day <= Freeze.ends_on))
    )
    found: dict[tuple[int, int], Undecided] = {}
    for row in _not_kept(after_leaving, KeptBooking.leaving_id, Leaving.id):
        found[row[0], row[1].id] = _undecided(row, leaving_id=row[-1], now=now)
    for row in _not_kept(inside, KeptBooking.freeze_id, Freeze.id):
        found.setdefault((row[0], row[1].id), _undecided(row, freeze_id=row[-1], now=now))
    return sorted(found.values(), key=lambda one: (one.booking.starts_at, one.booking.id))


def decide(
    studio: Studio,
    person_id: int,
    booking_id: int,
    decision: Decision,
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Keep a booking, or cancel it: by the gym with a message or without, or as the guest's own wish.

    What the guest wishes is late after the deadline of the service, like any cancel. Raises `NotFound` for a booking
    there is nothing to decide about, `Stale`, `NotPossible`.
    """
    row = next(
        (one for one in undecided(studio, now=now, person_id=person_id) if one.booking.id == booking_id), None
    )
    if row is None:
        raise NotFound
    if decision is Decision.KEEP:
        _keep(row, version, by=by, now=now)
    else:
        cancel(
            find_booking(studio.id, booking_id),
            by_gym=decision is not Decision.BY_GUEST,
            tell=decision is not Decision.BY_GYM_QUIETLY,
            version=version,
            reason=WHY,
            by=by,
            now=now,
        )
    ask_to_decide(person_id, studio, by=by, now=now)


def ask_to_decide(person_id: int, studio: Studio, *, by: Actor, now: datetime) -> None:
    """One open task as long as there is something to decide, and none after."""
    ahead = undecided(studio, now=now, person_id=person_id)
    if not ahead:
        drop_for_person(person_id, [TodoKind.DECIDE], by=by, now=now)
        return
    is_asked = select(Todo.id).where(
        Todo.person_id == person_id, Todo.kind == TodoKind.DECIDE, Todo.done_at.is_(None)
    )
    if db.session.scalar(is_asked.limit(1)) is None:
        add_todo(
            TodoKind.DECIDE, TITLE, studio_id=studio.id, person_id=person_id,
            due_at=min(now, ahead[0].booking.starts_at), by=by, now=now,
        )  # fmt: skip


def ask_about_all(studio: Studio, *, by: Actor, now: datetime) -> int:
    """A task for everybody with something to decide, also when it was booked or ticked off meanwhile; for how many."""
    people = {one.person_id for one in undecided(studio, now=now)}
    asked = select(Todo.person_id).where(
        Todo.studio_id == studio.id, Todo.kind == TodoKind.DECIDE, Todo.done_at.is_(None)
    )
    people |= {person_id for person_id in db.session.scalars(asked) if person_id is not None}
    for person_id in sorted(people):
        ask_to_decide(person_id, studio, by=by, now=now)
    return len(people)


def _ahead(studio_id: int, now: datetime, person_id: int | None) -> Select[Any]:
    """Bookings ahead of clients. How many come together says whether a decision is about somebody else, too."""
    guests = select(func.count()).where(Participant.booking_id == Booking.id).correlate(Booking)
    query = (
        select(Client.person_id, Booking, Service, guests.scalar_subquery())
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Client, Client.person_id == Participant.person_id)
        .join(Service, Service.id == Booking.service_id)
        .where(Booking.studio_id == studio_id, Booking.state.in_(AHEAD), Booking.starts_at > now)
    )
    return query if person_id is None else query.where(Client.person_id == person_id)


def _not_kept(query: Select[Any], kept: Key, cause: Key) -> Iterable[Any]:
    is_kept = select(KeptBooking.id).where(KeptBooking.booking_id == Booking.id, kept == cause).exists()
    return db.session.execute(query.add_columns(cause).where(~is_kept)).all()


def _undecided(
    row: Any, *, now: datetime, freeze_id: int | None = None, leaving_id: int | None = None
) -> Undecided:
    person_id, booking, service, guests, _cause = row
    is_late = is_late_to_cancel(booking, service, now=now)
    return Undecided(person_id, booking, service, freeze_id, leaving_id, guests, is_late)


def _keep(row: Undecided, version: int | None, *, by: Actor, now: datetime) -> None:
    check_version(row.booking.version, version)
    kept = {"booking_id": row.booking.id, "freeze_id": row.freeze_id, "leaving_id": row.leaving_id}
    db.session.execute(
        insert(KeptBooking).values(kept | {"kept_at": now, "kept_by": by.label}).on_conflict_do_nothing()
    )
    record("booking.kept", "booking", row.booking.id, person_id=row.person_id, by=by, now=now)
