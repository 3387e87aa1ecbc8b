"""The sweeps of the books, and the desk that marks a visit, meet a colleague who credits an invoice about the same.

A credit holds its invoice, takes its number, then writes its lines. A sweep holds what it charges, then the invoices
about it, reads what is charged, then takes numbers. Nobody tries again after a deadlock.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import select

from backoffice.billing import actions, fees, visit_fees
from backoffice.billing.actions import Line, charge, credit
from backoffice.billing.charging import charge_months
from backoffice.billing.fees import follow_cancellations
from backoffice.billing.models import BillingSettings, CreditWhy, LineKind
from backoffice.billing.queries import items_of, lines_of
from backoffice.billing.visit_fees import follow_fee, follow_fees
from backoffice.bookings.attendance import FeeMethod, attend, receive_fee, undo_attend
from backoffice.bookings.models import Attendance, Booking, BookingChannel, BookingState, Participant
from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db, transaction
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug, the_studio
from tests.races.test_books_meet import Meeting
from tests.races.test_double_booking import race

from .conftest import NOW

pytestmark = pytest.mark.races

FIRST = NOW.date() - timedelta(days=10)
YESTERDAY = NOW - timedelta(days=1)


def month_begun(studio: Studio, person_id: int) -> dict[str, int]:
    """A month that has begun and is not charged."""
    plan = next(one for one in plans(studio.id) if one.is_monthly)
    client = register(person_id, joined_on=FIRST, main_trainer_id=None, by=SYSTEM, now=NOW)
    row = Membership(
        client_id=client.id, plan_id=plan.id, starts_on=FIRST, name_ja="月4回", name_en="Four a month",
        price_yen=39_600, sessions=4, is_monthly=True, carries_months=0, created_at=NOW, created_by="test",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return {"membership_id": row.id}


def visit_missed(studio: Studio, person_id: int) -> dict[str, int]:
    """A visit of yesterday that somebody missed."""
    more = {"attendance": Attendance.NO_SHOW.value}
    return _seat(studio, person_id, "session", BookingState.NO_SHOW, **more)


def visit_held(studio: Studio, person_id: int) -> dict[str, int]:
    """A visit of yesterday that somebody came to."""
    more = {"attendance": Attendance.ATTENDED.value}
    return _seat(studio, person_id, "session", BookingState.ATTENDED, **more)


def trial_held(studio: Studio, person_id: int) -> dict[str, int]:
    """A trial of yesterday that somebody came to."""
    more = {"attendance": Attendance.ATTENDED.value, "fee_yen": 5_500}
    return _seat(studio, person_id, "trial", BookingState.ATTENDED, **more)


def trial_to_mark(studio: Studio, person_id: int) -> dict[str, int]:
    """A trial of yesterday that nobody has marked."""
    return _seat(studio, person_id, "trial", BookingState.BOOKED, fee_yen=5_500)


def mark(studio: Studio, *, by: Actor, now: datetime) -> int:
    """What the desk does when it marks a visit: the attendance, then its fee."""
    guest = _guest(studio)
    attend(guest, by=by, now=now)
    return follow_fee(guest, by=by, now=now)


def undo(studio: Studio, *, by: Actor, now: datetime) -> int:
    """What the desk does when the visit was not attended after all."""
    guest = _guest(studio)
    undo_attend(guest, by=by, now=now)
    return follow_fee(guest, by=by, now=now)


def receive(studio: Studio, *, by: Actor, now: datetime) -> int:
    """What the desk does when the guest pays."""
    guest = _guest(studio)
    receive_fee(guest, FeeMethod.CASH, by=by, now=now)
    return follow_fee(guest, by=by, now=now)


def _guest(studio: Studio) -> Participant:
    return db.session.scalars(select(Participant).join(Booking).where(Booking.studio_id == studio.id)).one()


def _seat(studio: Studio, person_id: int, slug: str, state: BookingState, **more: Any) -> dict[str, int]:
    visit = Booking(
        studio_id=studio.id, service_id=service_by_slug(studio.id, slug).id, trainer_id=trainers(studio.id)[0].id,
        starts_at=YESTERDAY, ends_at=YESTERDAY + timedelta(hours=1), ended_at=YESTERDAY, state=state.value,
        channel=BookingChannel.DESK.value, created_at=YESTERDAY, created_by="test",
    )  # fmt: skip
    db.session.add(visit)
    db.session.flush()
    seat = Participant(booking_id=visit.id, person_id=person_id, **more)
    db.session.add(seat)
    db.session.flush()
    return {"participant_id": seat.id}


def books_open() -> tuple[Studio, int]:
    """The gym of the tests, which charges from ten days ago on and asks 5,500 yen for a no-show; and a person."""
    studio = the_studio()
    own = db.session.get_one(BillingSettings, studio.id)
    own.charges_from = own.visits_from = FIRST
    own.no_show_yen, own.fees_from = 5_500, datetime.combine(FIRST, NOW.timetz())
    return studio, create_person(name="客", mails=["s@x.example"], by=SYSTEM, now=NOW).id


@pytest.mark.parametrize(
    ("what", "kind", "follow", "written", "due_yen"),
    [
        (month_begun, LineKind.OTHER, charge_months, 1, 39_600),
        (visit_missed, LineKind.OTHER, follow_cancellations, 1, 5_500),
        (visit_missed, LineKind.CANCEL, follow_cancellations, 0, 0),
        (visit_held, LineKind.CANCEL, follow_cancellations, 0, 0),
        (trial_held, LineKind.CANCEL, follow_fees, 1, 5_500),
        (trial_held, LineKind.TRIAL, follow_fees, 1, 5_500),
        (trial_to_mark, LineKind.TRIAL, follow_fees, 0, 0),
        (trial_to_mark, LineKind.TRIAL, mark, 1, 5_500),
        (trial_held, LineKind.TRIAL, undo, 0, 0),
        (trial_held, LineKind.TRIAL, receive, 2, 5_500),
    ],
)
def test_who_comes_in_while_a_credit_is_written_goes_by_what_it_took_back(
    arena: Flask, what: Callable[..., dict[str, int]], kind: LineKind, follow: Callable[..., int], written: int,
    due_yen: int,
) -> None:  # fmt: skip
    """The colleague pauses with the invoice and a number, before the lines; what the desk marked is not refused."""
    with arena.app_context(), transaction():
        studio, person_id = books_open()
        line = Line(kind, "手入力", "By hand", 5_500, tax_rate=0, **what(studio, person_id))
        invoice_id = charge(person_id, [line], studio_id=studio.id, due_on=NOW.date(), by=SYSTEM, now=NOW).id
    meeting = Meeting()

    def write(writer: int, _number: int) -> bool:
        if writer:
            meeting.wait()
        with transaction():
            if not writer:
                credit(invoice_id, why=CreditWhy.MISTAKE, reason="誤り", by=SYSTEM, now=NOW)
                return True
            return follow(the_studio(), by=SYSTEM, now=NOW) == written

    with patch.object(actions, "next_number", meeting.after(actions.next_number)):
        assert race(arena, 2, 1, write) == [Counter(won=2)]
    with arena.app_context():
        assert sum(item.due_yen for item in items_of(person_id, the_studio().id)) == due_yen


@pytest.mark.parametrize(
    ("owed", "settled", "kind", "sweep", "module", "name"),
    [
        (visit_missed, visit_held, LineKind.CANCEL, follow_cancellations, fees, "charge_all"),
        (trial_held, trial_to_mark, LineKind.TRIAL, follow_fees, visit_fees, "charge"),
    ],
)
def test_a_sweep_that_charges_one_guest_and_credits_another_has_both_before_its_first_number(
    arena: Flask, owed: Callable[..., dict[str, int]], settled: Callable[..., dict[str, int]], kind: LineKind,
    sweep: Callable[..., int], module: Any, name: str,
) -> None:  # fmt: skip
    """It pauses with the first guest's number; a colleague credits another line of the second guest's invoice."""
    with arena.app_context(), transaction():
        studio, person_id = books_open()
        owed(studio, person_id)
        other_id = create_person(name="別", mails=["o@x.example"], by=SYSTEM, now=NOW).id
        lines = [
            Line(kind, "料金", "Fee", 5_500, tax_rate=0, **settled(studio, other_id)),
            Line(LineKind.OTHER, "手入力", "By hand", 500),
        ]
        invoice = charge(other_id, lines, studio_id=studio.id, due_on=NOW.date(), by=SYSTEM, now=NOW)
        invoice_id, line_id = invoice.id, lines_of([invoice.id])[1].id
    meeting = Meeting()

    def write(writer: int, _number: int) -> bool:
        if writer:
            meeting.wait()
        with transaction():
            if writer:
                credit(
                    invoice_id, line_ids=[line_id], why=CreditWhy.MISTAKE, reason="誤り", by=SYSTEM, now=NOW
                )
                return True
            return sweep(the_studio(), by=SYSTEM, now=NOW) == 2

    with patch.object(module, name, meeting.after(getattr(module, name))):
        assert race(arena, 2, 1, write) == [Counter(won=2)]
    with arena.app_context():
        studio_id = the_studio().id
        assert [sum(item.due_yen for item in items_of(one, studio_id)) for one in (person_id, other_id)] == [
            5_500,
            0,
        ]
