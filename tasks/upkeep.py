"""Upkeep: the nightly backup, and dropping what is only kept for a while."""

from datetime import datetime, timedelta

from flask import current_app

from backoffice.care.meals import forget_meals
from backoffice.core import submissions
from backoffice.core.backups import nightly_backup
from backoffice.core.celery_app import celery
from backoffice.core.clock import local
from backoffice.core.db import transaction
from backoffice.core.heartbeat import beat, last_beat
from backoffice.core.uploads import forget_uploads
from backoffice.erasure.again import write_list
from backoffice.erasure.rows import forget_accidents
from backoffice.exercises.photos import forget_photos
from backoffice.files.actions import forget_files
from backoffice.health import BACKUP
from backoffice.line.codes import forget_codes
from backoffice.line.handling import forget_events
from backoffice.messaging.reply_tokens import forget_reply_tokens
from backoffice.staff import failures, sessions, tokens
from backoffice.studio.queries import the_studio
from tasks.context import in_one_transaction, run_sweep

NIGHT = range(3, 6)
"""Hours of the studio's clock in which nightly work is done."""
SAME_NIGHT = timedelta(hours=12)
MISSED = timedelta(hours=25)
"""After so long (the machine was off at night) it is done at any hour."""


@celery.task(name="tasks.upkeep.back_up")  # type: ignore[untyped-decorator]
def back_up() -> None:
    """Write the nightly backup when it is due."""
    run_sweep("look_for_backup", back_up_when_due)


@celery.task(name="tasks.upkeep.forget")  # type: ignore[untyped-decorator]
def forget() -> None:
    """Drop rows that nobody can use any more."""
    run_sweep("forget", in_one_transaction(forget_everything_old))


def back_up_when_due(now: datetime) -> str | None:
    """Write a backup if this night has none yet, and record when it was finished; its name, or None."""
    last = last_beat(BACKUP)
    zone = the_studio().zone
    if not is_due_at_night(last, now, zone):
        return None
    path = nightly_backup(current_app.extensions["settings"], now=now)
    write_list(path.parent)
    with transaction():
        beat(BACKUP, now=now, detail=path.name)
    return path.name


def is_due_at_night(last: datetime | None, now: datetime, zone: str) -> bool:
    """Whether nightly work is due, by the studio's clock and when it was last finished."""
    if last is None:
        return True
    is_night = local(now, zone).hour in NIGHT
    return now - last > (SAME_NIGHT if is_night else MISSED)


def forget_everything_old(now: datetime) -> None:
    """Call every feature that keeps something for a while only."""
    for forget_old in (
        submissions.forget_old,
        forget_uploads,
        forget_meals,
        forget_files,
        forget_photos,
        forget_codes,
        forget_events,
        forget_reply_tokens,
        forget_accidents,
        tokens.forget_old,
        failures.forget_old,
        sessions.forget_old,
    ):
        forget_old(now=now)
