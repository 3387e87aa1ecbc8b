"""The outbox: rows claimed and finished a second beside a bare loop on the same table, and messages from end to end.

In a database of its own with a hundred thousand messages of the past, so that a run leaves nothing behind.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import func, select, text

from backoffice.core.app import create_base_app
from backoffice.core.celery_app import nudge
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction
from backoffice.core.migrate import upgrade
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, Message, MessageRoad, MessageState
from backoffice.messaging.outbox import DELIVER_TASK
from backoffice.studio.queries import the_studio
from bench.results import Result
from tasks.messages import PROVIDERS
from tests.far_ends.line_server import TOKEN
from tests.far_ends.processes import FarEnd, line_server, mail_server
from tests.faults.world import make_guests, own_database, queue
from tests.gym import make_gym

ROWS, ROUNDS, SENT_BEFORE, MESSAGES = 200, 5, 100_000, 400
PATIENCE = 300
LEAST_RATIO = 0.03

TAKE = """
    select id from messages where state = 'PLANNED' and next_try_at <= %s
    order by next_try_at, id limit 1 for update skip locked
"""
CLAIM = """
    update messages set state = 'CLAIMED', fence = fence + 1, version = version + 1,
        lease_until = clock_timestamp() + interval '3 minutes' where id = %s returning fence
"""
FINISH = "update messages set state = 'SENT', ended_at = %s, lease_until = null where id = %s and fence = %s"
PAST = """
    insert into messages (studio_id, kind, channel, language, person_id, values, dedupe_key, retry_key, send_at,
        expires_at, next_try_at, state, phase, fence, tries, reason, detail, created_at, ended_at, version)
    select m.studio_id, m.kind, m.channel, m.language, m.person_id, m.values, 'past:' || n, gen_random_uuid(),
        m.send_at - n * interval '10 minutes', m.expires_at, m.send_at, 'SENT', 'HANDED_OVER', 1, 1, '', '',
        m.created_at, m.send_at, 3
    from generate_series(1, :many) n, (select * from messages order by id limit 1) m
"""


class AtOnce:
    """A channel whose provider answers at once."""

    honours_keys_for = timedelta(0)

    def send(self, _envelope: Envelope, hand_over: HandOver) -> Outcome:
        return Outcome(Ending.ACCEPTED if hand_over() else Ending.TAKEN_BACK)


def measure(settings: Settings) -> list[Result]:
    """Every line about the outbox."""
    with ExitStack() as stack:
        database_url = stack.enter_context(own_database(settings.database_url))
        settings = replace(settings, database_url=database_url)
        app = create_base_app(settings, import_name="tasks")
        with app.app_context():
            upgrade(db.engine)
            make_gym(now=datetime.now(UTC))
            _past()
            rows = [_rows(settings)]
            rows += [_end_to_end(settings, channel, processes) for channel in Channel for processes in (1, 2)]
            db.engine.dispose()
    return rows


def _past() -> None:
    _plan(1, Kind.BOOKING_CONFIRMED)
    with transaction():
        db.session.execute(text(PAST), {"many": SENT_BEFORE})
        db.session.query(Message).filter_by(state=MessageState.PLANNED).delete()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze messages"))


def _plan(count: int, kind: Kind) -> None:
    now = datetime.now(UTC)
    guests = make_guests(count, now=now)
    with transaction():
        for person_id, booking_id in guests:
            queue(the_studio().id, kind, person_id, booking_id, now=now)


def _rows(settings: Settings) -> Result:
    """Delivery and the bare loop take turns, so that a drift of the machine hits both."""
    _plan(2 * ROWS * (ROUNDS + 1), Kind.BOOKING_CONFIRMED)
    delivery = Delivery({Channel.MAIL: AtOnce()}, PROVIDERS)
    with psycopg.connect(settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)) as bare:
        pairs = [(_per_second(lambda: delivery.deliver_due(datetime.now(UTC))), _per_second(lambda: _loop(bare)))
                 for _round in range(ROUNDS + 1)][1:]  # fmt: skip
    ratio = round(median(ours / theirs for ours, theirs in pairs), 3)
    return Result(
        "outbox, claimed and finished",
        ratio=ratio,
        requests_per_s=round(median(ours for ours, _bare in pairs), 1),
        target=f"ratio >= {LEAST_RATIO}",
        met=ratio >= LEAST_RATIO,
    )


def _per_second(deliver: Callable[[], int]) -> float:
    started, count = time.perf_counter(), 0
    while count < ROWS:
        count += deliver()
    return count / (time.perf_counter() - started)


def _loop(connection: psycopg.Connection) -> int:
    """What any outbox has to do for a row: lock it, mark it, and after the call mark it again."""
    for _row in range(ROWS):
        now = datetime.now(UTC)
        row = connection.execute(TAKE, (now,)).fetchone()
        assert row is not None
        claimed = connection.execute(CLAIM, row).fetchone()
        assert claimed is not None
        connection.commit()
        connection.execute(FINISH, (now, *row, *claimed))
        connection.commit()
    return ROWS


def _end_to_end(settings: Settings, channel: Channel, processes: int) -> Result:
    """A worker of the product, with so many processes, and the far ends that the tests record with."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        mail, line = stack.enter_context(mail_server(folder)), stack.enter_context(line_server(folder))
        stack.enter_context(_worker(_environment(settings, folder, mail, line), processes, folder))
        kind = Kind.BOOKING_CONFIRMED if channel is Channel.MAIL else Kind.REMINDER_DAY_BEFORE
        if channel is Channel.LINE:
            _by_line(kind)
        _plan(processes, kind)
        _deliver(processes)  # the worker has loaded everything once
        _plan(MESSAGES, kind)
        per_second = MESSAGES / _deliver(processes)
    words = "process" if processes == 1 else "processes"
    return Result(
        f"{channel}, worker of {processes} {words}",
        requests_per_s=round(per_second, 1),
        target="messages a second, measured",
    )


def _by_line(kind: Kind) -> None:
    with transaction():
        db.session.query(MessageRoad).delete()
        db.session.add(MessageRoad(studio_id=the_studio().id, kind=kind, channel=Channel.LINE))


def _deliver(processes: int) -> float:
    """Ring until everything has gone, and how many seconds it took."""
    started = time.perf_counter()
    waiting = select(func.count()).where(Message.state.in_([MessageState.PLANNED, MessageState.CLAIMED]))
    rung = 0.0
    while True:
        if time.perf_counter() - rung > 1:
            for _process in range(processes):
                nudge(DELIVER_TASK)
            rung = time.perf_counter()
        with transaction():
            if not db.session.scalar(waiting):
                return time.perf_counter() - started
        if time.perf_counter() - started > PATIENCE:
            raise SystemExit("the worker does not deliver")
        time.sleep(0.02)


def _environment(settings: Settings, folder: Path, mail: FarEnd, line: FarEnd) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "DATA_DIR": str(folder / "data"),
        "LOG_LEVEL": "WARNING",
        "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "MAIL_FROM": "SEI <desk@gym.example>",
        "LINE_API_URL": f"http://127.0.0.1:{line.port}",
        "LINE_CHANNEL_SECRET": "of-the-bench",
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
    }


@contextmanager
def _worker(environment: dict[str, str], processes: int, folder: Path) -> Iterator[None]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tasks.worker",
        "worker",
        "--pool",
        "prefork",
        "-c",
        str(processes),
    ]
    quiet = ("--without-gossip", "--without-mingle", "-l", "WARNING")
    with (folder / "worker.log").open("wb") as said:
        process = subprocess.Popen([*command, *quiet], env=environment, stdout=said, stderr=said)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
