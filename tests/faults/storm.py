"""The storm: real workers and beats deliver, and are killed, while the broker is flushed and the database restarted."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import redis

from backoffice.core.app import create_base_app
from backoffice.core.config import load_settings
from backoffice.core.db import db
from backoffice.core.migrate import upgrade
from tests.far_ends.processes import ROOT, FarEnd, line_server, mail_server
from tests.faults.accidents import CANCEL, END_BACKENDS, FAST, SLOW, ask, set_clock
from tests.faults.verdict import Verdict, judge
from tests.faults.world import make_world, product_environment

LEAST_ENDINGS = 6
"""So many connections are ended at least, as long as messages wait."""


@dataclass(frozen=True)
class Plan:
    """How large a storm is. `kills` counts kills from outside; `boundary_kills` those at statement boundaries.

    `skews`: by how many seconds the clock of a worker may be wrong; hosts do not agree.
    """

    messages: int
    kills: int
    boundary_kills: int
    workers: int = 2
    cancels: int = 0
    chance: float = 0.02
    pause: float = 0.4
    patience: float = 180
    seconds: float = 0.1
    skews: tuple[int, ...] = (0,)
    restart_database: Callable[[], object] | None = None
    restart_broker: Callable[[], object] | None = None


@dataclass
class Storm:
    """A running storm: its processes, and how many were killed."""

    environment: dict[str, str]
    folder: Path
    plan: Plan
    dice: random.Random
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0
    ended_backends: int = 0
    jumps: int = 0

    @property
    def kills_file(self) -> Path:
        """One line per kill at a statement boundary."""
        return self.folder / "kills"

    @property
    def clock_file(self) -> Path:
        """By how many seconds the workers' clock is wrong."""
        return self.folder / "clock"

    def jump(self, seconds: int) -> None:
        """Let the clock of all workers jump."""
        set_clock(self.clock_file, seconds)
        self.jumps += 1

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """A Celery process in a group of its own, so that it can be killed with its children."""
        command = [sys.executable, "-m", "celery", "-A", "tests.faults.worker", *words]
        environment = {**self.environment, "FAULTS_SKEW": str(self.dice.choice(self.plan.skews))}
        with (self.folder / f"{name}.log").open("ab") as said:
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=said, stderr=said, start_new_session=True
            )

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A worker with two children, as the product starts it."""
        options = ("--pool", "prefork", "-c", "2", "--without-gossip", "--without-mingle", "-l", "WARNING")
        return self.start("worker", "worker", *options, "-n", f"w{self.dice.random()}@drill")

    def start_beat(self, number: int) -> subprocess.Popen[bytes]:
        """A beat; two of them ring at the same time."""
        return self.start(
            "beat", "beat", "-s", str(self.folder / f"beat-{number}"), "--max-interval", "1", "-l", "WARNING"
        )

    def kill_one(self) -> None:
        """End a worker by SIGKILL: one time in three with its children, else a child in the middle of its work."""
        number = self.dice.randrange(len(self.workers))
        worker = self.workers[number]
        children = _children(worker.pid)
        if children and self.dice.random() < 2 / 3:
            with suppress(ProcessLookupError):
                os.kill(self.dice.choice(children), signal.SIGKILL)
                self.killed += 1
            return
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.killed += 1
        self.workers[number] = self.start_worker()

    def keep_up(self) -> None:
        """Start again each worker that has ended, as `backoffice up` and the compose file do."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.workers[number] = self.start_worker()

    def all_kills(self) -> int:
        """Kills from outside and at statement boundaries together."""
        return self.killed + len(self.kills_file.read_text().splitlines())

    def end(self) -> None:
        """End every process that this storm started."""
        for process in [*self.workers, *self.others]:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass(frozen=True)
class Report:
    """What a storm came to."""

    verdict: Verdict
    kills: int
    seconds: float
    ended_backends: int
    jumps: int


def run_storm(database_url: str, redis_url: str, folder: Path, plan: Plan, *, seed: int = 1) -> Report:
    """Queue the messages, let the storm rage, wait until every message has ended, and judge."""
    started = time.monotonic()
    shares = ("--busy", "0.05", "--lose", "0.05", "--odd", "0.04")
    options = (*shares, "--seconds", str(plan.seconds), "--seed", str(seed))
    with ExitStack() as stack:
        mail = stack.enter_context(mail_server(folder, *options))
        line = stack.enter_context(line_server(folder, *options, "--refuse", "0.05"))
        environment = _environment(database_url, redis_url, folder, mail, line, plan)
        _prepare(environment, plan)
        storm = stack.enter_context(_raging(environment, folder, plan, random.Random(seed)))
        _rage(storm, database_url, redis_url)
        _wait_until_all_ended(storm, database_url)
        verdict = judge(database_url, mail, line, planned=plan.messages)
        seconds = time.monotonic() - started
        return Report(verdict, storm.all_kills(), seconds, storm.ended_backends, storm.jumps)


@contextmanager
def quiet_product(database_url: str, redis_url: str, folder: Path, plan: Plan) -> Iterator[Storm]:
    """The same processes and far ends without any accident."""
    with mail_server(folder) as mail, line_server(folder) as line:
        environment = _environment(database_url, redis_url, folder, mail, line, plan)
        _prepare(environment, plan)
        with _raging(environment, folder, plan, random.Random(1)) as storm:
            yield storm


def _environment(
    database_url: str, redis_url: str, folder: Path, mail: FarEnd, line: FarEnd, plan: Plan
) -> dict[str, str]:
    return {
        **product_environment(database_url, redis_url, folder, mail, line),
        "FAULTS_KILLS": str(folder / "kills"),
        "FAULTS_CLOCK": str(folder / "clock"),
        "FAULTS_BOUNDARY_KILLS": str(plan.boundary_kills),
        "FAULTS_CHANCE": str(plan.chance),
    }


def _prepare(environment: dict[str, str], plan: Plan) -> None:
    app = create_base_app(load_settings(environment), import_name="tests")
    with app.app_context():
        upgrade(db.engine)
    make_world(app, plan.messages // 2, now=datetime.now(UTC))
    with app.app_context():
        db.engine.dispose()


@contextmanager
def _raging(environment: dict[str, str], folder: Path, plan: Plan, dice: random.Random) -> Iterator[Storm]:
    storm = Storm(environment, folder, plan, dice)
    storm.kills_file.touch()
    storm.clock_file.touch()
    try:
        storm.workers += [storm.start_worker() for _ in range(plan.workers)]
        storm.others += [storm.start_beat(number) for number in range(2)]
        yield storm
    finally:
        storm.end()


def _rage(storm: Storm, database_url: str, redis_url: str) -> None:
    plan = storm.plan
    deadline = time.monotonic() + plan.patience
    while not all(_children(worker.pid) for worker in storm.workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    accidents = {
        plan.kills // 4: lambda: storm.jump(SLOW),
        plan.kills // 2: lambda: _servers_go(storm, redis_url),
        3 * plan.kills // 4: lambda: storm.jump(FAST),
    }
    cancelled = 0
    for number in range(plan.kills):
        time.sleep(plan.pause * (0.5 + storm.dice.random()))
        if number % 2:
            storm.ended_backends += ask(database_url, END_BACKENDS)
        storm.kill_one()
        if cancelled * plan.kills < plan.cancels * (number + 1):
            ask(database_url, CANCEL)
            cancelled += 1
        if number in accidents:
            accidents[number]()


def _servers_go(storm: Storm, redis_url: str) -> None:
    """The broker forgets everything, or is away for a while; the database crashes; the clock is right again."""
    redis.Redis.from_url(redis_url).flushall()
    if storm.plan.restart_broker is not None:
        storm.plan.restart_broker()
    if storm.plan.restart_database is not None:
        storm.plan.restart_database()
    storm.jump(0)


def _wait_until_all_ended(storm: Storm, database_url: str) -> None:
    deadline = time.monotonic() + storm.plan.patience
    query = "select count(*) from messages where state in ('PLANNED', 'CLAIMED')"
    while ask(database_url, query) and time.monotonic() < deadline:
        time.sleep(0.3)
        if storm.ended_backends < LEAST_ENDINGS:  # on a busy machine workers may come up only now
            storm.ended_backends += ask(database_url, END_BACKENDS)
        storm.keep_up()


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]
