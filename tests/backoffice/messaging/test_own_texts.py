"""A gym's own texts: the newest version goes out, the standard text stands by, and nothing is lost or overwritten."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from backoffice.bookings.facts import booking_facts
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.core.language import Language
from backoffice.messaging import writing
from backoffice.messaging.facts import Facts
from backoffice.messaging.judging import NO_SENDER
from backoffice.messaging.models import Kind, Message, MessageState, MessageTemplate
from backoffice.messaging.own_texts import Standing, failed_text, standings, versions
from backoffice.messaging.samples import sample_values
from backoffice.messaging.text_editing import save_text, send_test, use_standard
from backoffice.messaging.texts import render
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.staff.models import Staff, StaffState
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo
from tests.far_ends.recording import RecordingChannel

Queue = Callable[..., Message]
Deliver = Callable[[datetime], int]
KIND = Kind.BOOKING_CONFIRMED
BODY = "{{ name }}\n\nお待ちしております。\n\n{{ booking_details }}\n\n{{ manage_details }}"


def save(
    gym: Studio, by: Actor, now: datetime, body: str = BODY, *, seen: int = 0, kind: Kind = KIND
) -> MessageTemplate:
    with transaction():
        return save_text(gym, kind, Language.JA, "{{ studio.name }}より", body, seen=seen, by=by, now=now)


def add_row(gym: Studio, now: datetime, body: str) -> MessageTemplate:
    """A version as it could have got past the checks (an older program, a restored backup)."""
    row = MessageTemplate(
        studio_id=gym.id, kind=KIND, language="ja", version=1, subject="件名", body=body, created_at=now, created_by="t"
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


def test_the_newest_text_goes_out_signed(
    gym: Studio, queue: Queue, deliver: Deliver, channel: RecordingChannel, by: Actor, now: datetime
) -> None:
    message = queue()
    save(gym, by, now)
    save(gym, by, now, BODY.replace("お待ち", "心よりお待ち"), seen=1)
    deliver(now)
    (sent,) = channel.sent
    assert sent.subject == "整 SEIより"
    assert "山田 花子 様\n\n心よりお待ちしております。\n\n日時:11月26日(木)16:00" in sent.body
    assert sent.body.endswith(
        "──────────\n整 SEI\n京都市中京区烏丸通一丁目 2-3\n075-555-0123\ndesk@sei.example\n"
    )
    assert message.body == sent.body


def test_the_standard_text_comes_back_and_versions_stay(gym: Studio, by: Actor, now: datetime) -> None:
    save(gym, by, now)
    with transaction():
        use_standard(gym, KIND, Language.JA, seen=1, by=by, now=now)
    values = {**sample_values(gym, "ja", now=now)}
    assert "お待ちしております。\n\n日時" not in render(KIND, "ja", gym, "花子", values).body
    assert [one.body is None for one in versions(gym.id, KIND, "ja")] == [True, False]
    assert standings(gym.id) == {(KIND, "ja"): Standing(2, False, now, by.label, 0)}
    with pytest.raises(Invalid), transaction():
        use_standard(gym, KIND, Language.JA, seen=2, by=by, now=now)


def test_the_other_language_kind_and_studio_keep_their_own(gym: Studio, by: Actor, now: datetime) -> None:
    save(gym, by, now)
    values = sample_values(gym, "en", now=now)
    assert "お待ち" not in render(KIND, "en", gym, "Hanako", values).body
    assert "お待ちしております。\n\n日時" not in render(Kind.BOOKING_MOVED, "ja", gym, "花子", values).body


@pytest.mark.parametrize(
    "body",
    ["{{ booking.nothing }}", "{{ booking.starts_at|nothing }}", "{% if", "{{ ().__class__.__mro__ }}", "  "],
)
def test_a_text_that_cannot_be_written_gives_way_to_the_standard_text(
    body: str,
    gym: Studio,
    queue: Queue,
    deliver: Deliver,
    channel: RecordingChannel,
    by: Actor,
    now: datetime,
) -> None:
    row = add_row(gym, now, body)
    first = queue()
    second = queue(dedupe_key="second")
    deliver(now)
    assert [one.subject.startswith("【整 SEI】ご予約を承りました") for one in channel.sent] == [True, True]
    assert {first.state, second.state} == {MessageState.SENT}
    assert failed_text(first.id) is failed_text(second.id) is row
    todos = db.session.scalars(select(Todo).where(Todo.title == writing.CHECK_TEXT)).all()
    assert [one.message_id for one in todos] == [first.id], (
        "one task for a text, however many messages it hits"
    )
    assert standings(gym.id)[(KIND, "ja")].failures == 2
    save(gym, by, now, seen=1)
    assert standings(gym.id)[(KIND, "ja")].failures == 0, "the corrected one starts anew"


def test_a_text_in_the_sandbox_reaches_nothing(gym: Studio, now: datetime) -> None:
    row = add_row(gym, now, "{{ booking.service.__class__.__base__.__subclasses__() }}")
    values = sample_values(gym, "ja", now=now)
    assert render(KIND, "ja", gym, "花子", values).failed is row


def test_a_version_is_written_once(gym: Studio, by: Actor, now: datetime) -> None:
    row = save(gym, by, now)
    with pytest.raises(DBAPIError, match="written once"):
        db.session.execute(text("update message_templates set body = 'x' where id = :id"), {"id": row.id})
    db.session.rollback()


def test_nobody_overwrites_anybody(gym: Studio, by: Actor, now: datetime) -> None:
    save(gym, by, now)
    with pytest.raises(Stale):
        save(gym, by, now, BODY + "。", seen=0)
    with pytest.raises(Stale), transaction():
        use_standard(gym, KIND, Language.JA, seen=0, by=by, now=now)
    with pytest.raises(Invalid):
        save(gym, by, now, seen=1)
    assert len(versions(gym.id, KIND, "ja")) == 1


def test_what_cannot_be_sent_is_neither_kept_nor_tested(
    gym: Studio, desk: Staff, by: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid):
        save(gym, by, now, "{{ client.weight }}")
    with pytest.raises(Invalid), transaction():
        send_test(gym, KIND, Language.JA, "件名", "いいえ", token="t", staff_id=desk.id, by=by, now=now)
    with pytest.raises(NotFound):
        save(gym, by, now, kind=Kind.TEXT_TEST)
    assert versions(gym.id, KIND, "ja") == []


def test_a_test_goes_to_its_writer_with_examples(
    gym: Studio, desk: Staff, deliver: Deliver, channel: RecordingChannel, by: Actor, now: datetime
) -> None:
    with transaction():
        sent = [
            send_test(gym, KIND, Language.JA, "件名", BODY, token="t", staff_id=desk.id, by=by, now=now)
            for _ in range(2)
        ]
    assert sent == [True, False]
    deliver(now)
    (envelope,) = channel.sent
    assert envelope.address == desk.mail
    assert envelope.subject == "【テスト】件名"
    assert "山田 花子 様\n\nお待ちしております。" in envelope.body
    assert "http://localhost/example" in envelope.body
    message = db.session.query(Message).filter_by(kind=Kind.TEXT_TEST).one()
    assert message.body == envelope.body


def test_somebody_who_left_gets_no_test(
    gym: Studio, desk: Staff, deliver: Deliver, channel: RecordingChannel, by: Actor, now: datetime
) -> None:
    with transaction():
        send_test(gym, KIND, Language.JA, "件名", BODY, token="t", staff_id=desk.id, by=by, now=now)
        desk.state = StaffState.SUSPENDED
    deliver(now)
    assert channel.calls == []


def test_the_booking_says_what_the_list_of_variables_promises(queue: Queue, now: datetime) -> None:
    facts = booking_facts(queue(), now)
    assert isinstance(facts, Facts)
    assert set(facts.values["booking"]) == set(
        sample_values(Studio(zone="Asia/Tokyo"), "ja", now=now)["booking"]
    )


@pytest.mark.parametrize("missing", [("address_ja", "address_en"), ("phone", "mail")])
def test_advertising_that_does_not_say_who_sends_it_stays_here(
    missing: tuple[str, ...], gym: Studio, guest: Person, queue: Queue, deliver: Deliver, channel: RecordingChannel,
    by: Actor, now: datetime,
) -> None:  # fmt: skip
    record_consent(
        guest.id, Purpose.FOLLOW_UP, True, wording="v1", language="ja", source="test", by=by, now=now
    )
    for name in missing:
        setattr(gym, name, "")
    message, confirmation = queue(Kind.AFTER_TRIAL), queue()
    deliver(now)
    assert (message.state, message.reason) == (MessageState.NOT_SENT, NO_SENDER)
    assert confirmation.state == MessageState.SENT
