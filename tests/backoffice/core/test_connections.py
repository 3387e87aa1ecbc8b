"""A database that was restarted is noticed before a page needs it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from backoffice.core import db as core_db
from backoffice.core.config import Settings


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """A pool of one connection, as the application keeps them."""
    engine = create_engine(settings.database_url, pool_size=1, max_overflow=0)
    core_db.ping_idle_connections(engine)
    yield engine
    engine.dispose()


def end_the_pooled_connection(engine: Engine, settings: Settings) -> None:
    """End the server's side of the idle connection, as a restart does."""
    with engine.connect() as connection:
        pid = connection.scalar(text("select pg_backend_pid()"))
    other = create_engine(settings.database_url)
    with other.connect() as connection:
        connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    other.dispose()


def test_an_idle_connection_that_died_is_replaced(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_db, "IDLE_SECONDS", 0.0)
    end_the_pooled_connection(engine, settings)
    with engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1


def test_a_busy_one_is_not_asked_and_fails_once(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The price of not asking at every page: one refused request if the server went down between two of them."""
    monkeypatch.setattr(core_db, "IDLE_SECONDS", 60.0)
    end_the_pooled_connection(engine, settings)
    with engine.connect() as connection, pytest.raises(OperationalError):
        connection.execute(text("select 1"))
    with engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
