"""Mail over SMTP: what each answer and each accident of a mail server comes to, and what the mail looks like."""

import smtplib
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default

import pytest

from backoffice.messaging.channels import Ending, Envelope
from backoffice.messaging.models import Channel
from backoffice.messaging.smtp import SmtpChannel, as_mail
from backoffice.messaging.smtp_answers import NO_SUCH_ADDRESS, classify, plain_detail
from tests.far_ends.scripted_mail import Script, scripted_mail_server

ENVELOPE = Envelope(
    message_id=1,
    fence=1,
    attempt_id=1,
    retry_key=uuid.UUID("6f9619ff-8b86-4d11-b42d-00c04fc964ff"),
    channel=Channel.MAIL,
    language="ja",
    address="hanako@example.jp",
    subject="【整 SEI】ご予約を承りました 11月26日(木)19:00",
    body=".最初の点\n山田 花子 様\n.\nhttps://sei.example/manage/TOKEN\n",
    reply_to="desk@sei.example",
)
SENDER = "整 SEI <desk@sei.example>"


def send(script: Script, *, hand_over: bool = True, deadline: float = 5) -> tuple[Ending, str]:
    """Send the envelope to a server that follows a script."""
    with scripted_mail_server(script) as port:
        channel = SmtpChannel(
            f"smtp://127.0.0.1:{port}", SENDER, timedelta(seconds=0.5), timedelta(seconds=deadline)
        )
        outcome = channel.send(ENVELOPE, lambda: hand_over)
    return outcome.ending, outcome.reason


def test_an_accepted_mail_is_accepted() -> None:
    script = Script()
    assert send(script) == (Ending.ACCEPTED, "")
    assert len(script.accepted) == 1


BEHAVIOURS = {
    "greeting: no service": (Script(greeting="554 no service here"), Ending.RETRY_SLOWLY),
    "greeting: busy": (Script(greeting="421 busy"), Ending.RETRY_SOON),
    "sender refused": (Script(mail="550 5.7.1 not from you"), Ending.RETRY_SLOWLY),
    "grey listing": (Script(rcpt="450 4.2.0 greylisted"), Ending.RETRY_SOON),
    "no such address": (Script(rcpt="550 5.1.1 no such user"), Ending.NEVER),
    "mailbox full": (Script(rcpt="452 4.2.2 mailbox full"), Ending.RETRY_SLOWLY),
    "rate limit": (Script(dot="451 4.7.1 too many messages"), Ending.RETRY_SOON),
    "refused as unwanted": (Script(dot="554 5.7.1 looks like spam"), Ending.NEVER),
    "busy after the dot": (Script(dot="451 4.3.0 try later"), Ending.RETRY_SOON),
    "hangs before the dot": (Script(silent_at="rcpt"), Ending.RETRY_SOON),
    "hangs after the dot": (Script(silent_at="dot"), Ending.AMBIGUOUS),
    "hangs up before the dot": (Script(data=None), Ending.RETRY_SOON),
    "hangs up after the dot": (Script(dot=None), Ending.AMBIGUOUS),
    "garbage before the dot": (Script(rcpt="¡hola!"), Ending.RETRY_SOON),
    "a yes in the wrong place": (Script(data="250 OK"), Ending.RETRY_SOON),
    "garbage after the dot": (Script(dot="¡hola!"), Ending.AMBIGUOUS),
    "an endless line after the dot": (Script(dot="2" * 20_000), Ending.AMBIGUOUS),
    "says another server should be asked": (Script(rcpt="551 5.1.6 please try elsewhere"), Ending.NEVER),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_each_behaviour_ends_as_declared(name: str) -> None:
    script, ending = BEHAVIOURS[name]
    found, reason = send(script)
    assert found is ending
    assert reason
    if ending in {Ending.RETRY_SOON, Ending.RETRY_SLOWLY} and "after" not in name and name != "rate limit":
        assert not script.accepted


def test_nobody_listens() -> None:
    channel = SmtpChannel("smtp://127.0.0.1:1", SENDER)
    assert channel.send(ENVELOPE, lambda: True).ending is Ending.RETRY_SOON


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    started = time.monotonic()
    ending, _reason = send(Script(rcpt="250 " + "x" * 200, drip=0.1), deadline=1)
    assert ending is Ending.RETRY_SOON
    assert time.monotonic() - started < 3


def test_a_message_taken_back_never_gets_its_dot() -> None:
    script = Script()
    assert send(script, hand_over=False)[0] is Ending.TAKEN_BACK
    assert script.accepted == []


def test_a_database_that_fails_at_the_hand_over_stops_the_mail() -> None:
    def fails() -> bool:
        raise RuntimeError("the database is away")

    script = Script()
    with scripted_mail_server(script) as port, pytest.raises(RuntimeError):
        SmtpChannel(f"smtp://127.0.0.1:{port}", SENDER).send(ENVELOPE, fails)
    assert script.accepted == []


def test_a_password_never_goes_over_an_open_line() -> None:
    script = Script()
    with scripted_mail_server(script) as port:
        outcome = SmtpChannel(f"smtp://desk:secret@127.0.0.1:{port}", SENDER).send(ENVELOPE, lambda: True)
    assert outcome.ending is Ending.RETRY_SLOWLY
    assert script.accepted == []


def test_the_mail_says_what_it_should() -> None:
    script = Script()
    send(script)
    mail = message_from_string(script.accepted[0].replace("\r\n..", "\r\n."), policy=default)
    assert mail["To"] == "hanako@example.jp"
    assert mail["From"].addresses[0].display_name == "整 SEI"
    assert mail["Subject"] == ENVELOPE.subject
    assert mail["Message-ID"] == "<6f9619ff-8b86-4d11-b42d-00c04fc964ff@sei.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "desk@sei.example"
    assert mail["List-Unsubscribe"] is None
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == ENVELOPE.body


def mail_of(envelope: Envelope) -> EmailMessage:
    """The mail as a server accepted it."""
    script = Script()
    with scripted_mail_server(script) as port:
        SmtpChannel(f"smtp://127.0.0.1:{port}", SENDER).send(envelope, lambda: True)
    return message_from_string(script.accepted[0].replace("\r\n..", "\r\n."), policy=default)


def test_a_mail_is_a_text_and_the_same_as_a_letter() -> None:
    mail = mail_of(ENVELOPE)
    assert mail.get_content_type() == "multipart/alternative"
    text, letter = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert letter.get_content_type() == "text/html"
    assert "山田 花子 様" in letter.get_content()
    assert "整 SEI" in letter.get_content(), "the name of the sender stands on top where no other is given"


@pytest.mark.parametrize("method", ["PUBLISH", "CANCEL"])
def test_a_calendar_goes_beside_both(method: str) -> None:
    calendar = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nSUMMARY:体験\r\nEND:VCALENDAR\r\n"
    mail = mail_of(replace(ENVELOPE, calendar=calendar, brand="整"))
    body, file = mail.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "booking.ics")
    assert file["Content-Type"].params["method"] == method
    assert file.get_content().replace("\r\n", "\n") == calendar.replace("\r\n", "\n")


def test_a_follow_up_can_be_stopped_with_one_click() -> None:
    link = "https://sei.example/unsubscribe/" + "t" * 120
    content = as_mail(replace(ENVELOPE, unsubscribe_url=link), SENDER).decode()
    mail = message_from_string(content, policy=default)
    assert mail["List-Unsubscribe"] == f"<{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{link}>\r\n" in content


@pytest.mark.parametrize("address", ["a..b@docomo.ne.jp", ".taro.@ezweb.ne.jp", "o'neil+gym@example.com"])
def test_odd_addresses_of_carriers_are_reached(address: str) -> None:
    script = Script()
    with scripted_mail_server(script) as port:
        channel = SmtpChannel(f"smtp://127.0.0.1:{port}", SENDER)
        outcome = channel.send(replace(ENVELOPE, address=address), lambda: True)
    assert outcome.ending is Ending.ACCEPTED
    assert address.partition("@")[0] in script.accepted[0]


def test_details_hold_no_address() -> None:
    outcome = classify(550, b"5.1.1 <hanako@example.jp>: no such user", handed_over=False)
    assert outcome.reason == NO_SUCH_ADDRESS
    assert "hanako" not in outcome.detail
    assert plain_detail("x" * 1000) == "x" * 200


def test_the_library_still_asks_for_the_servers_name() -> None:
    """The channel sets this name by hand, so that the certificate is checked for it."""
    assert hasattr(smtplib.SMTP(), "_host")
