"""What every command stands on: settings, servers, a migrated database and an application context."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from backoffice import all_models  # noqa: F401 - commands meet every table
from backoffice.core import clock
from backoffice.core.app import create_base_app
from backoffice.core.audit import SYSTEM
from backoffice.core.config import Settings, SettingsError, load_settings
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.local import LocalServerError, ensure_servers, with_servers
from backoffice.core.migrate import upgrade
from backoffice.founding import found_gym
from backoffice.studio.models import Studio
from backoffice.studio.queries import has_gym, the_studio

UNNAMED = ("パーソナルジム", "Personal gym")
"""What a gym is called that is filled from a file before it has an owner; Settings change it."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn every refusal into one line on the error output and exit code 1."""
    try:
        yield
    except (SettingsError, LocalServerError) as error:
        raise click.ClickException(str(error)) from error
    except DomainError as error:
        raise click.ClickException(error.message % error.params if error.params else error.message) from error
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"The database does not answer as it should: {reason}") from error


@contextmanager
def settings_and_servers(*, broker: bool = False) -> Iterator[Settings]:
    """The settings with the addresses of running servers; embedded ones are started or joined, and left as found."""
    with told_plainly():
        settings = load_settings()
        with ensure_servers(settings, broker=broker) as servers:
            yield with_servers(settings, servers)


@contextmanager
def product(*, broker: bool = False) -> Iterator[Flask]:
    """An application context on a migrated database. Commands speak for themselves, so the log keeps to warnings."""
    with settings_and_servers(broker=broker) as settings:
        app = create_base_app(replace(settings, log_level="WARNING"), import_name="commands")
        with app.app_context():
            upgrade(db.engine)
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()


def read_file(file: Path) -> bytes:
    """The bytes of a file that was named, or one line that says why not."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from error


def the_gym() -> Studio:
    """The gym that a file is imported into; in an empty database it is founded, to be named later."""
    if not has_gym():
        click.echo("There was no gym yet: made one, to be named under Settings.", err=True)
        return found_gym(*UNNAMED, by=SYSTEM, now=clock.utc_now())
    return the_studio()
