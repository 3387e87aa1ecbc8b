"""Shared fixtures: one throw-away PostgreSQL built by the migrations, a savepoint per test, a signed-in client."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

from backoffice.core import clock
from backoffice.core.audit import Actor
from backoffice.core.config import Settings, load_settings
from backoffice.core.db import db
from backoffice.core.local import LocalServers, start_test_servers
from backoffice.core.migrate import upgrade
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from backoffice.studio.queries import the_studio
from blueprints.app import create_app
from blueprints.support.limits import limiter
from tests.databases import spread_ids
from tests.gym import make_gym, make_staff
from tests.pages import PageClient
from tests.process import settle

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, 12:00 in Kyoto: the time of every test that does not choose its own."""


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServers]:
    """A PostgreSQL and a Valkey of our own, on sockets in a private folder."""
    with start_test_servers(tmp_path_factory.mktemp("servers")) as servers:
        yield servers


@pytest.fixture(scope="session")
def settings(servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings as in development, with the test servers."""
    return load_settings(
        {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "PUBLIC_URL": "http://localhost",
            "LOG_LEVEL": "WARNING",
        }
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Flask:
    """The web application on a migrated database."""
    app = create_app(settings)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=True)
    limiter.enabled = False  # the tests of limits switch it on
    app.test_client_class = PageClient
    with app.app_context():
        upgrade(db.engine)
        spread_ids(db.engine)
    return app


@pytest.fixture
def now() -> datetime:
    """The time of the test."""
    return NOON


class OneConnection(FlaskSession):
    """A session that stays on the connection of its test (the extension's own picks the engine)."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Connection:
        return cast(Connection, self.bind)


@pytest.fixture(scope="session")
def gym_engine(app: Flask) -> Iterator[Engine]:
    """A copy of the migrated database in which the small gym of `make_gym` is founded: once, not for each test."""
    with app.app_context():
        url = db.engine.url
        db.engine.dispose()  # a database somebody is in cannot be copied
    name = f"{url.database}_gym"
    server = create_engine(url.set(database="template1"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'create database "{name}" template "{url.database}"'))
    server.dispose()
    engine = create_engine(url.set(database=name))
    with app.app_context(), engine.connect() as connection, _session_on(connection, "control_fully"):
        make_gym(now=NOON)
        connection.commit()
    yield engine
    engine.dispose()


@contextmanager
def _session_on(connection: Connection, mode: str) -> Iterator[None]:
    """`db.session` on one connection; what a commit means there is the mode of SQLAlchemy's `Session`."""
    registry = db.session
    options = {
        "class_": OneConnection, "bind": connection, "join_transaction_mode": mode, "expire_on_commit": False,
    }  # fmt: skip
    db.session = db._make_scoped_session(options)
    try:
        yield
    finally:
        db.session.remove()
        db.session = registry


@pytest.fixture
def in_app(app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application context whose commits land in a savepoint and are gone after the test."""
    settle(app.extensions["settings"])
    engine = request.getfixturevalue("gym_engine") if "gym" in request.fixturenames else None
    with app.app_context(), (engine or db.engine).connect() as connection:
        outer = connection.begin()
        with _session_on(connection, "create_savepoint"):
            yield app
        outer.rollback()


@pytest.fixture
def session(in_app: Flask) -> Session:
    """The session of the test."""
    return db.session()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock that requests read."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "utc_now", lambda: moment)

    return set_clock


@pytest.fixture
def gym(in_app: Flask, now: datetime, at: Callable[[datetime], None]) -> Studio:
    """A small gym: studio, services, rooms, trainers with shifts, lists. The request clock stands at `now`."""
    at(now)
    return the_studio()


@pytest.fixture
def desk(gym: Studio, now: datetime) -> Staff:
    """Somebody at the front desk."""
    return make_staff("desk@test.example", [Role.FRONT_DESK], now=now)


@pytest.fixture
def by(desk: Staff) -> Actor:
    """The front desk as an actor."""
    return Actor("staff", desk.id, desk.name)


@pytest.fixture
def client(in_app: Flask) -> FlaskClient:
    """A visitor's browser."""
    return in_app.test_client()


@pytest.fixture
def sign_in(client: PageClient, now: datetime, gym: Studio) -> Callable[..., PageClient]:
    """Sign the client in as somebody with the given roles."""

    def enter(*roles: Role, mail: str = "") -> PageClient:
        staff = make_staff(mail or f"{'-'.join(roles).lower()}@test.example", list(roles), now=now)
        client.enter(staff, now=now)
        return client

    return enter


@pytest.fixture
def with_channels(app: Flask) -> Iterator[None]:
    """A gym whose mail and LINE are set up."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(
        before, smtp_url="smtp://localhost", line_channel_secret="s", line_channel_access_token="t"
    )
    yield
    app.extensions["settings"] = before
