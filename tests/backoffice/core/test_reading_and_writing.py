"""Reading is read-only, writing is a transaction, and a page's statements stay prepared."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from backoffice.core.db import db, fetch, transaction

INSERT = text("insert into heartbeats (name, finished_at, detail) values ('reading', now(), '')")
COUNT = text("select count(*) from heartbeats where name = 'reading'")


@pytest.fixture
def real(app: Flask) -> Iterator[Flask]:
    """The application with its own connections, not the one savepoint of the other tests."""
    yield app
    with app.app_context(), transaction():
        db.session.execute(text("delete from heartbeats where name = 'reading'"))


def test_a_write_outside_a_transaction_is_refused_by_the_database(real: Flask) -> None:
    with real.app_context(), pytest.raises(InternalError, match="read-only transaction"):
        db.session.execute(INSERT)


def test_a_transaction_writes_and_what_follows_it_only_reads(real: Flask) -> None:
    with real.app_context():
        assert fetch(COUNT).scalar() == 0
        with transaction():
            with transaction():
                db.session.execute(INSERT)
            db.session.execute(text("update heartbeats set detail = 'x' where name = 'reading'"))
        assert fetch(COUNT).scalar() == 1
        with pytest.raises(InternalError):
            db.session.execute(INSERT)


def test_after_a_refusal_nothing_stays_and_reading_goes_on(real: Flask) -> None:
    with real.app_context():
        with pytest.raises(RuntimeError):
            _write_and_fail()
        assert fetch(COUNT).scalar() == 0


def _write_and_fail() -> None:
    with transaction():
        db.session.execute(INSERT)
        raise RuntimeError


def test_a_statement_asked_again_and_again_stays_prepared(real: Flask) -> None:
    """Eight readings, each ended like a request: the connection still knows the statement."""
    for _ in range(8):
        with real.app_context():
            fetch(COUNT)
    prepared = text("select count(*) from pg_prepared_statements where statement = :asked")
    with real.app_context():
        assert fetch(prepared, {"asked": str(COUNT)}).scalar() == 1


def test_the_server_does_not_compile_statements(real: Flask) -> None:
    with real.app_context():
        assert fetch(text("show jit")).scalar() == "off"


def test_what_lies_apart_is_as_near_for_the_server(real: Flask) -> None:
    """The price decides whether a report looks guests up or reads all there ever were."""
    with real.app_context():
        assert fetch(text("show random_page_cost")).scalar() == "1.1"
