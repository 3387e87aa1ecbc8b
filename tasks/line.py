"""LINE: handle what the webhook kept, read names and files, and tell what was read here."""

from flask import Flask, current_app

from backoffice.choices.taps import tapped
from backoffice.core.celery_app import celery
from backoffice.core.config import Settings
from backoffice.files.reading import read_upload
from backoffice.inbox.hearing import heard
from backoffice.line.fetching import KeptFile, fetch
from backoffice.line.handling import handle_events
from backoffice.line.hooks import Hooks
from backoffice.line.intake import HANDLE_TASK
from backoffice.line.marking import LineMarker
from backoffice.line.read_marks import tell_what_was_read
from backoffice.line.reading import LineReader
from tasks.context import run_sweep

HOOKS = Hooks(heard=heard, tapped=tapped)
"""What features above LINE do when something happens there."""


def set_up_reading(app: Flask) -> None:
    """Give the application its way to read from LINE, and to tell what was read there, if LINE is set up."""
    settings: Settings = app.extensions["settings"]
    url, token = settings.line_api_url, settings.line_channel_access_token
    app.extensions["line_reader"] = LineReader(url, token) if token else None
    app.extensions["line_marker"] = LineMarker(url, token) if token else None


@celery.task(name=HANDLE_TASK)  # type: ignore[untyped-decorator]
def handle_line_events() -> None:
    """Handle every event that waits, read the names and files that came with them, and tell LINE what was read."""
    run_sweep("handle_line_events", lambda now: handle_events(now, HOOKS))
    run_sweep(
        "fetch_from_line",
        lambda now: (
            fetch(reader, make_ready, now) if (reader := current_app.extensions["line_reader"]) else 0
        ),
    )
    run_sweep(
        "tell_line_what_was_read",
        lambda now: (
            tell_what_was_read(marker, now) if (marker := current_app.extensions["line_marker"]) else 0
        ),
    )


def make_ready(content: bytes, name: str) -> KeptFile:
    """A photo drawn anew or a PDF, as files about people are kept. Refuses (Invalid) anything else."""
    ready = read_upload(content, name)
    return KeptFile(ready.name, ready.media_type.value, ready.content)
