"""What went and what is planned, alike for a person, a booking and a lead: when, which road, why, and how it ended."""

from datetime import datetime, time
from typing import NamedTuple

from sqlalchemy import case, func, select

from backoffice.bookings.models import Booking
from backoffice.core.db import db
from backoffice.messaging.models import Channel, Message, MessageState
from backoffice.messaging.reach import by_line
from backoffice.people.models import Person
from backoffice.playbooks.models import Playbook, PlaybookRun, PlaybookStep
from backoffice.studio.models import Service

MOST = 50


class MessageLine(NamedTuple):
    """A message in such a list. `road` of what waits is the one it would take today, if LINE is set up."""

    id: int
    version: int
    kind: str
    road: str
    state: str
    reason: str
    send_at: datetime
    next_try_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    has_words: bool
    has_own_text: bool
    is_own_time: bool
    person_id: int | None
    name: str
    booking_id: int | None
    starts_at: datetime | None
    trainer_id: int | None
    service_ja: str | None
    service_en: str | None
    playbook_id: int | None
    playbook_ja: str | None
    playbook_en: str | None
    step_days: int | None
    step_at: time | None


def message_lines(
    *, person_id: int | None = None, booking_id: int | None = None, lead_id: int | None = None
) -> list[MessageLine]:
    """The fifty newest messages about one of these: what waits first, the soonest first. One statement."""
    about = {Message.person_id: person_id, Message.booking_id: booking_id, Message.lead_id: lead_id}
    wanted = [column == value for column, value in about.items() if value is not None]
    if not wanted:
        raise ValueError("say whose messages are listed")
    waits = Message.state.in_((MessageState.PLANNED, MessageState.CLAIMED, MessageState.HELD_FOR_REVIEW))
    foreseen = case((by_line(Message.kind, Message.studio_id), Channel.LINE.value), else_=Message.channel)
    query = (
        select(
            Message.id, Message.version, Message.kind,
            case((waits & (Message.tries == 0), foreseen), else_=Message.channel), Message.state, Message.reason,
            Message.send_at, Message.next_try_at, Message.expires_at, Message.ended_at,
            waits | Message.body.is_not(None), Message.own_body.is_not(None), Message.is_own_time,
            Message.person_id, func.coalesce(func.nullif(Person.name, ""), Person.kana, ""), Message.booking_id,
            Booking.starts_at, Booking.trainer_id, Service.name_ja, Service.name_en, Playbook.id, Playbook.name_ja,
            Playbook.name_en, PlaybookStep.days, PlaybookStep.at,
        )
        .select_from(Message)
        .outerjoin(Person, Person.id == Message.person_id)
        .outerjoin(Booking, Booking.id == Message.booking_id)
        .outerjoin(Service, Service.id == Booking.service_id)
        .outerjoin(PlaybookRun, PlaybookRun.id == Message.run_id)
        .outerjoin(Playbook, Playbook.id == PlaybookRun.playbook_id)
        .outerjoin(PlaybookStep, PlaybookStep.id == Message.step_id)
        .where(*wanted)
        .order_by(waits.desc(), case((waits, Message.send_at)), Message.send_at.desc(), Message.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return [MessageLine._make(row) for row in db.session.execute(query)]
