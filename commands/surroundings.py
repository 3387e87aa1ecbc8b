"""What every command stands on: settings, servers, a migrated database and an application context."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from backoffice.core.app import create_base_app
from backoffice.core.config import Settings, SettingsError, load_settings
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.local import LocalServerError, ensure_servers, with_servers
from backoffice.core.migrate import upgrade


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
