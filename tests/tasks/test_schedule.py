"""Periodic work: one table, each entry a task that exists; a backup a night; heartbeats."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from backoffice.core.backups import verify
from backoffice.core.celery_app import celery
from backoffice.core.config import Settings
from backoffice.core.db import db
from backoffice.core.heartbeat import detail_of, last_beat
from backoffice.core.submissions import Submission
from backoffice.health import BACKUP, RECONCILED
from backoffice.messaging.models import Channel, ChannelState
from backoffice.studio.models import Studio
from tasks import bookings, care, context, messages, progress, schedule, upkeep
from tests.far_ends.line_server import TOKEN, LineServer, line_server

ZONE = "Asia/Tokyo"


@pytest.fixture
def worker(in_app: Flask, gym: Studio) -> Flask:
    """The application as tasks know it."""
    context.use(in_app)
    messages.set_up_delivery(in_app, {})
    return in_app


def test_the_table_names_every_task_and_only_tasks() -> None:
    for module in schedule.modules():  # as a worker does
        import_module(module)
    ours = {name for name in celery.tasks if name.startswith("tasks.")}
    assert {one.task for one in schedule.SCHEDULE} == ours
    assert set(schedule.beat_schedule()) == ours
    assert all(one.purpose for one in schedule.SCHEDULE)
    assert {celery.tasks[name].__module__ for name in ours} == set(schedule.modules()), "what a worker loads"


def test_a_ring_nobody_heard_in_time_is_forgotten() -> None:
    for entry in schedule.beat_schedule().values():
        assert entry["options"]["expires"] <= entry["schedule"].total_seconds()


@pytest.mark.parametrize(
    ("task", "beat"),
    [
        (messages.deliver_due, "deliver_messages"),
        (messages.run_playbooks, "run_playbooks"),
        (upkeep.forget, "forget"),
        (care.notice_silent_clients, "notice_silence"),
        (progress.plan_coming_reviews, "plan_reviews"),
        (bookings.offer_free_times, "offer_free_times"),
    ],
)
def test_each_task_leaves_a_heartbeat(
    worker: Flask, task: Callable[[], None], beat: str, now: datetime
) -> None:
    task()
    assert last_beat(beat) == now


def test_upkeep_drops_what_is_old_and_keeps_what_is_not(worker: Flask, now: datetime) -> None:
    for token, age in (("old", timedelta(days=30)), ("new", timedelta(hours=1))):
        db.session.add(Submission(token=token, kind="x", created_at=now - age))
    db.session.commit()
    upkeep.forget()
    assert db.session.scalars(select(Submission.token)).all() == ["new"]


def jst(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC) - timedelta(hours=9)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, jst(24, 12), True),
        (jst(23, 3), jst(24, 2), False),
        (jst(23, 3), jst(24, 3), True),
        (jst(24, 3), jst(24, 4), False),
        (jst(24, 3), jst(24, 23), False),
        (jst(23, 3), jst(24, 9), True),
        (jst(23, 18), jst(24, 3), False),
        (jst(20, 3), jst(24, 12), True),
    ],
)
def test_one_backup_a_night_and_a_missed_one_by_day(last: datetime | None, now: datetime, due: bool) -> None:
    assert upkeep.is_due_at_night(last, now, ZONE) is due


def test_the_backup_can_be_read(worker: Flask, settings: Settings, now: datetime) -> None:
    name = upkeep.back_up_when_due(now)
    assert name is not None
    assert verify(settings.data_dir / "backups" / name).tables
    assert last_beat(BACKUP) == now
    assert upkeep.back_up_when_due(now) is None


@pytest.fixture
def line(
    worker: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LineServer]:
    """A LINE that the settings of the worker name."""
    line = LineServer(tmp_path / "line.jsonl", used=12)
    with line_server(line) as url:
        own = replace(settings, line_api_url=url, line_channel_access_token=TOKEN, line_channel_secret="x")
        monkeypatch.setitem(worker.extensions, "settings", own)
        yield line


def test_what_line_says_of_the_month_is_kept(line: LineServer, now: datetime) -> None:
    messages.read_line_month()
    state = db.session.get_one(ChannelState, "line")
    assert (state.quota, state.used) == (200, 12)


def test_without_line_nobody_is_asked(worker: Flask, now: datetime) -> None:
    assert messages.ask_line(now) is None
    assert db.session.get(ChannelState, "line") is None


def test_messages_are_compared_once_a_night(line: LineServer, now: datetime) -> None:
    found = messages.reconcile_when_due(now)
    assert found is not None
    assert "LINE counted 12 pushes" in found, "somebody else pushes in our name"
    assert detail_of(RECONCILED)
    assert messages.reconcile_when_due(now + timedelta(hours=1)) is None
    line.used = 0
    assert messages.reconcile_when_due(now + timedelta(hours=26)) == "0 put right"
    assert detail_of(RECONCILED) == ""


def test_a_gym_with_line_sends_by_line(line: LineServer) -> None:
    channels = messages.channels_of(context._apps[0].extensions["settings"])
    assert set(channels) == {Channel.LINE}
