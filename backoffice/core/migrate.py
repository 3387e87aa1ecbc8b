"""Migrations from code: bring a database to the head, and tell whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
LOCK = 7_215_001


def alembic_config() -> Config:
    """Alembic's configuration without a file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision. Two starts at once take turns."""
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
        upgrade_on(connection, revision)


def upgrade_on(connection: Connection, revision: str) -> None:
    """Bring the database to a revision inside the transaction of a connection (restore needs it to be one)."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def empty(connection: Connection) -> None:
    """Drop every table and type of the database, in the transaction of the connection."""
    connection.execute(text("drop schema public cascade"))
    connection.execute(text("create schema public"))


def start_over(engine: Engine) -> None:
    """Throw everything away and build the tables anew."""
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
        empty(connection)
        upgrade_on(connection, "head")


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the database back to an older revision."""
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The newest revision the code knows."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if head is None:
        raise RuntimeError("no migration found")
    return head
