"""The webhook: what LINE signed is kept once and answered for; nothing else gets in, and nothing breaks it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.line.intake import read_events
from backoffice.line.models import EventKind, LineEvent
from backoffice.studio.models import Studio
from tests.line_chat import HANAKO, OLD_SECRET, SECRET, body_of, event, said, signed
from tests.pages import PageClient


@pytest.fixture
def channel(app: Flask) -> Iterator[None]:
    """A LINE channel whose secret is being changed."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(
        before, line_channel_secret=f"{SECRET},{OLD_SECRET}", line_channel_access_token="t"
    )
    yield
    app.extensions["settings"] = before


def post(client: PageClient, body: bytes, headers: dict[str, str] | None = None) -> TestResponse:
    return client.post("/line/webhook", data=body, headers=signed(body) if headers is None else headers)


def kept() -> list[LineEvent]:
    return list(db.session.scalars(select(LineEvent).order_by(LineEvent.id)))


pytestmark = pytest.mark.usefixtures("gym", "channel")


def test_events_are_kept_as_rows_and_answered_at_once(client: PageClient, now: datetime) -> None:
    answer = post(client, body_of(event("follow", now), said("こんにちは", now)))
    assert (answer.status_code, answer.data) == (200, b"")
    follow, message = kept()
    assert (follow.kind, follow.user_id, follow.happened_at) == ("follow", HANAKO, now)
    assert json.loads(message.body or "")["message"]["text"] == "こんにちは"
    assert {row.state for row in kept()} == {"WAITING"}


def test_an_event_that_comes_again_is_one_row(client: PageClient, now: datetime) -> None:
    first = said("やあ", now)
    again = {**first, "deliveryContext": {"isRedelivery": True}}
    for body in (body_of(first), body_of(again), body_of(first, again)):
        assert post(client, body).status_code == 200
    assert len(kept()) == 1


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_while_the_secret_changes_both_are_good(client: PageClient, now: datetime, secret: str) -> None:
    body = body_of(said("やあ", now))
    assert post(client, body, signed(body, secret)).status_code == 200
    assert len(kept()) == 1


@pytest.mark.parametrize("signature", ["", "x", "あ", signed(b"other")["X-Line-Signature"], "=" * 5000])
def test_what_line_did_not_sign_is_refused(client: PageClient, now: datetime, signature: str) -> None:
    headers = {"X-Line-Signature": signature.encode().decode("latin-1"), "Content-Type": "application/json"}
    assert post(client, body_of(said("やあ", now)), headers).status_code == 401
    assert kept() == []


def test_the_signature_is_over_the_bytes_as_they_came(client: PageClient, now: datetime) -> None:
    body = body_of(said("やあ", now))
    assert post(client, body.replace(b": ", b":"), signed(body)).status_code == 401
    assert post(client, body + b" ", signed(body)).status_code == 401
    form = {**signed(body), "Content-Type": "application/x-www-form-urlencoded"}
    assert post(client, body, form).status_code in (200, 401)


def test_without_a_channel_there_is_no_such_page(app: Flask, client: PageClient, now: datetime) -> None:
    bare = replace(app.extensions["settings"], line_channel_secret="", line_channel_access_token="")
    app.extensions["settings"] = bare
    body = body_of(said("やあ", now))
    assert post(client, body, signed(body, "")).status_code == 404


def test_more_than_64_kib_is_refused_before_it_is_read(client: PageClient) -> None:
    for size in (64 * 1024 + 1, 10 * 1024 * 1024):
        body = b"x" * size
        assert post(client, body).status_code == 413
    assert post(client, body_of(*[{}] * 100)).status_code == 200


STRANGE = {
    "no json": b"{",
    "empty": b"",
    "not utf-8": b'{"events": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "events is text": b'{"events": "x"}',
    "too many": b'{"events": [' + b",".join([b"1"] * 300) + b"]}",
    "deep list": b"[" * 30_000 + b"]" * 30_000,
    "deep object": b'{"events":' * 5_000 + b"1" + b"}" * 5_000,
    "huge number": b'{"events": ' + b"9" * 20_000 + b"}",
    "nan": b'{"events": NaN}',
}


@pytest.mark.parametrize("body", STRANGE.values(), ids=STRANGE.keys())
def test_a_signed_body_that_makes_no_sense_is_refused(client: PageClient, body: bytes) -> None:
    assert post(client, body).status_code == 400
    assert kept() == []


def test_what_is_nested_too_deep_is_refused_by_the_reader_itself(now: datetime) -> None:
    with pytest.raises(Invalid):
        read_events(STRANGE["deep list"], now=now)


def test_events_that_mean_nothing_here_are_left_out(client: PageClient, now: datetime) -> None:
    good = said("やあ", now)
    strange: list[Any] = [
        None, 1, "x", [], {}, {**good, "type": "beacon"}, {**good, "type": ["message"]},
        {**good, "webhookEventId": "a b"}, {**good, "webhookEventId": 5}, {**good, "webhookEventId": "x" * 65},
        {**good, "source": {"type": "group", "groupId": "C1", "userId": HANAKO}}, {**good, "source": None},
        {**good, "source": {"type": "user", "userId": "U1"}}, {**good, "source": {"type": "user", "userId": 7}},
        {**good, "mode": "standby"},
    ]  # fmt: skip
    assert post(client, body_of(*strange)).status_code == 200
    assert kept() == []
    for odd in (-1, 10**30, "soon", None, True, 4e18, 10**13):
        one = {**said("やあ", now), "timestamp": odd}
        assert post(client, body_of(one)).status_code == 200
    assert {row.happened_at <= now for row in kept()} == {True}
    assert len(kept()) == 7


@pytest.mark.parametrize("odd", ["\ud800", "a\x00b", "\udfff\ud800", "\uffff"])
def test_characters_no_column_holds_are_kept_as_escapes(client: PageClient, now: datetime, odd: str) -> None:
    assert post(client, body_of(said(odd, now))).status_code == 200
    assert json.loads(kept()[0].body or "")["message"]["text"] == odd


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


@examples(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(list(EventKind)), message=JSON, postback=JSON, unsend=JSON, token=JSON, stamp=JSON
)
def test_no_signed_event_breaks_the_page(
    client: PageClient, gym: Studio, now: datetime, **parts: Any
) -> None:
    one = event(
        parts["kind"], now, message=parts["message"], postback=parts["postback"], unsend=parts["unsend"],
        replyToken=parts["token"], timestamp=parts["stamp"],
    )  # fmt: skip
    assert post(client, body_of(one)).status_code == 200
