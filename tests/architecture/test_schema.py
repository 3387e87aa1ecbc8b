"""Migrations: one head, the same schema as the models, and the way back works on a database with a gym in it."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text

from backoffice.all_models import metadata
from backoffice.core.config import Settings
from backoffice.core.migrate import alembic_config, current_revision, downgrade, head_revision, upgrade


@pytest.fixture
def scratch(settings: Settings) -> Iterator[Engine]:
    """A database of its own, gone afterwards."""
    server = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("create database up_and_down"))
    engine = create_engine(make_url(settings.database_url).set(database="up_and_down"))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text("drop database up_and_down"))
    server.dispose()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_models_and_schema_do_not_differ(app: Flask, scratch: Engine) -> None:
    upgrade(scratch)
    with scratch.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_up_down_and_up_again_with_a_row_inside(app: Flask, scratch: Engine, now: datetime) -> None:
    upgrade(scratch)
    with scratch.begin() as connection:
        connection.execute(
            text("insert into heartbeats (name, finished_at, detail) values ('backup', :now, '')"),
            {"now": now},
        )
    downgrade(scratch, "base")
    with scratch.connect() as connection:
        assert current_revision(connection) is None
        left = connection.scalars(
            text("select table_name from information_schema.tables where table_schema = 'public'")
        )
        assert set(left) <= {"alembic_version"}
    upgrade(scratch)
    with scratch.connect() as connection:
        assert current_revision(connection) == head_revision()
