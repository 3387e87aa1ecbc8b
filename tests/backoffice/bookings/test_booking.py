"""Booking: what it writes, what stands in its way, and which rules a manager may waive."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel, BookingState, Claim, Participant, Resource
from backoffice.bookings.refusals import (
    CLOSED_DAY,
    GUEST_TAKEN,
    IN_THE_PAST,
    OUTSIDE_OPENING,
    OUTSIDE_SHIFT,
    ROOM_TAKEN,
    TOO_SOON,
    TRAINER_TAKEN,
    NotFree,
    OutsideHours,
    SlotTaken,
    TooLate,
    Waiver,
)
from backoffice.bookings.schedule import add_special_day, add_time_off
from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.leads.models import Lead, Stage
from backoffice.leads.queries import open_lead_of
from backoffice.messaging.models import Kind
from backoffice.staff.trainers import add_trainer, archive_trainer
from backoffice.todos.models import Todo, TodoKind

from .conftest import WEDNESDAY, Desk

Planned = Callable[[int], list[tuple[str, datetime]]]


def rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_trial_takes_trainer_room_and_guest_and_opens_a_lead(
    desk_book: Desk, planned: Planned, audited: Callable[[str], list[AuditLine]]
) -> None:
    person = desk_book.meet()
    booking = desk_book.book(desk_book.at(11), person, service="trial")

    spans = {
        Resource(claim.resource & 3): (claim.span.lower, claim.span.upper)
        for claim in db.session.scalars(select(Claim))
    }
    assert spans == {
        Resource.TRAINER: (desk_book.at(10, 45), desk_book.at(12, 15)),
        Resource.ROOM: (desk_book.at(10, 45), desk_book.at(12, 15)),
        Resource.PERSON: (desk_book.at(11), desk_book.at(12)),
    }
    lead = open_lead_of(person.id)
    assert lead is not None
    assert (lead.stage, lead.source, booking.lead_id) == (Stage.TRIAL_BOOKED, "phone", lead.id)
    assert lead.owner_staff_id == desk_book.by.id  # whoever took the call
    guest = db.session.scalars(select(Participant)).one()
    assert (guest.fee_yen, booking.state, booking.price_yen) == (5500, BookingState.BOOKED, 5500)
    # Made less than 24 hours before: no reminder of the day before.
    assert planned(booking.id) == [(Kind.BOOKING_CONFIRMED, desk_book.now)]
    assert audited("booking.booked")[0].after["starts_at"] == booking.starts_at.isoformat()


def test_a_session_of_two_guests_claims_both_and_opens_no_lead(
    desk_book: Desk, claims_of: Callable[[int], int]
) -> None:
    booking = desk_book.book(desk_book.at(16), desk_book.meet(), desk_book.meet())
    assert claims_of(booking.id) == 4
    assert rows(Lead) == 0
    assert booking.lead_id is None


def test_the_open_lead_is_used_again(desk_book: Desk) -> None:
    person = desk_book.meet()
    desk_book.book(desk_book.at(16), person, service="counselling")
    desk_book.book(desk_book.at(17), person, service="trial")
    lead = open_lead_of(person.id)
    assert lead is not None
    assert (rows(Lead), lead.stage) == (1, Stage.TRIAL_BOOKED)


def test_back_to_back_is_no_overlap(desk_book: Desk) -> None:
    person = desk_book.meet()
    desk_book.book(desk_book.at(16), person)
    desk_book.book(desk_book.at(17), person, trainer="okada")
    # A session is cleaned up for 15 minutes: the trainer's next one begins right after.
    desk_book.book(desk_book.at(17, 15), trainer="mori")


@pytest.mark.parametrize("minutes", [-60, -45, -15, 0, 15, 45, 60])
def test_a_trainer_is_never_in_two_places(desk_book: Desk, minutes: int) -> None:
    desk_book.book(desk_book.at(16), desk_book.meet("高橋 春"))
    with pytest.raises(SlotTaken) as refused:
        desk_book.book(desk_book.at(16) + timedelta(minutes=minutes))

    assert refused.value.message == TRAINER_TAKEN
    assert refused.value.params == {"start": "16:00", "end": "17:15"}
    (in_the_way,) = [one for one in refused.value.in_the_way if one.kind is Resource.TRAINER]
    assert (in_the_way.name_ja, in_the_way.guests) == ("森 亮介", "高橋 春")
    assert len(refused.value.nearest) == 3
    for slot in refused.value.nearest:
        desk_book.book(slot.starts_at, trainer_id=slot.trainer_id)
        break


def test_two_rooms_are_two_bookings_at_a_time(desk_book: Desk) -> None:
    studio = desk_book.studio
    third = add_trainer(studio.id, "kita", "北", "Kita", by=desk_book.by, now=desk_book.now)
    first = desk_book.book(desk_book.at(16), trainer="mori")
    second = desk_book.book(desk_book.at(16), trainer="okada")
    assert {first.room_id, second.room_id} == {room.id for room in desk_book.rooms()}
    with pytest.raises(SlotTaken) as refused:
        desk_book.book(desk_book.at(16), trainer_id=third.id, waiver=Waiver("出勤してもらう"))
    assert refused.value.message == ROOM_TAKEN
    assert {one.name_ja for one in refused.value.in_the_way} == {"1号室", "2号室"}
    # A counselling needs no room.
    desk_book.book(
        desk_book.at(16), trainer_id=third.id, service="counselling", waiver=Waiver("出勤してもらう")
    )


def test_a_room_asked_for_is_not_exchanged(desk_book: Desk) -> None:
    room = desk_book.rooms()[0]
    desk_book.book(desk_book.at(16), room_id=room.id)
    with pytest.raises(SlotTaken) as refused:
        desk_book.book(desk_book.at(16), room_id=room.id, trainer="okada")
    assert refused.value.message == ROOM_TAKEN


def test_a_guest_is_never_in_two_places_not_even_as_the_second_of_a_pair(desk_book: Desk) -> None:
    one, two = desk_book.meet(), desk_book.meet("客人 二郎")
    desk_book.book(desk_book.at(16), one, two)
    with pytest.raises(SlotTaken) as refused:
        desk_book.book(desk_book.at(16, 30), two, trainer="okada")
    assert refused.value.message == GUEST_TAKEN
    taken = (desk_book.at(16), desk_book.at(17))
    assert all(
        slot.starts_at + timedelta(minutes=60) <= taken[0] or slot.starts_at >= taken[1]
        for slot in refused.value.nearest
    )


def test_a_refusal_leaves_nothing_behind_even_when_the_caller_goes_on(desk_book: Desk) -> None:
    desk_book.book(desk_book.at(16))
    before = [rows(model) for model in (Booking, Claim, Participant, Lead, Todo)]
    person = desk_book.meet()
    with pytest.raises(SlotTaken):
        desk_book.book(desk_book.at(16), person, service="trial")
    db.session.commit()
    assert [rows(model) for model in (Booking, Claim, Participant, Lead, Todo)] == before
    claimed = set(db.session.scalars(select(Claim.booking_id)))
    assert claimed == set(db.session.scalars(select(Booking.id)))


@pytest.mark.parametrize(
    ("hour", "minute", "message"),
    [
        (8, 30, OUTSIDE_OPENING),
        (21, 30, OUTSIDE_OPENING),
        (9, 0, OUTSIDE_SHIFT),
        (13, 15, OUTSIDE_SHIFT),  # clean-up would reach into the break
        (14, 0, OUTSIDE_SHIFT),
        (19, 0, OUTSIDE_SHIFT),  # clean-up would reach past the shift
    ],
)
def test_outside_hours_only_a_manager_may_book(desk_book: Desk, hour: int, minute: int, message: str) -> None:
    with pytest.raises(OutsideHours) as refused:
        desk_book.book(desk_book.at(hour, minute))
    assert refused.value.message == message
    assert len(refused.value.nearest) == 3
    booking = desk_book.book(desk_book.at(hour, minute), waiver=Waiver("常連様のご希望"))
    assert booking.waiver == "常連様のご希望"


def test_closed_days_and_time_off_are_refused(desk_book: Desk) -> None:
    add_special_day(desk_book.studio.id, WEDNESDAY, name_ja="設備点検", by=desk_book.by, now=desk_book.now)
    with pytest.raises(OutsideHours) as refused:
        desk_book.book(desk_book.at(16))
    assert refused.value.message == CLOSED_DAY
    assert WEDNESDAY not in {slot.starts_at.date() for slot in refused.value.nearest}
    thursday = WEDNESDAY + timedelta(days=1)
    away = (desk_book.at(15, 30, thursday), desk_book.at(16, 30, thursday))
    add_time_off(desk_book.trainer(), *away, by=desk_book.by, now=desk_book.now)
    with pytest.raises(OutsideHours):
        desk_book.book(desk_book.at(16, 0, thursday))
    desk_book.book(desk_book.at(16, 30, thursday))


def test_notice_binds_whoever_calls_but_not_a_guest_at_the_desk(desk_book: Desk) -> None:
    today = date(2026, 11, 24)
    with pytest.raises(TooLate) as refused:
        desk_book.book(desk_book.at(12, 45, today))
    assert refused.value.message == TOO_SOON
    desk_book.book(desk_book.at(12, 30, today), channel=BookingChannel.DESK)
    with pytest.raises(TooLate) as past:
        desk_book.book(desk_book.at(11, 0, today), channel=BookingChannel.DESK)
    assert past.value.message == IN_THE_PAST


def test_a_waiver_says_which_rules_and_why(
    desk_book: Desk, audited: Callable[[str], list[AuditLine]]
) -> None:
    desk_book.book(desk_book.at(12, 30, date(2026, 11, 24)), waiver=Waiver("飛び込みのお客様"))
    (line,) = audited("booking.booked")
    assert (line.after["waived"], line.after["waiver"]) == (["notice"], "…")


def test_a_waiver_not_needed_waives_nothing(desk_book: Desk) -> None:
    assert desk_book.book(desk_book.at(16), waiver=Waiver("念のため")).waiver == ""


def test_a_waiver_needs_a_reason(desk_book: Desk) -> None:
    with pytest.raises(Invalid):
        desk_book.book(desk_book.at(8), waiver=Waiver("  "))


def test_a_waiver_gives_up_preparation_but_never_an_overlap(
    desk_book: Desk, audited: Callable[[str], list[AuditLine]]
) -> None:
    desk_book.book(desk_book.at(16), trainer="mori")
    # 17:15 is free, but the trial's preparation would begin at 17:00.
    with pytest.raises(SlotTaken):
        desk_book.book(desk_book.at(17, 15), service="trial")
    booking = desk_book.book(desk_book.at(17, 15), service="trial", waiver=Waiver("準備済み"))
    assert (booking.prep_minutes, booking.cleanup_minutes) == (0, 0)
    assert audited("booking.booked")[-1].after["waived"] == ["preparation"]
    with pytest.raises(SlotTaken):
        desk_book.book(desk_book.at(16, 45), waiver=Waiver("どうしても"))


def test_wrong_wishes_are_refused_by_field(desk_book: Desk) -> None:
    person = desk_book.meet()
    wrong = {
        "participants": {"participants": [Guest(person), Guest(person)]},
        "wear_size": {"participants": [Guest(person, True, "XXXXL")]},
        "shoe_cm": {"participants": [Guest(person, True, "M", "99")]},
        "trainer_id": {"trainer_id": 0},
        "room_id": {"room_id": 0},
    }
    for field_name, wish in wrong.items():
        with pytest.raises(Invalid) as refused:
            desk_book.book(desk_book.at(16), **wish)
        assert refused.value.field == field_name
    with pytest.raises(Invalid):
        desk_book.book(desk_book.at(16).replace(second=30))
    gone = desk_book.trainer()
    archive_trainer(gone.id, by=desk_book.by, now=desk_book.now)
    with pytest.raises(Invalid):
        desk_book.book(desk_book.at(16), trainer="okada", trainer_id=gone.id)


@pytest.mark.parametrize("year", [1, 9999])
def test_years_far_away_are_refused_before_anything_overflows(desk_book: Desk, year: int) -> None:
    with pytest.raises(Invalid):
        desk_book.book(desk_book.at(16).replace(year=year, month=6))


def test_a_hold_tells_nobody_and_gives_way_after_its_time(
    desk_book: Desk, planned: Planned, claims_of: Callable[[int], int]
) -> None:
    person = desk_book.meet()
    until = desk_book.now + timedelta(minutes=10)
    hold = desk_book.book(desk_book.at(16), person, service="trial", held_until=until)
    lead = open_lead_of(person.id)
    assert lead is not None
    assert (hold.state, planned(hold.id), lead.stage) == (BookingState.HELD, [], Stage.NEW)
    with pytest.raises(SlotTaken):
        desk_book.book(desk_book.at(16), now=until - timedelta(minutes=1))
    booking = desk_book.book(desk_book.at(16), now=until)
    db.session.refresh(hold)
    assert (hold.state, claims_of(hold.id), claims_of(booking.id)) == (BookingState.CANCELLED, 0, 3)


def test_somebody_without_mail_who_booked_on_the_web_is_called(desk_book: Desk, planned: Planned) -> None:
    person = desk_book.meet(mail="")
    booking = desk_book.book(desk_book.at(16), person, channel=BookingChannel.WEB)
    todo = db.session.scalars(select(Todo).where(Todo.kind == TodoKind.CALL_TO_CONFIRM)).one()
    assert (todo.booking_id, todo.person_id, planned(booking.id)) == (booking.id, person.id, [])
    assert todo.due_at == desk_book.now + timedelta(hours=2)


def test_every_refusal_of_a_time_offers_others() -> None:
    assert all(issubclass(one, NotFree) for one in (SlotTaken, OutsideHours, TooLate))


def test_each_trainer_keeps_to_a_room_while_it_is_free(desk_book: Desk) -> None:
    first, second = desk_book.rooms()
    assert desk_book.book(desk_book.at(10)).room_id == first.id
    assert desk_book.book(desk_book.at(12), trainer="okada").room_id == second.id
    assert desk_book.book(desk_book.at(12)).room_id == first.id
    taken = desk_book.book(desk_book.at(16), room_id=second.id)
    assert desk_book.book(desk_book.at(16), trainer="okada").room_id == first.id, (
        taken,
        "the other one when it is not",
    )
