"""LINE: every behaviour of the far end has its declared end, and nothing is taken twice under one key."""

import time
import uuid
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from backoffice.messaging import line_answers
from backoffice.messaging.bubbles import as_texts
from backoffice.messaging.channels import Blame, Ending, Envelope, Outcome
from backoffice.messaging.line import LineChannel
from backoffice.messaging.line_usage import Usage, read_pushes, read_usage
from backoffice.messaging.models import Channel
from tests.far_ends import journal
from tests.far_ends.certificates import self_signed
from tests.far_ends.line_server import BAD_ID, QUOTA, RATE, TOKEN, LineServer, line_server

ACCOUNT = "U" + "1" * 32
ENVELOPE = Envelope(
    message_id=1,
    fence=1,
    attempt_id=1,
    retry_key=uuid.UUID(int=7),
    channel=Channel.LINE,
    language="ja",
    address=ACCOUNT,
    subject="ご予約が決まりました",
    body="11月26日(木)16:00 にお待ちしております。\n",
)
QUICK = timedelta(seconds=0.4)


@pytest.fixture
def line(tmp_path: Path) -> LineServer:
    """A LINE that takes everything."""
    return LineServer(tmp_path / "line.jsonl")


def push(
    line: LineServer, *, times: int = 1, token: str = TOKEN, envelope: Envelope = ENVELOPE
) -> list[Outcome]:
    """Send the envelope, as often as asked, with the same key."""
    with line_server(line) as url:
        channel = LineChannel(url, token, QUICK, QUICK * 2)
        return [channel.send(envelope, lambda: True) for _ in range(times)]


# What the far end does, and what is declared to follow from it. The last number: how often it took the message.
BEHAVIOURS: list[tuple[str, list[tuple[int, str] | str], Ending, Blame, str, int]] = [
    ("takes it", [], Ending.ACCEPTED, Blame.MESSAGE, "", 1),
    ("too many at once", [RATE], Ending.RETRY_SOON, Blame.MESSAGE, line_answers.BUSY, 0),
    ("the month is used up", [QUOTA], Ending.NEVER, Blame.QUOTA, line_answers.USED_UP, 0),
    ("a bad account", [BAD_ID], Ending.NEVER, Blame.MESSAGE, line_answers.NO_SUCH_ACCOUNT, 0),
    ("a bad request", [(400, "The request body has 1 error(s)")], Ending.NEVER, Blame.MESSAGE,
     line_answers.REFUSED, 0),
    ("not allowed", [(403, "Access to this API is not available for your account")], Ending.NEVER,
     Blame.MESSAGE, line_answers.NOT_ALLOWED, 0),
    ("not found", [(404, "Not found")], Ending.NEVER, Blame.MESSAGE, line_answers.NO_SUCH_ACCOUNT, 0),
    ("a fault of its own", [(500, "Internal Server Error")], Ending.AMBIGUOUS, Blame.CHANNEL,
     line_answers.ANSWER_LOST, 0),
    ("hangs", ["hang"], Ending.AMBIGUOUS, Blame.CHANNEL, line_answers.ANSWER_LOST, 0),
    ("takes it and drips", ["drip"], Ending.AMBIGUOUS, Blame.CHANNEL, line_answers.ANSWER_LOST, 1),
    ("hangs up before", ["drop before"], Ending.AMBIGUOUS, Blame.CHANNEL, line_answers.ANSWER_LOST, 0),
    ("takes it and hangs up", ["drop after"], Ending.AMBIGUOUS, Blame.CHANNEL, line_answers.ANSWER_LOST, 1),
    ("takes it and breaks the line", ["reset"], Ending.AMBIGUOUS, Blame.CHANNEL, line_answers.ANSWER_LOST, 1),
    ("a page of somebody else", ["garbage"], Ending.AMBIGUOUS, Blame.CHANNEL, line_answers.ANSWER_LOST, 0),
    ("does not speak HTTP", ["nonsense"], Ending.AMBIGUOUS, Blame.CHANNEL, line_answers.ANSWER_LOST, 0),
    ("leads elsewhere", ["redirect"], Ending.RETRY_SLOWLY, Blame.SETTINGS, line_answers.WRONG_SERVER, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "ending", "blame", "reason", "taken"),
    [case[1:] for case in BEHAVIOURS],
    ids=[case[0] for case in BEHAVIOURS],
)
def test_each_behaviour_has_its_end(
    line: LineServer,
    script: list[tuple[int, str] | str],
    ending: Ending,
    blame: Blame,
    reason: str,
    taken: int,
) -> None:
    line.script = list(script)
    started = time.monotonic()
    outcome = push(line)[0]
    assert time.monotonic() - started < 20, "a slow drip would go on for a hundred seconds"
    assert (outcome.ending, outcome.blame, outcome.reason) == (ending, blame, reason)
    assert len(journal.read(line.path)) == taken
    assert len(line.pushes) == 1, "the library must not try again by itself"
    assert line.elsewhere == 0


@pytest.mark.parametrize("accident", ["drip", "drop after", "hang", "garbage", (503, "later")])
def test_the_same_key_asked_again_is_taken_once(line: LineServer, accident: tuple[int, str] | str) -> None:
    line.script = [accident]
    lost, found = push(line, times=2)
    assert (lost.ending, found.ending) == (Ending.AMBIGUOUS, Ending.ACCEPTED)
    assert len(journal.read(line.path)) == 1
    assert {one["key"] for one in line.pushes} == {str(ENVELOPE.retry_key)}


def test_a_wrong_token_waits_until_somebody_has_looked(line: LineServer) -> None:
    outcome = push(line, token="old")[0]
    assert (outcome.ending, outcome.blame) == (Ending.RETRY_SLOWLY, Blame.SETTINGS)
    assert outcome.reason == line_answers.SIGN_IN


def test_nobody_there_means_that_nothing_was_sent(line: LineServer) -> None:
    with line_server(line) as url:
        pass
    outcome = LineChannel(url, TOKEN, QUICK, QUICK).send(ENVELOPE, lambda: True)
    assert (outcome.ending, outcome.reason) == (Ending.RETRY_SOON, line_answers.UNREACHABLE)


def test_who_only_says_to_be_line_is_told_nothing(line: LineServer, tmp_path: Path) -> None:
    """A certificate that nobody vouches for, at the first message and at the next one, which trusts the same roots."""
    with line_server(line, certificate=self_signed(tmp_path)) as url:
        channel = LineChannel(url.replace("http:", "https:"), TOKEN, QUICK, QUICK)
        for _message in range(2):
            outcome = channel.send(ENVELOPE, lambda: True)
            assert (outcome.ending, outcome.reason) == (Ending.RETRY_SLOWLY, line_answers.NOT_SECURE)
    assert not line.pushes


def test_what_was_taken_back_is_not_pushed(line: LineServer) -> None:
    with line_server(line) as url:
        outcome = LineChannel(url, TOKEN).send(ENVELOPE, lambda: False)
    assert outcome.ending is Ending.TAKEN_BACK
    assert not line.pushes


def test_the_subject_stands_above_the_text(line: LineServer) -> None:
    push(line)
    entry = journal.read(line.path)[0]
    assert entry["to"] == ACCOUNT
    assert entry["texts"] == ["ご予約が決まりました\n\n11月26日(木)16:00 にお待ちしております。"]


def test_a_long_text_goes_as_several_in_one_push(line: LineServer) -> None:
    body = "\n\n".join(f"{number} " + "あ" * 2990 for number in range(4))
    push(line, envelope=replace(ENVELOPE, body=body))
    texts = journal.read(line.path)[0]["texts"]
    assert [text[:2] for text in texts] == ["ご予", "1 ", "2 ", "3 "]
    assert line.used == 1


@pytest.mark.parametrize("body", ["あ" * 12_000, "💪" * 6_000, "a\n" * 6_000, ("x" * 4_999 + "\n\n") * 3])
def test_no_text_is_longer_than_line_takes_and_nothing_is_lost(body: str) -> None:
    texts = as_texts(body)
    assert all(0 < len(text.encode("utf-16-le")) // 2 <= 5000 for text in texts)
    assert "".join("".join(texts).split()) == "".join(body.split())


def test_a_text_that_never_fits_is_left_to_mail(line: LineServer) -> None:
    outcome = push(line, envelope=replace(ENVELOPE, body="あ" * 30_000))[0]
    assert (outcome.ending, outcome.reason) == (Ending.NEVER, line_answers.TOO_LONG)
    assert not line.pushes


def test_details_hold_no_account() -> None:
    assert ACCOUNT not in line_answers.plain_detail(f"400 {ACCOUNT} is invalid")
    assert TOKEN not in repr(LineChannel("https://line.example", TOKEN))


def test_line_says_what_the_month_allows_and_what_is_used(line: LineServer) -> None:
    line.used = 12
    with line_server(line) as url:
        assert read_usage(url, TOKEN) == Usage(200, 12)
        assert read_pushes(url, TOKEN, date(2026, 11, 24)) == 12
        assert read_usage(url, "old") is None
    assert read_usage(url, TOKEN) is None, "nobody there"
    assert read_pushes(url, TOKEN, date(2026, 11, 24)) is None
