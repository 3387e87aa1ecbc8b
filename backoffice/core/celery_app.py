"""The Celery application. The broker is only a doorbell: no result, no delay, no retry lives in it."""

import logging
import os
import threading

from celery import Celery
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
celery = Celery("backoffice")


def configure(redis_url: str, schedule_file: str) -> None:
    """Point Celery at the broker. Redis on a Unix socket is spelled `redis+socket:///path` by Celery."""
    celery.conf.update(
        broker_url=broker_url(redis_url),
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2},
        task_publish_retry=False,
        beat_schedule_filename=schedule_file,
        timezone="UTC",
    )


def broker_url(redis_url: str) -> str:
    """Celery's spelling of a Redis address (`unix:///x.sock?db=0` becomes `redis+socket:///x.sock?virtual_host=0`)."""
    if redis_url.startswith("unix://"):
        path, _, query = redis_url.removeprefix("unix://").partition("?")
        number = query.removeprefix("db=") or "0"
        return f"redis+socket://{path}?virtual_host={number}"
    return redis_url


def nudge(task: str) -> None:
    """Ring the doorbell: ask a worker to run a task soon, without waiting for the broker to answer.

    A thread of its own rings, so that a broker that is down never holds up a page; several rings for one task that
    wait together become one. A ring may be lost: it only costs speed, the sweep comes.
    """
    _waiting.add(task)
    if _ringer.pid != os.getpid():
        _ringer.start()
    _ringer.wake.set()


class _Ringer:
    """One daemon thread a process, begun at the first ring (so never before a fork)."""

    def __init__(self) -> None:
        self.pid = 0
        self.wake = threading.Event()

    def start(self) -> None:
        self.pid = os.getpid()
        self.wake = threading.Event()
        threading.Thread(target=self._ring, name="doorbell", daemon=True).start()

    def _ring(self) -> None:
        while True:
            self.wake.wait()
            self.wake.clear()
            while _waiting:
                _send(_waiting.pop())


def _send(task: str) -> None:
    try:
        celery.send_task(task, ignore_result=True, retry=False)
    except (OperationalError, OSError):
        log.warning("nudge not delivered", extra={"task": task})


_waiting: set[str] = set()
_ringer = _Ringer()


def broker_answers() -> bool:
    """Whether the broker answers within two seconds (one try)."""
    try:
        with celery.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return False
    return True
