"""What changes a booking: book, hold, move, cancel, and taking a cancel back. Overlap is impossible on every path."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from backoffice.bookings import claims, fee_steps, lead_steps, reminders, rules, ticket_steps, twice
from backoffice.bookings.entering import enter
from backoffice.bookings.guests import Guest, check_guests, check_nobody_is_marked, expect_again
from backoffice.bookings.models import (
    CANCELLED_STATES,
    Booking,
    BookingChannel,
    BookingState,
)
from backoffice.bookings.placing import Place, check_place, settle, take_again
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import IN_THE_PAST, NotPossible, Rule, TooLate, Waiver
from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db, row_values
from backoffice.core.errors import NotFound, check_version
from backoffice.core.language import N_
from backoffice.leads.models import Lead
from backoffice.messaging.models import Kind
from backoffice.studio.models import Service, Studio

LONGEST_NOTE = 2_000
LONGEST_REASON = 300
AUDITED = ("state", "starts_at", "ends_at", "trainer_id", "room_id", "prep_minutes", "cleanup_minutes")


def book(
    *,
    studio: Studio,
    service: Service,
    trainer_id: int,
    starts_at: datetime,
    participants: Sequence[Guest],
    channel: BookingChannel,
    lead: Lead | None = None,
    room_id: int | None = None,
    is_named: bool = False,
    wants_woman: bool = False,
    note: str = "",
    waiver: Waiver | None = None,
    held_until: datetime | None = None,
    is_offered: bool = False,
    series_day: tuple[int, date] | None = None,
    by: Actor,
    now: datetime,
) -> Booking:
    """Book a visit for one or two guests: claims, lead, messages and audit, or nothing of it.

    A counselling or trial of somebody without a lead opens one. With `held_until` it is a hold (仮予約): nobody is
    told, and after that time it gives way to others unless confirmed. `is_offered`: `free_slots` has just given this
    start. `series_day`: series and date it is booked for; the series tells the guest. Raises `SlotTaken`,
    `OutsideHours`, `TooLate` (each with the nearest free slots), `Invalid`.
    """
    check_guests(service, participants, lead)
    shunned = rules.insist(rules.unwelcome(participants), waiver)
    persons = tuple(guest.person.id for guest in participants)
    walk_in = rules.is_walk_in(channel)
    place = Place(
        studio, service, trainer_id, starts_at, room_id, persons, walk_in, wants_woman, is_offered=is_offered
    )
    waived = check_place(place, waiver, now=now) | shunned

    def prepare() -> Booking:
        own = lead or lead_steps.lead_for(participants[0].person, service, channel=channel, by=by, now=now)
        return Booking(
            studio_id=studio.id,
            service_id=service.id,
            lead_id=None if own is None else own.id,
            state=(BookingState.BOOKED if held_until is None else BookingState.HELD).value,
            held_until=held_until,
            series_id=None if series_day is None else series_day[0],
            series_day=None if series_day is None else series_day[1],
            channel=BookingChannel(channel).value,
            is_named=is_named,
            wants_woman=wants_woman,
            price_yen=service.price_yen,
            note=plain_text(note, LONGEST_NOTE) or None,
            created_at=now,
            created_by=by.label,
            cancel_reason="",
            waiver="",
            version=1,
        )

    def write(booking: Booking, wanted: list[claims.Wanted]) -> list[claims.Wanted]:
        return enter(booking, participants, wanted, now=now)

    booking, was_shortened = settle(place, prepare, write, waiver, now=now)
    _write_down("booking.booked", booking, waiver, _rules(waived, was_shortened), by=by, now=now)
    if held_until is None:
        lead_steps.after_booking(booking, service, by=by, now=now)
        ticket_steps.after(booking, service, by=by, now=now)
        reminders.plan_messages(booking, service, tell=series_day is None, by=by, now=now)
    return booking


def confirm_hold(booking: Booking, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """Make a hold a booking. Refuses (NotPossible) one that has given way or is no hold any more."""
    lock(booking, version)
    if booking.state != BookingState.HELD:
        raise NotPossible
    before = row_values(booking, *AUDITED)
    booking.state, booking.held_until = BookingState.BOOKED.value, None
    booking.version += 1
    _write_down("booking.hold_confirmed", booking, before=before, by=by, now=now)
    service = db.session.get_one(Service, booking.service_id)
    lead_steps.after_booking(booking, service, by=by, now=now)
    ticket_steps.after(booking, service, by=by, now=now)
    twice.reconcile(booking, service, by=by, now=now)
    reminders.plan_messages(booking, service, by=by, now=now)


def move(
    booking: Booking,
    *,
    starts_at: datetime,
    trainer_id: int | None = None,
    room_id: int | None = None,
    minutes: int | None = None,
    waiver: Waiver | None = None,
    version: int | None = None,
    by_client: bool = False,
    by_gym: bool = False,
    is_here: bool = False,
    tell: bool = True,
    by: Actor,
    now: datetime,
) -> None:
    """Move a booking to another time, trainer or room, or change its length; guests get the news and new reminders.

    A client (`by_client`) keeps the deadline of the service. `by_gym` says that the gym needed the change, so that
    guests without mail are called; `tell=False` plans the reminders only. `is_here`: the guest stands at the desk, so
    it may begin at once like any walk-in. Raises as `book` does, `NotPossible` when it has ended, `Stale`.
    """
    lock(booking, version)
    if booking.state not in (BookingState.BOOKED, BookingState.HELD):
        raise NotPossible
    service = db.session.get_one(Service, booking.service_id)
    if by_client:
        check_nobody_is_marked(booking.id)
        rules.check_change_deadline(booking, service, now=now)
    trainer_id = booking.trainer_id if trainer_id is None else trainer_id
    minutes = rules.length_of(booking) if minutes is None else rules.checked_length(minutes)
    is_same = (starts_at, trainer_id, minutes) == (
        booking.starts_at,
        booking.trainer_id,
        rules.length_of(booking),
    )
    if is_same and room_id in (None, booking.room_id):
        return
    guests = guests_of(booking.id)
    place = Place(
        studio=db.session.get_one(Studio, booking.studio_id),
        service=service,
        trainer_id=trainer_id,
        starts_at=starts_at,
        room_id=room_id,
        person_ids=tuple(guest.person_id for guest in guests),
        walk_in=is_here or (not by_client and rules.is_walk_in(booking.channel)),
        wants_woman=by_client and booking.wants_woman,
        without=booking,
        minutes=minutes,
    )
    waived = check_place(place, waiver, now=now)
    before = row_values(booking, *AUDITED)

    def prepare() -> Booking:
        claims.release(booking_id=booking.id)
        return booking

    def write(booking: Booking, wanted: list[claims.Wanted]) -> list[claims.Wanted]:
        db.session.flush()
        if refused := claims.take(wanted, booking_id=booking.id, now=now):
            claims.release(booking_id=booking.id)
        return refused

    _, was_shortened = settle(place, prepare, write, waiver, now=now)
    booking.version += 1
    expect_again(guests)
    _write_down(
        "booking.moved", booking, waiver, _rules(waived, was_shortened), before=before, by=by, now=now
    )
    if booking.state == BookingState.BOOKED:
        lead_steps.after_move(booking, service, by=by, now=now)
        ticket_steps.after(booking, service, by=by, now=now)
        reminders.replace_messages(booking, service, by_gym=by_gym, tell=tell, by=by, now=now)


def cancel(
    booking: Booking,
    *,
    by_gym: bool,
    reason: str = "",
    version: int | None = None,
    by_client: bool = False,
    tell: bool = True,
    waiver: Waiver | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Cancel a booking and free its time: by the gym, in time, or late (直前キャンセル) after the deadline.

    A client (`by_client`) cannot cancel after the deadline (`TooLate`). A manager's waiver makes a late cancel an
    ordinary one. `tell=False` sends no message. Raises `NotPossible` when it has ended, `Stale`.
    """
    lock(booking, version)
    rules.check_waiver(waiver)
    if booking.state not in (BookingState.BOOKED, BookingState.HELD):
        raise NotPossible
    service = db.session.get_one(Service, booking.service_id)
    if by_client:
        rules.check_cancel_deadline(booking, service, now=now)
    was_held = booking.state == BookingState.HELD
    becomes = rules.state_if_cancelled(booking, service, by_gym=by_gym, now=now)
    is_waived = becomes is BookingState.LATE_CANCELLED and waiver is not None
    before = row_values(booking, *AUDITED)
    booking.state = (BookingState.CANCELLED if is_waived else becomes).value
    booking.cancel_reason, booking.ended_at = plain_text(reason, LONGEST_REASON), now
    booking.version += 1
    claims.release(booking_id=booking.id)
    waived = frozenset({Rule.DEADLINE}) if is_waived else frozenset[Rule]()
    _write_down("booking.cancelled", booking, waiver, waived, before=before, by=by, now=now)
    lead_steps.after_cancelling(booking, by=by, now=now)
    ticket_steps.after(booking, service, by=by, now=now)
    fee_steps.after_cancelling(booking, by=by, now=now)
    twice.reconcile(booking, service, by=by, now=now)
    reminders.cancel_booking_messages(booking, tell=tell and not was_held, by_gym=by_gym, by=by, now=now)


def undo_cancel(booking: Booking, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """Take a cancel back: the time is taken again, or refused (SlotTaken) when somebody else has it by now."""
    lock(booking, version)
    if booking.state not in CANCELLED_STATES:
        raise NotPossible(N_("This booking is not cancelled."))
    if booking.starts_at <= now:
        raise TooLate(IN_THE_PAST)
    service = db.session.get_one(Service, booking.service_id)
    place = Place(
        studio=db.session.get_one(Studio, booking.studio_id),
        service=service,
        trainer_id=booking.trainer_id,
        starts_at=booking.starts_at,
        room_id=booking.room_id,
        person_ids=tuple(guest.person_id for guest in guests_of(booking.id)),
        walk_in=rules.is_walk_in(booking.channel),
    )
    take_again(place, booking, now=now)
    before = row_values(booking, *AUDITED)
    booking.state, booking.cancel_reason = BookingState.BOOKED.value, ""
    booking.ended_at = booking.held_until = None
    booking.version += 1
    _write_down("booking.cancel_undone", booking, before=before, by=by, now=now)
    lead_steps.after_undo(booking, service, by=by, now=now)
    fee_steps.after_undo(booking, by=by, now=now)
    ticket_steps.after(booking, service, by=by, now=now)
    twice.reconcile(booking, service, by=by, now=now)
    reminders.replace_messages(booking, service, kind=Kind.BOOKING_CONFIRMED, by=by, now=now)


def lock(booking: Booking, version: int | None = None) -> None:
    """Hold the booking, as it is now, until the end of the transaction; refuse a form of another version (Stale)."""
    db.session.flush()
    if db.session.get(Booking, booking.id, with_for_update=True, populate_existing=True) is not booking:
        raise NotFound
    check_version(booking.version, version)


def _rules(waived: frozenset[Rule], was_shortened: bool) -> frozenset[Rule]:
    return waived | {Rule.PREPARATION} if was_shortened else waived


def _write_down(
    action: str,
    booking: Booking,
    waiver: Waiver | None = None,
    waived: frozenset[Rule] = frozenset(),
    *,
    before: Mapping[str, Any] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """The audit line of a change, with the rules a manager waived and why."""
    after = row_values(booking, *AUDITED)
    if waiver is not None and waived:
        booking.waiver = plain_text(waiver.reason, LONGEST_REASON)
        after |= {"waived": sorted(waived), "waiver": "…"}
    if booking.cancel_reason:
        after["reason"] = "…"  # what is typed here may be about health: the line says only that there is one
    db.session.flush()
    record(action, "booking", booking.id, by=by, now=now, before=before, after=after)
