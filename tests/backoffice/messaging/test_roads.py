"""The road of a message: LINE where it is wanted and can arrive; mail after a clear no; never both after a doubt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.messaging import breaker
from backoffice.messaging.actions import send_again
from backoffice.messaging.channels import Blame, Ending, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.facts import Facts
from backoffice.messaging.models import Attempt, Channel, Kind, Message, MessageRoad, MessageState, Phase
from backoffice.messaging.months import month_end
from backoffice.people.models import Person, PersonMail
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind
from tests.backoffice.messaging.test_delivery import leave_behind
from tests.far_ends.recording import RecordingChannel

Queue = Callable[..., Message]

ACCOUNT = "U" + "a" * 32
BLOCKED = Outcome(Ending.NEVER, "no such account", "400")
USED_UP = Outcome(Ending.NEVER, "used up", "429", blame=Blame.QUOTA)
LOST = Outcome(Ending.AMBIGUOUS, "lost")


@dataclass
class Roads:
    """Both channels of a gym that sends confirmations by LINE."""

    mail: RecordingChannel = field(default_factory=RecordingChannel)
    line: RecordingChannel = field(default_factory=lambda: RecordingChannel(timedelta(hours=23)))

    def deliver(self, now: datetime) -> None:
        """One sweep."""
        Delivery({Channel.MAIL: self.mail, Channel.LINE: self.line}, PROVIDERS).deliver_due(now)

    @property
    def sent(self) -> tuple[int, int]:
        """How many were accepted by LINE and by mail."""
        return len(self.line.sent), len(self.mail.sent)


@pytest.fixture
def roads(gym: Studio, guest: Person) -> Roads:
    """Hanako has LINE, and the gym sends confirmations and invitations there."""
    guest.line_user_id = ACCOUNT
    for kind in (Kind.BOOKING_CONFIRMED, Kind.PASSWORD_RESET):
        db.session.add(MessageRoad(studio_id=gym.id, kind=kind, channel=Channel.LINE))
    db.session.commit()
    return Roads()


def calls(message: Message) -> list[tuple[str, str]]:
    """The road and the end of each call."""
    query = select(Attempt.channel, Attempt.outcome).where(Attempt.message_id == message.id)
    return [tuple(row) for row in db.session.execute(query.order_by(Attempt.id))]


def test_a_kind_goes_by_line_where_the_studio_wants_it(queue: Queue, roads: Roads, now: datetime) -> None:
    message, other = queue(), queue(Kind.REMINDER_DAY_BEFORE)
    roads.deliver(now)
    assert roads.sent == (1, 1)
    assert (message.channel, message.address, message.state) == (Channel.LINE, ACCOUNT, MessageState.SENT)
    assert (other.channel, other.address) == (Channel.MAIL, "hanako@example.jp")


@pytest.mark.parametrize("why", ["no account", "blocked", "not set up"])
def test_who_cannot_be_reached_by_line_gets_a_mail(
    queue: Queue, roads: Roads, guest: Person, now: datetime, why: str
) -> None:
    message = queue()
    if why == "no account":
        guest.line_user_id = None
    if why == "blocked":
        guest.line_blocked_at = now
    db.session.commit()
    if why == "not set up":
        Delivery({Channel.MAIL: roads.mail}, PROVIDERS).deliver_due(now)
    roads.deliver(now)
    assert roads.sent == (0, 1)
    assert message.channel == Channel.MAIL


@pytest.mark.parametrize("no", [BLOCKED, USED_UP])
def test_a_clear_no_sends_it_by_mail_in_the_same_sweep(
    queue: Queue, roads: Roads, now: datetime, no: Outcome
) -> None:
    message = queue()
    roads.line.answers = [no]
    roads.deliver(now)
    assert roads.sent == (0, 1)
    assert calls(message) == [("line", "NEVER"), ("mail", "ACCEPTED")]
    assert (message.channel, message.state) == (Channel.MAIL, MessageState.SENT)


def test_after_a_doubt_it_stays_on_its_road_even_if_line_says_no_then(
    queue: Queue, roads: Roads, now: datetime
) -> None:
    message = queue()
    roads.line.answers = [LOST, BLOCKED]
    roads.deliver(now)
    roads.deliver(now + timedelta(hours=1))
    assert calls(message) == [("line", "AMBIGUOUS"), ("line", "NEVER")]
    assert message.state == MessageState.UNKNOWN
    assert not roads.mail.calls
    assert _todo(message)


@pytest.mark.parametrize("change", ["untied", "road", "used up"])
def test_after_a_doubt_nothing_else_moves_it_to_mail(
    queue: Queue, roads: Roads, guest: Person, now: datetime, change: str
) -> None:
    message = queue()
    roads.line.answers = [LOST]
    roads.deliver(now)
    if change == "untied":
        guest.line_blocked_at = now
    elif change == "road":
        db.session.query(MessageRoad).delete()
    else:
        breaker.note(Channel.LINE, USED_UP, now=now)
    db.session.commit()
    roads.deliver(now + timedelta(hours=1))
    assert not roads.mail.calls
    assert message.state == (MessageState.UNKNOWN if change == "untied" else MessageState.SENT)


def test_a_worker_that_died_in_its_call_leaves_the_road_as_it_was(
    queue: Queue, roads: Roads, guest: Person, now: datetime
) -> None:
    message = queue()
    roads.line.answers = [LOST]
    roads.deliver(now)
    leave_behind(message, Phase.HANDED_OVER)
    db.session.query(MessageRoad).delete()
    db.session.commit()
    roads.deliver(now + timedelta(minutes=5))
    assert roads.sent == (1, 0)


def test_a_key_is_never_used_after_it_may_be_forgotten(queue: Queue, roads: Roads, now: datetime) -> None:
    message = queue()
    roads.line.answers = [LOST]
    roads.deliver(now)
    assert message.next_try_at < now + timedelta(hours=1)
    roads.deliver(now + timedelta(hours=23))  # nothing ran meanwhile
    assert len(roads.line.calls) == 1
    assert message.state == MessageState.UNKNOWN
    assert _todo(message)


def test_the_age_of_a_key_counts_from_its_first_use_at_line(
    queue: Queue, roads: Roads, gym: Studio, now: datetime
) -> None:
    message = queue(Kind.REMINDER_DAY_BEFORE)
    roads.mail.answers = [Outcome(Ending.RETRY_SOON, "busy")]
    roads.deliver(now)
    db.session.add(MessageRoad(studio_id=gym.id, kind=Kind.REMINDER_DAY_BEFORE, channel=Channel.LINE))
    db.session.commit()
    roads.line.answers = [LOST]
    roads.deliver(now + timedelta(hours=24))
    assert calls(message) == [("mail", "RETRY_SOON"), ("line", "AMBIGUOUS")]
    assert message.state == MessageState.PLANNED, "the mail of a day ago says nothing about LINE's key"


def test_refused_by_line_and_without_mail_somebody_has_to_call(
    queue: Queue, roads: Roads, guest: Person, now: datetime
) -> None:
    message = queue()
    db.session.query(PersonMail).delete()
    db.session.commit()
    roads.line.answers = [BLOCKED]
    roads.deliver(now)
    assert message.state == MessageState.FAILED
    assert "LINE" in message.reason
    assert _todo(message)


def test_sent_again_by_hand_line_is_asked_anew(
    queue: Queue, roads: Roads, guest: Person, now: datetime
) -> None:
    message = queue()
    roads.line.answers = [BLOCKED]
    roads.mail.answers = [Outcome(Ending.NEVER, "no such address")]
    roads.deliver(now)
    assert message.state == MessageState.FAILED
    send_again(message.id, version=message.version, by=SYSTEM, now=now)
    db.session.commit()
    roads.deliver(now)
    assert roads.sent == (1, 0)


def test_what_line_takes_no_more_this_month_goes_by_mail_without_asking(
    queue: Queue, roads: Roads, gym: Studio, now: datetime
) -> None:
    queue(dedupe_key="first")
    roads.line.answers = [USED_UP]
    roads.deliver(now)
    second = queue(dedupe_key="second")
    roads.deliver(now + timedelta(minutes=1))
    assert len(roads.line.calls) == 1
    assert calls(second) == [("mail", "ACCEPTED")]


def test_the_month_of_line_ends_at_midnight_in_japan(gym: Studio, now: datetime) -> None:
    breaker.note(Channel.LINE, USED_UP, now=now)
    december = datetime(2026, 11, 30, 15, 0, tzinfo=now.tzinfo)
    assert breaker.is_used_up(Channel.LINE, now=december - timedelta(seconds=1))
    assert not breaker.is_used_up(Channel.LINE, now=december)
    assert month_end(december) == datetime(2026, 12, 31, 15, 0, tzinfo=now.tzinfo)


def test_who_has_no_mail_address_is_reached_by_line_in_any_case(
    queue: Queue, roads: Roads, guest: Person, now: datetime
) -> None:
    db.session.query(PersonMail).delete()
    db.session.commit()
    message = queue(Kind.REMINDER_DAY_BEFORE)  # a kind that goes by mail
    roads.deliver(now)
    assert calls(message) == [("line", "ACCEPTED")]


def test_a_secret_link_goes_by_mail_whatever_was_chosen(
    queue: Queue, roads: Roads, guest: Person, now: datetime
) -> None:
    providers = {**PROVIDERS, Kind.PASSWORD_RESET: lambda *_words: Facts({"link": "x", "hours": 2})}
    queue(Kind.PASSWORD_RESET)
    Delivery({Channel.MAIL: roads.mail, Channel.LINE: roads.line}, providers).deliver_due(now)
    assert roads.sent == (0, 1)


def _todo(message: Message) -> bool:
    query = select(Todo.id).where(Todo.message_id == message.id, Todo.kind == TodoKind.CHECK_MESSAGE)
    return db.session.scalar(query) is not None


def test_a_link_to_connect_line_stands_only_where_a_channel_hears_of_it(
    gym: Studio, queue: Queue, deliver: Callable[[datetime], int], channel: RecordingChannel, now: datetime
) -> None:
    """The ID of the account alone is not LINE: without secret and token nobody would read the number."""
    gym.line_id = "@sei"
    db.session.commit()
    queue(dedupe_key="no channel")
    deliver(now)
    roads = Roads()
    queue(dedupe_key="a channel")
    roads.deliver(now)
    assert "/line/connect/" not in channel.sent[0].body
    assert "/line/connect/" in roads.mail.sent[0].body
