"""The sweeps of the books, and the desk that marks a visit, meet a colleague who credits an invoice about the same.

A credit takes its number before it writes its lines, a sweep holds what it charges before it takes a number.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import select

from backoffice.billing import charging, fees, visit_fees
from backoffice.billing.actions import Line, charge, credit
from backoffice.billing.charging import charge_months
from backoffice.billing.fees import follow_cancellations
from backoffice.billing.models import BillingSettings, CreditWhy, LineKind
from backoffice.billing.visit_fees import follow_fee, follow_fees
from backoffice.bookings.attendance import attend
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
    """A visit of yesterday that somebody missed: it costs and is not charged."""
    more = {"attendance": Attendance.NO_SHOW.value}
    return _seat(studio, person_id, "session", BookingState.NO_SHOW, **more)


def trial_held(studio: Studio, person_id: int) -> dict[str, int]:
    """A trial of yesterday that somebody came to, not charged."""
    more = {"attendance": Attendance.ATTENDED.value, "fee_yen": 5_500}
    return _seat(studio, person_id, "trial", BookingState.ATTENDED, **more)


def trial_to_mark(studio: Studio, person_id: int) -> dict[str, int]:
    """A trial of yesterday that nobody has marked."""
    return _seat(studio, person_id, "trial", BookingState.BOOKED, fee_yen=5_500)


def mark(studio: Studio, *, by: Actor, now: datetime) -> int:
    """What the desk does when it marks a visit: the attendance, then its fee."""
    guest = db.session.scalars(select(Participant).join(Booking).where(Booking.studio_id == studio.id)).one()
    attend(guest, by=by, now=now)
    return follow_fee(guest, by=by, now=now)


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


@pytest.mark.parametrize(
    ("what", "kind", "sweep", "module", "name"),
    [
        (month_begun, LineKind.OTHER, charge_months, charging, "_month_line"),
        (visit_missed, LineKind.OTHER, follow_cancellations, fees, "_line"),
        (trial_held, LineKind.CANCEL, follow_fees, visit_fees, "_line"),
        (trial_to_mark, LineKind.CANCEL, mark, visit_fees, "_line"),
    ],
)
def test_a_sweep_and_a_credit_do_not_wait_for_each_other(
    arena: Flask, what: Callable[..., dict[str, int]], kind: LineKind, sweep: Callable[..., int], module: Any,
    name: str,
) -> None:  # fmt: skip
    """The sweep pauses when it holds what it charges and has no number yet. Nobody tries again after a deadlock."""
    with arena.app_context(), transaction():
        studio = the_studio()
        own = db.session.get_one(BillingSettings, studio.id)
        own.charges_from = own.visits_from = FIRST
        own.no_show_yen, own.fees_from = 5_500, datetime.combine(FIRST, NOW.timetz())
        person = create_person(name="客", mails=["s@x.example"], by=SYSTEM, now=NOW)
        line = Line(kind, "手入力", "By hand", 500, tax_rate=0, **what(studio, person.id))
        invoice_id = charge(person.id, [line], studio_id=studio.id, due_on=NOW.date(), by=SYSTEM, now=NOW).id
    meeting = Meeting()

    def write(writer: int, _number: int) -> bool:
        if writer:
            meeting.wait()
        with transaction():
            if writer:
                credit(invoice_id, why=CreditWhy.MISTAKE, reason="誤り", by=SYSTEM, now=NOW)
                return True
            return sweep(the_studio(), by=SYSTEM, now=NOW) == 1

    with patch.object(module, name, meeting.after(getattr(module, name))):
        assert race(arena, 2, 1, write) == [Counter(won=2)]
