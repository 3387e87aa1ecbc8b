"""What the message with times says, with a button for each, and what a tap is answered with."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.bookings.models import Booking
from backoffice.bookings.queries import manage_path
from backoffice.choices.models import Choice, ChoiceState
from backoffice.choices.queries import (
    NONE_SUITS,
    Held,
    choice_path,
    choice_token,
    guest_of,
    is_open,
    result_of,
    times_of,
)
from backoffice.core.clock import local
from backoffice.core.db import db
from backoffice.core.language import N_, pick
from backoffice.core.links import absolute
from backoffice.line.facts import GONE, account_of
from backoffice.line.paths import book_path
from backoffice.messaging.channels import Button
from backoffice.messaging.conversation_queries import has_written
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.roads import prefers_line
from backoffice.messaging.wording import MONTHS, WEEKDAYS_EN, WEEKDAYS_JA
from backoffice.staff.models import Trainer
from backoffice.studio.models import Service, Studio

PREFIX = "choice="
ANSWERED = N_("The times are no longer offered.")
TOLD = N_("The confirmation says it on LINE already.")
WRITES_ON_LINE = timedelta(days=3)
"""Who has written on LINE so lately is sent the times there, whatever the studio chose for others."""
NEWS = (Kind.BOOKING_CONFIRMED, Kind.BOOKING_MOVED)


def times_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The times that are held, and a button for each and for none of them. Not wanted once that was answered."""
    choice = db.session.get(Choice, message.values.get("choice_id"), populate_existing=True)
    if choice is None or not is_open(choice, now=now):
        return NotWanted(ANSWERED)
    times = [one for one in times_of(choice.id) if one.is_free(now)]
    if not times:
        return NotWanted(ANSWERED)
    language, zone = message.language, db.session.get_one(Studio, choice.studio_id).zone
    moved = None if choice.booking_id is None else db.session.get_one(Booking, choice.booking_id)
    service = db.session.get_one(Service, choice.service_id)
    values = {
        "service": pick(language, service.name_ja, service.name_en),
        "times": [_time(one, language) for one in times],
        "expires_at": choice.expires_at,
        "is_move": moved is not None,
        "starts_at": (moved or times[0].hold).starts_at,
    }
    since = choice.sent_at - WRITES_ON_LINE
    road = Channel.LINE if has_written(choice.person_id, Channel.LINE, since=since) else None
    return Facts({"choice": values}, buttons=_buttons(choice, times, language, zone), road=road)


def tap_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """What became of the times: what is booked, that somebody will call, or that they are gone and how to book."""
    account = account_of(message)
    if account is None:
        return NotWanted(GONE)
    asked = message.values.get("choice_id")
    choice = None if asked is None else db.session.get(Choice, asked, populate_existing=True)
    values: dict[str, object] = {
        "visit": None, "is_declined": False, "book_url": absolute(book_path(account.id)),
    }  # fmt: skip
    if choice is not None and choice.person_id == account.person_id:
        booking = result_of(choice)
        if booking is not None and message.values.get("is_news") and _is_told(booking, message, now):
            return NotWanted(TOLD)
        values["visit"] = None if booking is None else _visit(booking, choice, message.language)
        values["is_declined"] = choice.state == ChoiceState.DECLINED
    return Facts(values, address=account.user_id)


def _buttons(choice: Choice, times: list[Held], language: str, zone: str) -> tuple[Button, ...]:
    words = [(_label(one.hold.starts_at, language, zone), one.position) for one in times]
    words.append((pick(language, "どれも合わない", "None of these"), NONE_SUITS))
    return tuple(
        Button(label, absolute(choice_path(choice.id, place)), PREFIX + choice_token(choice.id, place))
        for label, place in words
    )


def _label(at: datetime, language: str, zone: str) -> str:
    """11/26(木) 19:00 or Thu 26 Nov 19:00, short enough for a button."""
    here = local(at, zone)
    ja = f"{here.month}/{here.day}({WEEKDAYS_JA[here.weekday()]}) {here:%H:%M}"
    return pick(
        language, ja, f"{WEEKDAYS_EN[here.weekday()]} {here.day} {MONTHS[here.month - 1]} {here:%H:%M}"
    )


def _time(one: Held, language: str) -> dict[str, object]:
    trainer = pick(language, one.trainer.name_ja, one.trainer.name_en)
    return {"starts_at": one.hold.starts_at, "trainer": trainer}


def _visit(booking: Booking, choice: Choice, language: str) -> dict[str, object] | None:
    """The booking in words; None when it was called off since, or the person is no longer its guest."""
    guest = guest_of(booking.id, choice.person_id)
    if guest is None or booking.ended_at is not None:
        return None
    service, trainer = (
        db.session.get_one(Service, booking.service_id),
        db.session.get_one(Trainer, booking.trainer_id),
    )
    return {
        "starts_at": booking.starts_at,
        "service": pick(language, service.name_ja, service.name_en),
        "trainer": pick(language, trainer.name_ja, trainer.name_en),
        "manage_url": absolute(manage_path(guest)),
    }


def _is_told(booking: Booking, message: Message, now: datetime) -> bool:
    """Whether the confirmation itself goes to the same chat."""
    news = db.session.scalar(
        select(Message)
        .where(
            Message.booking_id == booking.id, Message.person_id == message.person_id, Message.kind.in_(NEWS),
            Message.state.in_([MessageState.PLANNED, MessageState.CLAIMED, MessageState.SENT]),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )  # fmt: skip
    return news is not None and prefers_line(news, now)
