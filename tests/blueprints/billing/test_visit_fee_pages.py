"""The fee of a trial from the day's list to the books, and from there to the papers of joining."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from backoffice.billing.models import InvoiceLine, Payment
from backoffice.bookings.models import Booking, Participant
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.submissions import new_token
from backoffice.joining.models import JoiningPaper
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.staff.models import Role, Staff, Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.pages import PageClient


def a_trial(gym: Studio, now: datetime) -> Participant:
    person = create_person(name="山本 さくら", phones=["090-1234-5678"], by=SYSTEM, now=now)
    at = now - timedelta(hours=2)
    booking = Booking(
        studio_id=gym.id, service_id=service_by_slug(gym.id, "trial").id, trainer_id=trainers(gym.id)[0].id,
        state="BOOKED", starts_at=at, ends_at=at + timedelta(hours=1), channel="WEB", created_at=at, created_by="test",
    )  # fmt: skip
    db.session.add(booking)
    db.session.flush()
    guest = Participant(booking_id=booking.id, person_id=person.id, fee_yen=5_500)
    db.session.add(guest)
    db.session.commit()
    return guest


def amounts() -> list[int]:
    return list(db.session.scalars(select(Payment.amount_yen).order_by(Payment.id)))


def test_one_tap_on_the_day_is_in_the_books(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    guest = a_trial(gym, now)
    desk = sign_in(Role.FRONT_DESK)
    desk.open("/today")
    assert desk.post(f"/participants/{guest.id}/attendance", data={}).status_code == 303
    assert db.session.query(InvoiceLine).one().unit_price_yen == 5_500
    assert "¥5,500" in desk.open("/money").text
    for _ in range(2):  # tapped twice
        desk.post(f"/participants/{guest.id}/fee", data={"method": "CASH"})
    assert amounts() == [5_500]
    assert "¥5,500" in desk.open("/money/day").text
    desk.post(f"/participants/{guest.id}/fee/undo", data={})
    assert amounts() == [5_500, -5_500]


def test_a_fee_taken_after_the_day_is_closed_says_for_which_day_it_is_written(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    guest = a_trial(gym, now)
    desk = sign_in(Role.FRONT_DESK)
    fee, hint = f"/participants/{guest.id}/fee", "11月25日(水)の入出金として記録します"
    desk.post(f"/participants/{guest.id}/attendance", data={})
    desk.post(fee, data={"method": "CASH"})
    assert hint not in desk.get("/today").text
    desk.post(f"{fee}/undo", data={})
    desk.get("/money/day")
    closed = {"reason": "", "form_token": new_token(), "of_10000": "3"}
    assert desk.post("/money/day?day=2026-11-24", data=closed).status_code == 303
    desk.get("/today")
    desk.post(fee, data={"method": "CASH"})
    assert hint in desk.get("/today").text
    desk.post(f"{fee}/undo", data={})
    assert hint in desk.get("/today").text
    desk.post(f"/participants/{guest.id}/lateness", data={"minutes": "5"})
    assert hint not in desk.get("/today").text


def test_a_trainer_takes_the_fee_of_an_own_guest_alone(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    """And takes the mark back; the account stays with the desk."""
    guest = a_trial(gym, now)
    mori, okada = trainers(gym.id)
    for trainer, expected, told in ((okada, 403, []), (mori, 303, [5_500, -5_500])):
        own = sign_in(Role.TRAINER, mail=f"{trainer.slug}@test.example")
        account = db.session.scalars(select(Staff.id).order_by(Staff.id.desc())).first()
        db.session.execute(update(Trainer).where(Trainer.id == trainer.id).values(staff_id=account))
        db.session.commit()
        own.open("/today")
        for mark, data in (("attendance", {}), ("fee", {"method": "CASH"}), ("fee/undo", {})):
            assert own.post(f"/participants/{guest.id}/{mark}", data=data).status_code == expected
        assert amounts() == told
        assert own.get(f"/people/{guest.person_id}/account").status_code == 403


def test_joining_credits_the_fee_that_is_paid_with_it(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    plan = plans(gym.id)[0]
    plan.trial_credit_days = 7
    guest = a_trial(gym, now)
    desk = sign_in(Role.FRONT_DESK)
    desk.open("/today")
    desk.post(f"/participants/{guest.id}/attendance", data={})
    agreed = {
        "form_token": new_token(), "plan_id": plan.id, "starts_on": "2026-11-24", "joining_fee_yen": "0",
        "main_trainer_id": trainers(gym.id)[0].id,
    }  # fmt: skip
    desk.post(f"/joining?person={guest.person_id}", data=agreed)
    paper = db.session.query(JoiningPaper).one()
    assert paper.trial_credit_yen == 5_500
    typed = {"version": paper.version, "is_on_paper": "y", "is_complete": "y", "paid_with": "CARD"}
    unpaid = desk.post(f"/joining/{paper.id}/member", data=typed | {"fee": "", "form_token": new_token()})
    assert unpaid.status_code == 409
    assert amounts() == []
    done = desk.post(f"/joining/{paper.id}/member", data=typed | {"fee": "CASH", "form_token": new_token()})
    assert done.status_code == 303
    assert amounts() == [5_500, plan.price_yen - 5_500]
