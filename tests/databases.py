"""The databases of tests: ids that cannot be taken for another table's, and dropping what a test made for itself."""

import time

import psycopg
from psycopg import sql
from sqlalchemy import Engine, text

LOOKS = 100

SPREAD = text(
    """
    select setval(pg_get_serial_sequence(t, 'id'), 100000 * row_number() over (order by t))
    from (
        select format('%I.%I', table_schema, table_name) as t from information_schema.columns
        where column_name = 'id' and is_identity = 'YES'
    ) as tables
    """
)
"""Each table counts from another hundred thousand on. When all count from one, a test that gives the id of a client
where one of a membership is asked for passes as long as both numbers happen to be the same."""


def spread_ids(engine: Engine) -> None:
    """Have the tables of a fresh database count far from each other."""
    with engine.begin() as connection:
        connection.execute(SPREAD)


def drop_database(server: str, name: str) -> None:
    """Drop it with whoever is in it. The server's own vacuum may be, which nobody may end: it leaves by itself."""
    statement = sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
    with psycopg.connect(server.replace("+psycopg", "", 1), autocommit=True) as connection:
        for look in range(LOOKS):
            try:
                connection.execute(statement)
                return
            except psycopg.errors.InsufficientPrivilege:
                if look == LOOKS - 1:
                    raise
                time.sleep(0.1)
