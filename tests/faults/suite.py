"""`make faults`: the long storm and the positive controls, with counts at the end and in bench/faults.json."""

import json
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from backoffice.core.app import create_base_app
from backoffice.core.config import load_settings
from backoffice.core.db import db
from backoffice.core.local.postgres import PostgresServer
from backoffice.core.local.programs import choose_runner
from backoffice.core.local.valkey import ValkeyServer
from backoffice.core.migrate import upgrade
from tests.far_ends.processes import ROOT
from tests.faults.boundaries import Boundaries, die_at_each
from tests.faults.guards import GUARDS, make_stage, try_guard
from tests.faults.storm import Plan, Report, run_storm
from tests.faults.world import own_database

RESULT = ROOT / "bench" / "faults.json"
PLAN = Plan(
    messages=600,
    kills=45,
    boundary_kills=25,
    cancels=20,
    pause=0.9,
    seconds=0.3,
    chance=0.006,
    skews=(-20, 0, 20),
)
LEAST_KILLS = 60


def main() -> int:
    """Run everything on servers of its own; 1 when a promise was broken."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name, ExitStack() as stack:
        folder = Path(name)
        runner = choose_runner(folder)
        # Not the throw-away server of other tests: this one is crashed, and must come back with every commit.
        postgres, valkey = PostgresServer(runner), ValkeyServer(runner)
        postgres.start()
        stack.callback(postgres.stop)
        valkey.start()
        stack.callback(valkey.stop)
        report = _storm(postgres, valkey, folder, stack)
        boundaries = _boundaries(postgres, valkey, folder)
        caught = _guards(postgres, folder, stack)
    return _tell(report, boundaries, caught)


def _storm(postgres: PostgresServer, valkey: ValkeyServer, folder: Path, stack: ExitStack) -> Report:
    def crash_database() -> None:
        postgres.stop("immediate")
        postgres.start()

    def restart_broker() -> None:
        valkey.stop()
        time.sleep(3)
        valkey.start()

    plan = replace(PLAN, restart_database=crash_database, restart_broker=restart_broker)
    print(f"storm: {plan.messages} messages, at least {LEAST_KILLS} kills …", flush=True)
    with own_database(postgres.url) as database_url:
        return run_storm(database_url, valkey.url, folder, plan)


def _boundaries(postgres: PostgresServer, valkey: ValkeyServer, folder: Path) -> Boundaries:
    print("a death at each boundary …", flush=True)
    own = folder / "boundaries"
    own.mkdir()
    with own_database(postgres.url) as database_url:
        return die_at_each(database_url, valkey.url, own)


def _guards(postgres: PostgresServer, folder: Path, stack: ExitStack) -> dict[str, bool]:
    """By guard: whether it holds, and what happens without it is seen."""
    print("positive controls …", flush=True)
    settings = load_settings({"DATA_DIR": str(folder / "guards"), "DATABASE_URL": postgres.url})
    with own_database(postgres.url) as database_url:
        app = create_base_app(replace(settings, database_url=database_url), import_name="tests")
        with app.app_context():
            upgrade(db.engine)
        stage = make_stage(app)
        caught = {}
        for guard in GUARDS:
            holds = not try_guard(stage, guard, removed=False)
            caught[guard] = holds and bool(try_guard(stage, guard, removed=True))
        with app.app_context():
            db.engine.dispose()
    return caught


def _tell(report: Report, boundaries: Boundaries, caught: dict[str, bool]) -> int:
    verdict, others = report.verdict, boundaries.verdict
    result = {
        "messages": verdict.messages + others.messages,
        "by_line": verdict.by_line + others.by_line,
        "kills": report.kills + boundaries.deaths,
        "at_boundaries": boundaries.deaths,
        "connections_ended": report.ended_backends,
        "clock_jumps": report.jumps,
        "duplicates": verdict.duplicates + others.duplicates,
        "lost": verdict.lost + others.lost,
        "unknown": verdict.states["UNKNOWN"] + others.states["UNKNOWN"],
        "guards_removed": len(caught),
        "guards_caught": sum(caught.values()),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(
        f"{report.seconds:.0f} s: "
        + ", ".join(f"{state} {count}" for state, count in sorted(verdict.states.items()))
    )
    for name, count in result.items():
        print(f"{name:18}{count:6}")
    for guard, was_caught in caught.items():
        print(f"without {guard:14} {'seen' if was_caught else 'NOT SEEN'}")
    for fault in [*verdict.faults, *others.faults][:20]:
        print(f"broken: {fault}")
    is_good = (
        not verdict.faults
        and not others.faults
        and all(caught.values())
        and report.kills >= LEAST_KILLS
        and report.ended_backends > 0
    )
    print("all promises held" if is_good else "A PROMISE WAS BROKEN")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
