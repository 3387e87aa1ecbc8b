"""Dropping a database that a test made for itself."""

import time

import psycopg
from psycopg import sql

LOOKS = 100


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
