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
from tests.databases import drop_database, spread_ids
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


@pytest.fixture(scope="session")
def grown(settings: Settings) -> Iterator[str]:
    """A database with the gym of the tests in it, to be copied: growing one takes longer than most races."""
    with _scratch_database(settings, "race_grown") as url:
        app = _application(settings, url)
        with app.app_context():
            upgrade(db.engine)
            spread_ids(db.engine)
            make_gym(now=NOW)
            db.engine.dispose()
        yield "race_grown"


@pytest.fixture
def arena(settings: Settings, grown: str, numbers: Iterator[int]) -> Iterator[Flask]:
    """An application on a new database with the gym of the tests in it."""
    with _scratch_database(settings, f"race_{next(numbers)}", like=grown) as url:
        app = _application(settings, url)
        yield app
        with app.app_context():
            db.engine.dispose()


def _application(settings: Settings, url: str) -> Flask:
    values = {one.name: getattr(settings, one.name) for one in fields(settings)}
    return create_base_app(RaceSettings(**{**values, "database_url": url}))


@contextmanager
def _scratch_database(settings: Settings, name: str, *, like: str = "template1") -> Iterator[str]:
    url = make_url(settings.database_url)
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"create database {name} template {like}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    server.dispose()
    drop_database(settings.database_url, name)
