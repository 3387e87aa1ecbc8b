"""Is the product well? Read from what was really done (rows, heartbeats), because a process can look alive and
do nothing. `/readyz` shows it to machines, `backoffice doctor` says it in words."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from backoffice.core.celery_app import broker_answers
from backoffice.core.config import Settings
from backoffice.core.db import db
from backoffice.core.heartbeat import detail_of, last_beat
from backoffice.core.migrate import current_revision, head_revision
from backoffice.core.rekeying import unreadable
from backoffice.messaging.models import Message, MessageState
from backoffice.messaging.overdue import LATE_AFTER, due_before
from backoffice.messaging.queries import ailing_channels

BACKUP = "backup"
RECONCILED = "reconcile_messages"
CHARGED = "charged"
SWEEP = "deliver_messages"
LATE_SWEEP = timedelta(minutes=2)
LATE_BACKUP = timedelta(hours=26)
LATE_CHARGES = timedelta(hours=3)
LEAST_FREE_MB = 500


class Level(StrEnum):
    """OK; DEGRADED works but somebody should look; DOWN does not work."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found, and what to do when it is not well."""

    name: str
    level: Level
    found: str
    advice: str = ""


def check_readiness(settings: Settings, *, now: datetime) -> list[Check]:
    """Database and migrations, then what hangs on them. Stops at a database that does not answer."""
    try:
        checks = [_database(), _migrations()]
        if worst(checks) is Level.OK:
            checks += [_oldest_due_message(now), _channels(now), _reconciled(), _charged(now)]
            checks += [_last_sweep(now), _last_backup(now)]
    except SQLAlchemyError:
        db.session.rollback()
        checks = [
            Check(
                "database",
                Level.DOWN,
                "does not answer",
                "Is PostgreSQL running, and is DATABASE_URL right? The reason is in the log of the database server.",
            )
        ]
    return [*checks, _broker()]


def check_keys() -> list[Check]:
    """Whether everything encrypted opens with ENCRYPTION_KEYS. Nothing when the database is away."""
    try:
        lost = unreadable()
    except OperationalError:
        db.session.rollback()
        return []
    if not lost:
        return [Check("encryption_keys", Level.OK, "stored texts open")]
    return [
        Check(
            "encryption_keys",
            Level.DOWN,
            f"cannot read {', '.join(f'{count} in {table}' for table, count in lost.items())}",
            "A key is missing. Add the key these were written with to ENCRYPTION_KEYS, behind the newest one.",
        )
    ]


def check_machine(settings: Settings, *, now: datetime) -> list[Check]:
    """Disk space and clock of this machine."""
    return [_disk(settings), _clock(settings, now)]


def worst(checks: Iterable[Check]) -> Level:
    """The gravest level among some checks."""
    levels = {check.level for check in checks}
    return next((level for level in (Level.DOWN, Level.DEGRADED) if level in levels), Level.OK)


def _database() -> Check:
    version: str = db.session.execute(select(func.current_setting("server_version"))).scalar_one()
    return Check("database", Level.OK, f"PostgreSQL {version}")


def _migrations() -> Check:
    found, wanted = current_revision(db.session.connection()), head_revision()
    if found == wanted:
        return Check("migrations", Level.OK, f"at {wanted}")
    return Check(
        "migrations",
        Level.DOWN,
        f"at {found or 'nothing'}, wanted {wanted}",
        "Stop the product and start it again with `backoffice up`, or run its migration step.",
    )


def _oldest_due_message(now: datetime) -> Check:
    live = (MessageState.PLANNED, MessageState.CLAIMED)
    since = func.greatest(Message.next_try_at, Message.created_at)
    oldest = db.session.scalar(select(func.min(since)).where(Message.state.in_(live), due_before(now)))
    return _age(
        "oldest_due_message",
        now - oldest if oldest is not None else timedelta(0),
        LATE_AFTER,
        "Messages are waiting. Is the worker running? Look at Messages and at the worker's log.",
    )


def _channels(now: datetime) -> Check:
    """Mail and LINE, as the last calls left them."""
    found = "; ".join(f"{one.channel}: {one.reason}" for one in ailing_channels(now=now))
    if not found:
        return Check("channels", Level.OK, "nothing against them")
    advice = "Messages wait, or take the other road. Do SMTP_URL and LINE_CHANNEL_ACCESS_TOKEN still hold?"
    return Check("channels", Level.DEGRADED, found, advice)


def _reconciled() -> Check:
    """What the nightly comparison of the messages found."""
    found = detail_of(RECONCILED)
    if not found:
        return Check("messages_compared", Level.OK, "nothing odd" if found is not None else "not yet")
    advice = "Some messages do not add up. Look at Messages, and at docs/operations.md under Reconciliation."
    return Check("messages_compared", Level.DEGRADED, found, advice)


def _charged(now: datetime) -> Check:
    """What the last hourly sweep of the books could not charge; when it was, because it may have stopped since."""
    found = detail_of(CHARGED)
    if found is None:
        return Check("charges", Level.OK, "not yet")
    if not found:
        advice = "What is due has not been charged lately. Do worker and beat run, and what does the worker's log say?"
        return _since("charges", last_beat(CHARGED), now, LATE_CHARGES, advice)
    advice = "The worker's log names each by its number. The next run tries again; the others were charged."
    return Check("charges", Level.DEGRADED, f"not charged: {found}", advice)


def _last_sweep(now: datetime) -> Check:
    advice = "Messages have not been looked after lately. Are worker and beat running, and is the broker reachable?"
    return _since("last_sweep", last_beat(SWEEP), now, LATE_SWEEP, advice)


def _last_backup(now: datetime) -> Check:
    advice = (
        "It is written by itself between 3 and 6, the first half an hour after the first start. Is the worker running, "
        "and is there space in DATA_DIR? `backoffice backup FILE` writes another one at once; it does not count here."
    )
    return _since("last_backup", last_beat(BACKUP), now, LATE_BACKUP, advice)


def _broker() -> Check:
    if broker_answers():
        return Check("broker", Level.OK, "answers")
    return Check(
        "broker",
        Level.DEGRADED,
        "does not answer",
        "Messages wait until it is back; nothing is lost. Is Valkey or Redis running, and is REDIS_URL right?",
    )


def _disk(settings: Settings) -> Check:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free // 2**20
    level = Level.OK if free >= LEAST_FREE_MB else Level.DEGRADED
    return Check(
        "disk", level, f"{free} MB free", f"Free some space: {settings.data_dir} needs {LEAST_FREE_MB} MB."
    )


def _clock(settings: Settings, now: datetime) -> Check:
    if settings.clock_offset:
        return Check(
            "clock",
            Level.DEGRADED,
            f"{settings.clock_offset} off on purpose",
            "CLOCK_OFFSET is set: this is a drill. Remove it for real work.",
        )
    return _compare_with_database(now, lambda: db.session.scalar(select(func.clock_timestamp())))


def _compare_with_database(now: datetime, ask: Callable[[], datetime | None]) -> Check:
    try:
        theirs = ask()
    except SQLAlchemyError:
        theirs = None
    if theirs is None:
        return Check("clock", Level.DEGRADED, "not compared: the database does not answer")
    apart = abs((theirs - now).total_seconds())
    advice = (
        "This machine and the database disagree about the time. Switch on time synchronisation (NTP) on both."
    )
    return Check(
        "clock", Level.OK if apart < 5 else Level.DEGRADED, f"{apart:.1f} s from the database", advice
    )


def _since(name: str, latest: datetime | None, now: datetime, limit: timedelta, advice: str) -> Check:
    if latest is None:
        return Check(name, Level.DEGRADED, "never", advice)
    return _age(name, now - latest, limit, advice)


def _age(name: str, age: timedelta, limit: timedelta, advice: str) -> Check:
    minutes = max(0, int(age.total_seconds() // 60))
    level = Level.DEGRADED if age > limit else Level.OK
    return Check(name, level, f"{minutes} min ago" if minutes else "now", advice)
