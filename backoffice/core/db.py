"""The database session, the base of every model, and the one way to open a transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Engine,
    Executable,
    Identity,
    MetaData,
    any_,
    event,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry

IDLE_SECONDS = 5.0
ROWS_AT_ONCE = 500

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


class TwoWaySession(Session):
    """Reads statement by statement; writes only inside `transaction()`.

    Connections are read-only unless a transaction says otherwise (`READ_ONLY`), so a write that somebody forgot to wrap
    is refused by the database, not silently lost. Reading needs no BEGIN and no ROLLBACK: two round trips less, and the
    connection keeps its prepared statements, which a ROLLBACK throws away.
    """

    def get_bind(self, *_args: Any, **_more: Any) -> Engine:
        """The engine to read with or, inside `transaction()`, the one to write with."""
        return db.engine if self.info.get(_WRITING) else _for_reading(db.engine)


READ_ONLY = "-c default_transaction_read_only=on"
"""Given to the server with every connection; transactions of the engine then begin with READ WRITE."""
NO_COMPILING = "-c jit=off"
"""A server that can compile statements goes by its own estimate of their cost, which for the queue of CARE is a hundred
times too high: compiling would take longer than running."""
NO_DISTANCE = "-c random_page_cost=1.1"
"""What a gym keeps lies in memory or on an SSD, where the next page is no nearer than any other. The server's 4 is for
disks that turn: with it a million guests were read one after another to find those of six thousand bookings."""


@cache
def _for_reading(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def begin_read_write(engine: Engine) -> None:
    """Have transactions of this engine say that they write."""

    @event.listens_for(engine, "connect")
    def say_so(connection: Any, _record: ConnectionPoolEntry) -> None:
        connection.read_only = False


db = SQLAlchemy(model_class=Base, session_options={"class_": TwoWaySession, "expire_on_commit": False})

_WRITING = "writing"
_AFTER = "after_commit"


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what the block wrote, or nothing of it; then run what was asked for `after_commit`."""
    if _is_reading(db.session()):
        db.session.commit()
    info = db.session.info
    was_writing, info[_WRITING] = info.get(_WRITING, False), True
    try:
        yield
        db.session.commit()
    except BaseException:
        info.pop(_AFTER, None)
        db.session.rollback()
        raise
    finally:
        info[_WRITING] = was_writing
    calls: list[Callable[[], object]] = info.pop(_AFTER, [])
    for call in calls:
        call()


def _is_reading(session: Session) -> bool:
    return session.in_transaction() and not session.info.get(_WRITING)


def end_request(_error: BaseException | None = None) -> None:
    """Forget the rows a request has read and end its reading well. Runs before the session is put away."""
    if db.session.registry.has() and _is_reading(db.session()):
        db.session.expunge_all()
        db.session.commit()


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


def fetch(statement: Executable, params: Mapping[str, Any] | None = None) -> CursorResult[Any]:
    """The rows of a statement that asks for columns, straight from the session's connection.

    Past the ORM, which for the small statements of every page costs more than the database does. Nothing is flushed
    first: for reading only.
    """
    return db.session.connection().execute(statement, params)


def stream(statement: Executable) -> CursorResult[Any]:
    """As `fetch`, for lists of any length: the rows stay with the server and come a few hundred at a time.

    Inside `transaction()` only, because a cursor of the server ends with its transaction.
    """
    return db.session.connection().execute(statement, execution_options={"yield_per": ROWS_AT_ONCE})


def send(statement: Executable, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
    """Write with a statement on tables, past the ORM as `fetch` reads: no objects are made or refreshed.

    The rows it refers to must be flushed already.
    """
    if not isinstance(rows, Mapping) and len(rows) == 1:
        rows = rows[0]  # one row needs no pipeline
    return db.session.connection().execute(statement, rows)


def any_of_ids(ids: Iterable[int]) -> Any:
    """To compare a column with: one of these ids, sent as one array, so that the statement stays the same."""
    return any_(literal(list(ids), ARRAY(BigInteger)))


def row_values(row: Any, *names: str) -> dict[str, Any]:
    """The named columns of a row, for an audit line's before and after."""
    return {name: getattr(row, name) for name in names}
