"""The outbox: rows claimed and finished a second beside a bare loop on the same table, and messages from end to end.

In a database of its own with a hundred thousand messages of the past, so that a run leaves nothing behind.
"""

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
from backoffice.core.celery_app import celery
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction
from backoffice.core.migrate import upgrade
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome
from backoffice.messaging.delivery import MOST_PER_SWEEP, Delivery
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.outbox import DELIVER_TASK
from backoffice.studio.queries import the_studio
from bench.results import Result
from tasks.messages import PROVIDERS
from tests.far_ends.processes import line_server, mail_server
from tests.faults.world import choose_line, make_guests, own_database, product_environment, queue
from tests.gym import make_gym

ROWS, ROUNDS, SENT_BEFORE, MESSAGES = MOST_PER_SWEEP, 3, 100_000, 200
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
    started = time.perf_counter()
    count = deliver()
    assert count == ROWS
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
    servers = (settings.database_url, settings.redis_url)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        mail, line = stack.enter_context(mail_server(folder)), stack.enter_context(line_server(folder))
        stack.enter_context(_worker(product_environment(*servers, folder, mail, line), processes, folder))
        kind = Kind.BOOKING_CONFIRMED if channel is Channel.MAIL else Kind.REMINDER_DAY_BEFORE
        if channel is Channel.LINE and processes == 1:
            choose_line(kind)
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


def _deliver(processes: int) -> float:
    """Ring until everything has gone, and how many seconds it took."""
    started = time.perf_counter()
    waiting = select(func.count()).where(Message.state.in_([MessageState.PLANNED, MessageState.CLAIMED]))
    rung = 0.0
    while True:
        if time.perf_counter() - rung > 1:
            for _process in range(processes):
                celery.send_task(DELIVER_TASK, ignore_result=True)
            rung = time.perf_counter()
        with transaction():
            if not db.session.scalar(waiting):
                return time.perf_counter() - started
        if time.perf_counter() - started > PATIENCE:
            raise SystemExit("the worker does not deliver")
        time.sleep(0.02)


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
