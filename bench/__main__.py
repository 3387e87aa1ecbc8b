"""`python -m bench`: load the gym, measure every page beside the reference, print a table, write bench/result.json."""

import argparse
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median

from backoffice.core import clock
from backoffice.core.config import Settings, load_settings
from backoffice.core.db import db
from backoffice.core.local import ensure_servers, with_servers
from backoffice.core.migrate import upgrade
from bench import gym, outbox, reports, training
from bench.cases import Case, cases
from bench.client import Load, get, run
from bench.results import Result
from bench.servers import Web, gunicorn
from blueprints.app import create_app

RESULT = Path(__file__).parent / "result.json"
MEMORY_MIB = 120
Pair = tuple[Load, Load]
"""A page and, in the seconds just before it, the reference."""


def main() -> None:
    """Measure and report; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is measured (5)")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each time (3)")
    parser.add_argument("--people", type=int, default=gym.PEOPLE, help=f"people in the gym ({gym.PEOPLE})")
    only = "measure only pages whose name contains this; outbox or reports: only those"
    parser.add_argument("--only", default="", help=only)
    asked = parser.parse_args()
    own = {"DATA_DIR": "var/bench", "LOG_LEVEL": "WARNING"}
    settings = load_settings({**own, **os.environ})
    with ensure_servers(settings) as servers:
        settings = with_servers(settings, servers)
        results = [] if asked.only in {"outbox", "reports"} else _measure(settings, asked)
        if asked.only in {"", "outbox"}:
            results += outbox.measure(settings)
        if asked.only in {"", "reports"}:
            results += reports.measure(settings)
    RESULT.write_text(json.dumps([asdict(result) for result in results], indent=1, ensure_ascii=False) + "\n")
    _print(results)
    sys.exit(0 if all(result.met for result in results) else 1)


def _measure(settings: Settings, asked: argparse.Namespace) -> list[Result]:
    environment = {
        "DATABASE_URL": settings.database_url,
        "BENCH_DATABASE": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "DATA_DIR": str(settings.data_dir),
        "LOG_LEVEL": "WARNING",
    }
    app, now = create_app(settings), clock.utc_now()
    with app.app_context():
        upgrade(db.engine)
        gym.load(asked.people, now=now)
        whole = [sys.executable, "-m", "bench.reference"]
        subprocess.run(whole, env={**os.environ, **environment}, check=True)
    # outside of the context above: requests inside it would share what they know of the visitor
    manager = gym.signed_in(app, gym.MAIL, "/leads/new", now=now)
    trainer = gym.signed_in(app, training.MAIL, "/care", now=now)
    with app.app_context():
        measured = [case for case in cases(manager, trainer, now=now) if asked.only in case.name]
        engine = db.engine
    statements = {case.name: gym.statements(app, engine, case) for case in measured}
    engine.dispose()
    with (
        gunicorn("bench.reference:app", environment, "/enter") as reference,
        gunicorn("blueprints.wsgi:app", environment, "/healthz") as web,
    ):
        pairs = _rounds(reference, web, measured, asked)
        memory = web.worker_mib()
    results = [_result(case, pairs[case.name], statements[case.name]) for case in measured]
    weight = f"{memory:.0f} of at most {MEMORY_MIB} MiB PSS"
    return [*results, Result("memory of a web worker", target=weight, met=memory <= MEMORY_MIB)]


def _rounds(
    reference: Web, web: Web, measured: list[Case], asked: argparse.Namespace
) -> dict[str, list[Pair]]:
    """Visit every page once a round, so that a drift of the machine hits all of them alike."""
    with urllib.request.urlopen(f"http://127.0.0.1:{reference.port}/enter", timeout=10) as answer:
        reference_page = get("/list", answer.headers["Set-Cookie"].split(";")[0])
    pairs: dict[str, list[Pair]] = {case.name: [] for case in measured}
    for case in measured:
        _checked(case, run(web.port, case.request, seconds=0.5))
    for number in range(asked.rounds):
        for case in measured:
            print(f"\r  round {number + 1} of {asked.rounds}: {case.name:<40}", end="", flush=True)
            bare = run(reference.port, lambda: reference_page, seconds=asked.seconds / 2)
            pairs[case.name].append(
                (_checked(case, run(web.port, case.request, seconds=asked.seconds)), bare)
            )
    print()
    return pairs


def _checked(case: Case, load: Load) -> Load:
    if set(load.statuses) != {case.status}:
        raise SystemExit(f"\n{case.name}: expected only {case.status}, got {load.statuses}")
    return load


def _result(case: Case, pairs: list[Pair], statements: int) -> Result:
    def middle(figure: Callable[[Load], float]) -> float:
        return round(median(figure(load) for load, _bare in pairs), 2)

    ratio = round(median(load.per_second / bare.per_second for load, bare in pairs), 3)
    few = case.statements is None or statements <= case.statements
    fast = case.ratio is None or ratio >= case.ratio
    slowest = middle(lambda load: load.percentile(95))
    quick = case.ms is None or slowest <= case.ms
    return Result(
        name=case.name,
        ratio=ratio,
        requests_per_s=middle(lambda load: load.per_second),
        p50_ms=middle(lambda load: load.percentile(50)),
        p95_ms=slowest,
        statements=statements,
        bytes=pairs[-1][0].bytes,
        target=case.target,
        met=few and fast and quick,
    )


def _print(results: list[Result]) -> None:
    print(f"{'page':<34}{'ratio':>7}{'req/s':>8}{'p50 ms':>8}{'p95 ms':>8}{'SQL':>5}{'bytes':>9}  target")
    for one in results:
        figures = (one.ratio, one.requests_per_s, one.p50_ms, one.p95_ms, one.statements, one.bytes)
        columns = "".join(
            f"{'' if figure is None else figure:>{width}}"
            for figure, width in zip(figures, (7, 8, 8, 8, 5, 9), strict=True)
        )
        print(f"{one.name:<34}{columns}  {one.target} {'met' if one.met else 'MISSED'}")


if __name__ == "__main__":
    main()
