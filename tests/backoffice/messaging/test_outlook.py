"""What a message that waits would say: the questions of its claim, asked before, with nothing written."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.bookings.models import Booking, BookingState
from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db, transaction
from backoffice.messaging import judging, roads
from backoffice.messaging.cap import CAP_REACHED
from backoffice.messaging.channels import SetUp
from backoffice.messaging.models import Channel, ChannelState, Kind, Message, MessageRoad, MessageState
from backoffice.messaging.outlook import NOT_WRITTEN, QUIET, Outlook, outlook
from backoffice.messaging.texts import MASK
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Studio

Queue = Callable[..., Message]
Deliver = Callable[[datetime], int]

BOTH = {Channel.MAIL: SetUp(), Channel.LINE: SetUp(timedelta(hours=23))}


def ahead(message: Message, now: datetime, **changes: object) -> Outlook:
    found = outlook(message, PROVIDERS, BOTH, now=now, **changes)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_it_says_what_goes_out(queue: Queue, deliver: Deliver, now: datetime) -> None:
    message = queue(Kind.REMINDER_DAY_BEFORE, send_at=now + timedelta(hours=2))
    found = ahead(message, now)
    deliver(now + timedelta(hours=2))
    assert found.text is not None
    assert (found.text.subject, found.text.body) == (message.subject, message.body)
    assert (found.at, found.ends, found.waits) == (now + timedelta(hours=2), "", "")


def test_nothing_is_written_not_even_the_words(queue: Queue, now: datetime) -> None:
    message = queue()
    lines = db.session.scalar(select(func.count(AuditLine.id)))
    ahead(message, now)
    assert not db.session.dirty
    assert (message.body, message.version, message.tries) == (None, 1, 0)
    assert db.session.scalar(select(func.count(AuditLine.id))) == lines


def test_the_road_and_why(queue: Queue, gym: Studio, guest: Person, now: datetime) -> None:
    message = queue()
    assert ahead(message, now).road == roads.Road(Channel.MAIL, "hanako@example.jp", roads.CHOSEN_MAIL)
    with transaction():
        db.session.add(MessageRoad(studio_id=gym.id, kind=message.kind, channel=Channel.LINE))
    assert ahead(message, now).road == roads.Road(Channel.MAIL, "hanako@example.jp", roads.NOT_ON_LINE)
    with transaction():
        db.session.get_one(Person, guest.id).line_user_id = "U1"
    assert ahead(message, now).road == roads.Road(Channel.LINE, "U1", roads.BY_LINE)
    with transaction():
        db.session.add(ChannelState(channel=Channel.LINE, used_up_until=now + timedelta(days=3)))
    assert ahead(message, now).road == roads.Road(Channel.MAIL, "hanako@example.jp", roads.USED_UP)


def test_quiet_hours_are_said_and_looked_behind(queue: Queue, now: datetime) -> None:
    night = now.replace(hour=13)  # 22:00 in Kyoto
    message = queue(Kind.SCREENING_ASKED, send_at=now)
    message.next_try_at = night
    db.session.commit()
    found = ahead(message, night)
    assert found.waits == QUIET
    assert found.at == night + timedelta(hours=10)


def test_why_it_would_not_go(queue: Queue, booking: Booking, guest: Person, now: datetime) -> None:
    confirmation, follow_up = queue(), queue(Kind.AFTER_TRIAL)
    assert ahead(follow_up, now).ends == judging.NO_CONSENT
    with transaction():
        db.session.get_one(Booking, booking.id).state = BookingState.CANCELLED
    assert ahead(confirmation, now).ends == "The booking is no longer ahead."
    late = ahead(confirmation, confirmation.expires_at)
    assert (late.ends, late.text) == (judging.TOO_LATE, None)


def test_without_an_address_the_text_is_shown_with_the_reason(
    queue: Queue, guest: Person, now: datetime
) -> None:
    message = queue()
    with transaction():
        for one in db.session.get_one(Person, guest.id).mails:
            db.session.delete(one)
    found = ahead(message, now)
    assert found.ends == roads.NO_ADDRESS
    assert found.text is not None


def test_the_cap_is_foreseen(queue: Queue, gym: Studio, guest: Person, now: datetime) -> None:
    with transaction():
        record_consent(
            guest.id, Purpose.FOLLOW_UP, True, wording="v", language="ja", source="test", by=SYSTEM, now=now
        )
        db.session.get_one(Studio, gym.id).follow_ups_a_week = 1
    before = queue(Kind.MISSED_YOU)
    with transaction():
        before.state, before.accepted_at = MessageState.SENT, now
    message = queue(Kind.AFTER_NO_SHOW, expires_at=now + timedelta(days=20))
    found = ahead(message, now)
    assert (found.waits, found.at >= now + timedelta(days=7)) == (CAP_REACHED, True)


def test_secrets_are_not_foreseen(queue: Queue, now: datetime) -> None:
    assert outlook(queue(Kind.PASSWORD_RESET), PROVIDERS, BOTH, now=now) is None


def test_a_link_that_speaks_for_somebody_is_covered(queue: Queue, now: datetime) -> None:
    text = ahead(queue(Kind.CARE_ASKED), now).text
    assert text is not None
    assert MASK in text.body
    assert "/checkin/" not in text.body


def test_what_has_ended_has_no_outlook(queue: Queue, deliver: Deliver, now: datetime) -> None:
    message = queue()
    deliver(now)
    assert outlook(message, PROVIDERS, BOTH, now=now) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_a_page_about_any_kind_opens(kind: Kind, queue: Queue, now: datetime) -> None:
    """Whatever a provider lacks: the page opens, and what it says is a reason a person can read."""
    found = outlook(queue(kind), PROVIDERS, BOTH, now=now)
    assert found is None or found.text is not None or found.ends
    assert not db.session.dirty


def test_a_provider_that_breaks_is_told(queue: Queue, now: datetime) -> None:
    def broken(_message: Message, _now: datetime) -> object:
        raise RuntimeError

    message = queue()
    found = outlook(message, {**PROVIDERS, Kind.BOOKING_CONFIRMED: broken}, BOTH, now=now)  # type: ignore[dict-item]
    assert found is not None
    assert found.ends == NOT_WRITTEN
