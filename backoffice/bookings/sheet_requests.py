"""Asking for the health check sheet in time: who trains soon and has none that is valid gets one message with a link.

Reconciled like the other follow-ups: what is wanted is compared with what exists, so a missed run heals itself.
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from backoffice.bookings.models import Booking, BookingState, Participant
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.links import absolute
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.outbox import queue_message
from backoffice.people.models import Person
from backoffice.people.queries import held_person, is_reachable, reachable
from backoffice.screening.queries import sheet_path, standing, standings
from backoffice.screening.standing import TRAINING, Light
from backoffice.studio.models import Service, Studio

ASKED_BEFORE = timedelta(days=7)
"""How long before a visit the sheet is asked for."""
ASKED_AGAIN_AFTER = timedelta(days=30)
NEVER_WENT_OUT = (MessageState.CANCELLED, MessageState.EXPIRED, MessageState.NOT_SENT)
WITHOUT_SHEET = frozenset({Light.NONE, Light.EXPIRED})
NOT_NEEDED = N_("The sheet has been answered, or no visit is ahead.")
NO_ADDRESS = N_(
    "There is neither a mail address nor LINE to send it to. Please hand over the tablet at the visit."
)
ASKED_TODAY = N_("The link is on its way or went out today. Please look under Messages.")


def ask_for_sheets(now: datetime) -> int:
    """Plan a message for everybody who trains within a week, can be mailed and has no valid sheet then; how many."""
    return sum(_ask(studio, now=now) for studio in db.session.scalars(select(Studio)).all())


def send_sheet_link(studio: Studio, person_id: int, *, by: Actor, now: datetime) -> None:
    """Send somebody the link to the sheet by hand, at most once a day and not while one is on its way.

    Refuses (Invalid) somebody whom no message reaches, or who has no visit ahead that lacks a sheet.
    """
    person = held_person(person_id)
    if not is_reachable(person_id):
        raise Invalid(NO_ADDRESS)
    before = _wanted_before(studio.id, person_id, now=now)
    if before is None:
        raise Invalid(NOT_NEEDED)
    today = local_date(now, studio.zone)
    sent = not _is_on_its_way(studio.id, person_id) and queue_message(
        Kind.SCREENING_ASKED, studio_id=studio.id, now=now, send_at=now, expires_at=before,
        dedupe_key=f"{Kind.SCREENING_ASKED}:{person_id}:{today}", language=person.language, person_id=person_id,
    )  # fmt: skip
    if not sent:
        raise Invalid(ASKED_TODAY)
    record("screening.asked", "screening", None, by=by, now=now, person_id=person_id)


def screening_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The link to the sheet, as long as it is missing and a visit is ahead. No screen shows it: it answers for them."""
    if message.person_id is None or _wanted_before(message.studio_id, message.person_id, now=now) is None:
        return NotWanted(NOT_NEEDED)
    return Facts({"sheet_url": absolute(sheet_path(message.person_id))}, secrets=frozenset({"sheet_url"}))


def _ask(studio: Studio, *, now: datetime) -> int:
    asked = exists().where(
        Message.person_id == Participant.person_id,
        Message.kind == Kind.SCREENING_ASKED,
        Message.created_at > now - ASKED_AGAIN_AFTER,
        Message.state.not_in(NEVER_WENT_OUT),
    )
    rows = db.session.execute(
        select(Booking, Person.id, Person.language)
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Person, Person.id == Participant.person_id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Booking.studio_id == studio.id,
            Booking.state == BookingState.BOOKED,
            Booking.starts_at > now,
            Booking.starts_at <= now + ASKED_BEFORE,
            Service.kind.in_(TRAINING),
            reachable(),
            ~asked,
        )
        .order_by(Booking.starts_at, Booking.id)
    ).all()
    first: dict[int, tuple[Booking, str]] = {}
    for booking, person_id, language in rows:
        first.setdefault(person_id, (booking, language))
    # A sheet that ends before the visit is asked for anew: each stands as on the day of the last visit asked about.
    until = max((booking.starts_at for booking, _language in first.values()), default=now)
    light = standings(studio, list(first), now=until)
    wanted = [one for one in first if light[one].light in WITHOUT_SHEET]
    return sum(_queue(one, *first[one], now=now) for one in wanted)


def _queue(person_id: int, booking: Booking, language: str, *, now: datetime) -> bool:
    message_id = queue_message(
        Kind.SCREENING_ASKED,
        studio_id=booking.studio_id,
        dedupe_key=f"{Kind.SCREENING_ASKED}:{person_id}:{booking.id}",
        send_at=now,
        expires_at=booking.starts_at,
        now=now,
        person_id=person_id,
        language=language,
    )
    return message_id is not None


def _is_on_its_way(studio_id: int, person_id: int) -> bool:
    query = select(Message.id).where(
        Message.studio_id == studio_id, Message.person_id == person_id, Message.kind == Kind.SCREENING_ASKED,
        Message.state.in_((MessageState.PLANNED, MessageState.CLAIMED)),
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def _wanted_before(studio_id: int, person_id: int, *, now: datetime) -> datetime | None:
    """The start of the next training visit, when no sheet is valid then; None when nothing is to be asked."""
    visit = (
        select(func.min(Booking.starts_at))
        .join(Participant, Participant.booking_id == Booking.id)
        .join(Service, Service.id == Booking.service_id)
        .where(
            Participant.person_id == person_id, Booking.state == BookingState.BOOKED, Booking.starts_at > now
        )
        .where(Service.kind.in_(TRAINING))
    )
    starts_at = db.session.scalar(visit)
    if starts_at is None:
        return None
    studio = db.session.get_one(Studio, studio_id)
    return starts_at if standing(studio, person_id, now=starts_at).light in WITHOUT_SHEET else None
