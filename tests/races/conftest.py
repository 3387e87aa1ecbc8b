"""A database of their own for races: real commits by many connections, thrown away afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from backoffice.core.app import create_base_app
from backoffice.core.config import Settings
from backoffice.core.db import db
from backoffice.core.migrate import upgrade
from tests.gym import make_gym

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CONNECTIONS = 56


@dataclass(frozen=True)
class RaceSettings(Settings):
    """Settings whose pool has room for every writer at once."""

    def flask_config(self) -> dict[str, Any]:
        config = super().flask_config()
        config["SQLALCHEMY_ENGINE_OPTIONS"] |= {"pool_size": CONNECTIONS, "max_overflow": 0}
        return config


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Numbers that tell scratch databases apart."""
    return count(1)


@pytest.fixture
def arena(settings: Settings, numbers: Iterator[int]) -> Iterator[Flask]:
    """An application on a new database with the gym of the tests in it."""
    with _scratch_database(settings, f"race_{next(numbers)}") as url:
        values = {one.name: getattr(settings, one.name) for one in fields(settings)}
        app = create_base_app(RaceSettings(**{**values, "database_url": url}))
        with app.app_context():
            upgrade(db.engine)
            make_gym(now=NOW)
        yield app
        with app.app_context():
            db.engine.dispose()


@contextmanager
def _scratch_database(settings: Settings, name: str) -> Iterator[str]:
    url = make_url(settings.database_url)
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"create database {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    server.dispose()
