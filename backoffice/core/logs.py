"""Structured logs on standard output: ids and counts, never names, addresses or texts."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter


def configure(level: str) -> None:
    """Send every log line of the process to standard output as one JSON object."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What these say at INFO is not about the gym; the fonts' lines also list the characters of each PDF, so of names.
    for name in ("alembic", "fontTools"):
        logging.getLogger(name).setLevel(logging.WARNING)
