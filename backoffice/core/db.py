"""The database session, the base of every model, and the one way to open a transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Engine, Identity, MetaData, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry

IDLE_SECONDS = 5.0

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

T = TypeVar("T")


class Base(DeclarativeBase):
    """Common habits: bigint identity keys, timestamptz, named constraints."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: DateTime(timezone=True), int: BigInteger},
    )


class WithId(Base):
    """A table with a bigint identity key."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-1)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

_AFTER = "after_commit"


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what the block wrote, or nothing of it; then run what was asked for `after_commit`."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.info.pop(_AFTER, None)
        db.session.rollback()
        raise
    calls: list[Callable[[], object]] = db.session.info.pop(_AFTER, [])
    for call in calls:
        call()


def in_transaction(work: Callable[[], T]) -> T:
    """Run `work` in a transaction; once more if the database chose it as a deadlock or serialization victim."""
    try:
        with transaction():
            return work()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) not in {"40P01", "40001"}:
            raise
    with transaction():
        return work()


def after_commit(call: Callable[[], object]) -> None:
    """Run `call` once the present transaction is really committed; never when it is rolled back."""
    db.session.info.setdefault(_AFTER, []).append(call)


def ping_idle_connections(engine: Engine) -> None:
    """Ask a pooled connection whether it still lives before it is used, if it was idle for a while.

    A restarted server is noticed before a page needs it, and a busy server is not asked at every page.
    """

    @event.listens_for(engine, "checkin")
    def remember(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if monotonic() - record.info.get("idle_since", monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


def row_values(row: Any, *names: str) -> dict[str, Any]:
    """The named columns of a row, for an audit line's before and after."""
    return {name: getattr(row, name) for name in names}
