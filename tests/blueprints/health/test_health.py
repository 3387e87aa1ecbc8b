"""What monitors are told: 503 only for what stops the product, `degraded` for what somebody should look at."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from backoffice import health
from backoffice.core.db import db
from backoffice.core.heartbeat import beat, forget_beat
from backoffice.messaging.models import ChannelState, Kind, Message
from backoffice.studio.models import Studio

At = Callable[[datetime], None]


@pytest.fixture
def well(gym: Studio, now: datetime) -> None:
    """Sweeps and backups have just run."""
    beat(health.SWEEP, now=now)
    beat(health.BACKUP, now=now)
    beat(health.CHARGED, now=now)


def ready(client: FlaskClient) -> tuple[int, str, dict[str, Any]]:
    answer = client.get("/readyz")
    body = answer.get_json()
    return (
        answer.status_code,
        body["status"],
        {name: check["status"] for name, check in body["checks"].items()},
    )


def test_the_process_is_up(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_all_is_well(client: FlaskClient, well: None) -> None:
    status, word, checks = ready(client)
    assert (status, word) == (200, "ok")
    assert set(checks) == {
        "database",
        "migrations",
        "broker",
        "oldest_due_message",
        "channels",
        "messages_compared",
        "charges",
        "last_sweep",
        "last_backup",
    }


@pytest.mark.parametrize(
    ("later", "name"),
    [
        (timedelta(minutes=3), "last_sweep"),
        (timedelta(hours=4), "charges"),
        (timedelta(hours=27), "last_backup"),
    ],
)
def test_late_work_is_told_with_200(
    client: FlaskClient, well: None, now: datetime, at: At, later: timedelta, name: str
) -> None:
    at(now + later)
    status, word, checks = ready(client)
    assert (status, word, checks[name]) == (200, "degraded", "degraded")


def test_a_message_that_waits_is_told(client: FlaskClient, well: None, gym: Studio, now: datetime) -> None:
    due = now - timedelta(minutes=6)
    message = Message(studio_id=gym.id, kind=Kind.WELCOME, channel="mail", language="ja", dedupe_key="t",
                      send_at=due, next_try_at=due, expires_at=now + timedelta(days=1), created_at=due)  # fmt: skip
    db.session.add(message)
    db.session.flush()
    assert ready(client)[2]["oldest_due_message"] == "degraded"
    message.state = "SENT"
    db.session.flush()
    assert ready(client)[2]["oldest_due_message"] == "ok"


def test_a_channel_that_rests_is_told(client: FlaskClient, well: None, now: datetime) -> None:
    state = ChannelState(channel="line", failures=5, reason="LINE could not be reached.", resting_until=now)
    db.session.add(state)
    db.session.flush()
    assert ready(client)[1:] == ("degraded", ready(client)[2] | {"channels": "degraded"})
    state.resting_until = None
    db.session.flush()
    assert ready(client)[1] == "ok"


def test_what_does_not_add_up_is_told(client: FlaskClient, well: None, now: datetime) -> None:
    beat(health.RECONCILED, now=now, detail="1 called sent, and no call says so")
    assert ready(client)[2]["messages_compared"] == "degraded"
    beat(health.RECONCILED, now=now)
    assert ready(client)[2]["messages_compared"] == "ok"


def test_what_could_not_be_charged_is_told(client: FlaskClient, well: None, now: datetime) -> None:
    beat(health.CHARGED, now=now, detail="months of memberships: 1")
    assert ready(client)[2]["charges"] == "degraded"
    beat(health.CHARGED, now=now)
    assert ready(client)[2]["charges"] == "ok"
    forget_beat(health.CHARGED)
    assert ready(client)[2]["charges"] == "ok", "not yet"


def test_an_old_schema_is_not_ready(client: FlaskClient, well: None) -> None:
    db.session.execute(text("update alembic_version set version_num = 'older'"))
    status, word, checks = ready(client)
    assert (status, word, checks["migrations"]) == (503, "down", "down")


def test_a_silent_database_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("select 1", {}, Exception("gone"))

    monkeypatch.setattr(health, "_database", fail)
    status, word, checks = ready(client)
    assert (status, word, checks["database"]) == (503, "down", "down")


def test_a_silent_broker_only_degrades(
    client: FlaskClient, well: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "broker_answers", lambda: False)
    status, word, checks = ready(client)
    assert (status, word, checks["broker"]) == (200, "degraded", "degraded")


def test_the_answer_names_nobody_and_no_address(client: FlaskClient, well: None, app: Flask) -> None:
    said = client.get("/readyz").get_data(as_text=True)
    assert app.extensions["settings"].libpq_url not in said
    assert "/" not in said
