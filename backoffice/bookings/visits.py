"""The public page's one action: somebody chooses a time, and is a person with a lead and a booking afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backoffice.bookings.actions import book
from backoffice.bookings.availability import free_slots, nearest, nearest_free, one_per_start
from backoffice.bookings.guests import Guest
from backoffice.bookings.lead_steps import BOOKED_STAGE
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.refusals import GUEST_TAKEN, TOO_FAR, PleaseCall, Slot, SlotTaken, TooLate
from backoffice.bookings.rules import check_instant
from backoffice.bookings.twice import check_not_twice, holds_links_of, reconcile, visits_ahead
from backoffice.clients.queries import is_member
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.contact import format_phone
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.leads.actions import capture_lead
from backoffice.leads.models import Lead
from backoffice.leads.queries import open_lead_of
from backoffice.leads.sources import OTHER_SOURCE, WEB_SOURCE, guess_source
from backoffice.line.queries import account_by_id
from backoffice.line.ties import note_booked
from backoffice.people.actions import add_note, recognise_or_create, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.studio.models import Service, ServiceKind, Studio

OFFERED, LOOKED_AT = 3, 40
NO_WAY_TO_REACH = N_("Please enter a phone number or a mail address.")


@dataclass(frozen=True, kw_only=True)
class VisitRequest:
    """What a visitor sent. Without `trainer_id` anybody who is free will do (a woman when `wants_woman`).

    `wording` is the version of the terms they agreed to; `follow_up` their answer about later mails. `line_account_id`
    is the account from whose chat they came, `held` are the seats whose links they hold.
    """

    studio: Studio
    service: Service
    starts_at: datetime
    trainer_id: int | None = None
    is_named: bool = False
    wants_woman: bool = False
    name: str = ""
    kana: str = ""
    phone: str = ""
    mail: str = ""
    needs_wear: bool = False
    wear_size: str = ""
    shoe_cm: str = ""
    enquiry: str = ""
    language: str = "ja"
    follow_up: bool = False
    wording: str
    source: str = WEB_SOURCE
    channel: BookingChannel = BookingChannel.WEB
    line_account_id: int | None = None
    held: frozenset[int] = frozenset()
    article: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)


def book_visit(request: VisitRequest, *, by: Actor, now: datetime) -> Booking:
    """Recognise or create the person, keep lead and consents, and book.

    Somebody whom no message reaches is confirmed on the screen and the desk gets a task to call. Raises `SlotTaken`,
    `OutsideHours`, `TooLate`, `PleaseCall`, `BookedAlready`, and `Invalid` (on name, kana, phone, mail …);
    the caller's transaction then keeps nothing of it.
    """
    if not request.service.is_public:
        raise NotFound
    check_instant(request.starts_at, now=now)
    _check_horizon(request, now=now)
    if not request.phone.strip() and not request.mail.strip():
        raise Invalid(NO_WAY_TO_REACH, field="phone")
    trainer_id = _trainer(request, now=now)
    person, is_new = recognise_or_create(
        name=request.name,
        kana=request.kana,
        phone=request.phone,
        mail=request.mail,
        language=request.language,
        by=by,
        now=now,
    )
    if person.caution:
        raise PleaseCall(format_phone(request.studio.phone))
    ahead = visits_ahead(person.id, request.service, now=now)
    knows_person = _is_account_of(person, request.line_account_id)
    check_not_twice(ahead, request.held, knows_person=knows_person)
    if request.line_account_id is not None:
        # Before the booking: who becomes known by it has the account, so their confirmation can go there.
        note_booked(request.line_account_id, person.id, now=now)
    lead = _lead(person, request, by=by, now=now)
    try:
        booking = _book(person, trainer_id, lead, request, by=by, now=now)
    except SlotTaken as refusal:
        if refusal.message == GUEST_TAKEN and not (
            knows_person or holds_links_of(refusal.in_the_way, request.held)
        ):
            raise SlotTaken(nearest=_elsewhere(request, now=now)) from None
        raise
    _consents(person, request, is_new=is_new, by=by, now=now)
    if ahead:
        reconcile(booking, request.service, by=by, now=now)
    return booking


def _is_account_of(person: Person, line_account_id: int | None) -> bool:
    """Whether the chat they came from is known to be this person's."""
    account = None if line_account_id is None else account_by_id(line_account_id)
    return account is not None and account.person_id == person.id


def _check_horizon(request: VisitRequest, *, now: datetime) -> None:
    """Visitors book some weeks ahead at most; the desk may look further."""
    zone, days = request.studio.zone, request.studio.horizon_days
    if local_date(request.starts_at, zone) > local_date(now, zone) + timedelta(days=days):
        raise TooLate(TOO_FAR, days=days)


def _trainer(request: VisitRequest, *, now: datetime) -> int:
    """The trainer asked for, or who has most room that day among those free at this time."""
    day = local_date(request.starts_at, request.studio.zone)
    offered = free_slots(
        request.studio,
        request.service,
        day,
        day,
        now=now,
        trainer_id=request.trainer_id,
        women_only=request.wants_woman,
        public=True,
    )
    for slot in one_per_start(offered, request.studio.zone):
        if slot.starts_at == request.starts_at:
            return slot.trainer_id
    raise SlotTaken(
        nearest=nearest_free(
            request.studio,
            request.service,
            request.starts_at,
            now=now,
            trainer_id=request.trainer_id,
            women_only=request.wants_woman,
            public=True,
        )
    )


def _book(
    person: Person, trainer_id: int, lead: Lead | None, request: VisitRequest, *, by: Actor, now: datetime
) -> Booking:
    return book(
        studio=request.studio,
        service=request.service,
        trainer_id=trainer_id,
        starts_at=request.starts_at,
        participants=[Guest(person, request.needs_wear, request.wear_size, request.shoe_cm)],
        channel=request.channel,
        lead=lead,
        is_named=request.is_named,
        wants_woman=request.wants_woman,
        is_offered=True,
        by=by,
        now=now,
    )


def _elsewhere(request: VisitRequest, *, now: datetime) -> list[Slot]:
    """Free times that do not touch the one asked for, whoever asks: what is left out would tell of the booking."""
    length = timedelta(minutes=request.service.minutes)
    free = nearest_free(
        request.studio, request.service, request.starts_at, now=now, trainer_id=request.trainer_id,
        women_only=request.wants_woman, public=True, count=LOOKED_AT,
    )  # fmt: skip
    apart = [slot for slot in free if abs(slot.starts_at - request.starts_at) >= length]
    return nearest(apart, request.starts_at, request.trainer_id, OFFERED)


def _lead(person: Person, request: VisitRequest, *, by: Actor, now: datetime) -> Lead | None:
    """The open lead, else a new one; members have none. What was written goes to the lead or the notes."""
    lead = open_lead_of(person.id)
    is_new = lead is None and ServiceKind(request.service.kind) in BOOKED_STAGE
    if is_new and not is_member(person.id, local_date(now, request.studio.zone)):
        return capture_lead(
            person,
            studio_id=request.studio.id,
            source=_source(request),
            article=request.article,
            utm=request.utm,
            interest=request.service.slug,
            enquiry=request.enquiry,
            reply_by=now,  # the booking replaces it
            by=by,
            now=now,
        )
    if request.enquiry.strip():
        add_note(person.id, request.enquiry, by=by, now=now)
    return lead


def _source(request: VisitRequest) -> str:
    """Where the visitor came from: the article, the campaign, else what the page says."""
    guessed = guess_source(request.utm.get("utm_source", ""), article=request.article)
    return request.source if guessed == OTHER_SOURCE else guessed


def _consents(person: Person, request: VisitRequest, *, is_new: bool, by: Actor, now: datetime) -> None:
    """Terms as agreed; a yes to later mails. No tick takes nothing back that was given before."""
    answers = {Purpose.TERMS: True}
    if request.follow_up or is_new:
        answers[Purpose.FOLLOW_UP] = request.follow_up
    for purpose, granted in answers.items():
        record_consent(
            person.id,
            purpose,
            granted,
            wording=request.wording,
            language=request.language,
            source="booking page",
            by=by,
            now=now,
        )
