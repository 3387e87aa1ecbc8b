"""Every piece of periodic work: how often it runs and what it is for. Nothing else is scheduled anywhere.

Each task looks at the rows to find what there is to do. A run that was missed, doubled or late changes nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Periodic:
    """A task, how often beat rings for it, and what it is for."""

    task: str
    every: timedelta
    purpose: str


SCHEDULE = (
    Periodic(
        "tasks.messages.deliver_due",
        timedelta(seconds=15),
        "Delivers messages that are due and takes over those whose worker has died.",
    ),
    Periodic(
        "tasks.line.handle_events",
        timedelta(seconds=15),
        "Handles what the webhook of LINE kept: who follows, what was written, which button was tapped.",
    ),
    Periodic(
        "tasks.bookings.offer_free_times",
        timedelta(minutes=1),
        "Ends holds, offers and times to choose from that are over, and offers free times to the waiting list.",
    ),
    Periodic(
        "tasks.messages.run_playbooks",
        timedelta(minutes=10),
        "Lets people into playbooks, takes the steps that are due, and takes back what is over.",
    ),
    Periodic(
        "tasks.messages.ask_for_sheets",
        timedelta(minutes=10),
        "Asks those who train within a week for the health check sheet they lack.",
    ),
    Periodic(
        "tasks.messages.read_line_month",
        timedelta(hours=1),
        "Asks LINE how many messages this month allows and how many are used.",
    ),
    Periodic(
        "tasks.messages.reconcile",
        timedelta(minutes=30),
        "Compares the messages, once a night, with each other and with what LINE counted.",
    ),
    Periodic(
        "tasks.tickets.settle",
        timedelta(hours=1),
        "Gives the tickets of a month that has begun, lets those of frozen members last longer and ends those that are"
        " over; asks about bookings inside a freeze.",
    ),
    Periodic(
        "tasks.billing.charge",
        timedelta(hours=1),
        "Charges the months that have begun, fees of single visits, and late cancels and no-shows from the day after.",
    ),
    Periodic(
        "tasks.reports.send_summaries",
        timedelta(minutes=30),
        "Sends managers the numbers of the week, on Monday from 8 o'clock on, once each.",
    ),
    Periodic(
        "tasks.reports.keep_visits",
        timedelta(minutes=15),
        "Keeps visits as reports count them, in a gym with more than 100,000 of them; the reports say when.",
    ),
    Periodic(
        "tasks.progress.plan_reviews",
        timedelta(hours=1),
        "Makes the reviews of weeks three and eight, with a task for the trainer, three days ahead.",
    ),
    Periodic(
        "tasks.care.notice_silence",
        timedelta(hours=1),
        "Makes a task for the trainer of a member who has told nothing for two weeks.",
    ),
    Periodic(
        "tasks.upkeep.back_up",
        timedelta(minutes=30),
        "Writes the nightly backup once the studio's night has begun and none was written in it.",
    ),
    Periodic(
        "tasks.upkeep.forget",
        timedelta(hours=6),
        "Drops what is only kept for a while: form tokens, uploaded and deleted files, used links,"
        " old reply tokens, ended sessions.",
    ),
)


def modules() -> list[str]:
    """The modules a worker has to load to know every task of the table."""
    return sorted({one.task.rpartition(".")[0] for one in SCHEDULE})


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The table as Celery beat reads it. A ring that nobody answered in time is worth nothing, so it expires."""
    return {
        one.task: {
            "task": one.task,
            "schedule": one.every,
            "options": {"expires": one.every.total_seconds()},
        }
        for one in SCHEDULE
    }
