"""From the trial to member: one short form, one person, nothing copied, nobody twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from backoffice.bookings.models import Attendance, Booking, Participant
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.submissions import new_token
from backoffice.leads.actions import capture_lead
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.messaging.models import Kind, Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.pages import PageClient


@pytest.fixture
def guest(gym: Studio, now: datetime) -> SimpleNamespace:
    """Somebody who has just had a trial, whose fee is still open."""
    person = create_person(
        name="山本 さくら", phones=["090-1234-5678"], mails=["sakura@example.com"], by=SYSTEM, now=now
    )
    lead = capture_lead(person, studio_id=gym.id, source="column", interest="trial", by=SYSTEM, now=now)
    service = service_by_slug(gym.id, "trial")
    held_at = now - timedelta(hours=2)
    booking = Booking(
        studio_id=gym.id, service_id=service.id, trainer_id=trainers(gym.id)[0].id, lead_id=lead.id, state="ATTENDED",
        starts_at=held_at, ends_at=held_at + timedelta(hours=1), channel="WEB", created_at=held_at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    participant = Participant(
        booking_id=booking.id, person_id=person.id, attendance=Attendance.ATTENDED, fee_yen=5500
    )
    db.session.add(participant)
    db.session.commit()
    return SimpleNamespace(person_id=person.id, lead_id=lead.id, participant_id=participant.id)


def typed(gym: Studio, **changes: object) -> dict[str, object]:
    return {
        "form_token": new_token(), "plan_id": plans(gym.id)[0].id, "starts_on": "2026-11-24",
        "main_trainer_id": trainers(gym.id)[0].id, "fee": "CASH", **changes,
    }  # fmt: skip


def test_the_guest_becomes_a_member_of_the_same_person(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    page = desk.get(f"/joining?lead={guest.lead_id}").get_data(as_text=True)
    assert "¥5,500" in page
    answer = desk.post(f"/joining?lead={guest.lead_id}", data=typed(gym))
    assert answer.status_code == 302
    client = db.session.scalars(select(Client)).one()
    membership = db.session.scalars(select(Membership)).one()
    assert (client.person_id, client.main_trainer_id) == (guest.person_id, trainers(gym.id)[0].id)
    assert client.member_number > 1000
    assert membership.price_yen == plans(gym.id)[0].price_yen
    lead = db.session.get_one(Lead, guest.lead_id)
    assert lead.stage == Stage.JOINED
    assert lead.closed_at is not None
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    fee = db.session.get_one(Participant, guest.participant_id)
    assert (fee.fee_method, fee.fee_received_by) == ("CASH", "検査 花")
    assert db.session.scalars(select(Message.person_id).where(Message.kind == Kind.WELCOME)).all() == [
        guest.person_id
    ]


def test_the_fee_may_stay_open(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/joining?lead={guest.lead_id}")
    desk.post(f"/joining?lead={guest.lead_id}", data=typed(gym, fee=""))
    assert db.session.get_one(Participant, guest.participant_id).fee_received_at is None


def test_sending_the_form_twice_makes_one_member(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/joining?lead={guest.lead_id}")
    form = typed(gym)
    first = desk.post(f"/joining?lead={guest.lead_id}", data=dict(form))
    again = desk.post(f"/joining?lead={guest.lead_id}", data=dict(form))
    assert first.location == again.location
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


def test_a_second_joining_is_refused_in_words(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/joining?lead={guest.lead_id}")
    desk.post(f"/joining?lead={guest.lead_id}", data=typed(gym))
    answer = desk.post(f"/joining?lead={guest.lead_id}", data=typed(gym))
    assert answer.status_code == 409
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


@pytest.mark.parametrize(
    "wrong", [{"plan_id": "0"}, {"plan_id": ""}, {"starts_on": "2026-02-31"}, {"main_trainer_id": "x"}]
)
def test_bad_input_is_refused_and_writes_nothing(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient], wrong: dict[str, str]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/joining?lead={guest.lead_id}")
    answer = desk.post(f"/joining?lead={guest.lead_id}", data=typed(gym, **wrong))
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True) or "form-error" in answer.get_data(
        as_text=True
    )
    assert db.session.scalar(select(func.count()).select_from(Client)) == 0


def test_a_trainer_does_not_sell(
    gym: Studio, guest: SimpleNamespace, sign_in: Callable[..., PageClient]
) -> None:
    trainer = sign_in(Role.TRAINER)
    assert trainer.get(f"/joining?lead={guest.lead_id}").status_code == 403
