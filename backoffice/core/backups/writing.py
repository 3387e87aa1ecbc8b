"""Writing a backup: every table as one snapshot sees it, streamed into a zip beside its final place."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, LiteralString

import psycopg
from psycopg import sql

from backoffice.core.backups.archive import (
    BackupError,
    Manifest,
    TableContents,
    Tally,
    add_manifest,
    entry,
    key_marks,
    verify,
)
from backoffice.core.config import Settings
from backoffice.core.language import N_

# The text of a value depends on these; a hash must not depend on how a server is configured.
PLAIN_TEXT: LiteralString = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';"
    " SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL client_encoding = 'UTF8'"
)
TABLES: LiteralString = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname ORDER BY c.relname
"""
PRIMARY_KEY: LiteralString = """
    SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY k.place
"""
SEQUENCES: LiteralString = """
    SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename
"""


def write_backup(settings: Settings, path: Path, *, now: datetime) -> Manifest:
    """Write the whole database to `path` and read the file back to be sure of it.

    The file appears under its name only when it is complete. Refuses to replace an existing file.
    """
    if path.exists():
        raise BackupError(N_("The file exists already; a backup does not replace anything."))
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            _write(file, settings, now)
            os.fsync(file.fileno())
        manifest = verify(draft)
        draft.rename(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BackupError(N_("The backup cannot be written: %(reason)s."), reason=reason) from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def table_contents(connection: psycopg.Connection) -> dict[str, TableContents]:
    """Rows and hash of every table, in the transaction of the connection."""
    connection.execute(PLAIN_TEXT)
    found = {}
    for table, columns in connection.execute(TABLES).fetchall():
        tally = Tally()
        copy_out(connection, table, columns, tally.add)
        found[table] = tally.contents(columns)
    return found


def copy_out(
    connection: psycopg.Connection, table: str, columns: list[str], use: Callable[[bytes], object]
) -> None:
    """Hand over the text of a table, its rows in the order of the primary key."""
    keys = [sql.Identifier(name) for (name,) in connection.execute(PRIMARY_KEY, (f'public."{table}"',))]
    query = sql.SQL("COPY (SELECT {} FROM public.{} ORDER BY {}) TO STDOUT").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(table),
        sql.SQL(", ").join(keys or map(sql.Identifier, columns)),
    )
    with connection.cursor().copy(query) as copy:
        for chunk in copy:
            use(bytes(chunk))


@contextmanager
def _snapshot(address: str) -> Iterator[psycopg.Connection]:
    """A connection whose every query sees the database as it was at one moment."""
    with psycopg.connect(address) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute(PLAIN_TEXT)
        yield connection
        connection.rollback()


def _write(file: IO[bytes], settings: Settings, now: datetime) -> None:
    tables = {}
    with (
        _snapshot(settings.libpq_url) as connection,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for table, columns in connection.execute(TABLES).fetchall():
            tables[table] = _write_table(connection, archive, table, columns)
        revision = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
        if revision is None:
            raise BackupError(N_("The database is empty: there is nothing to back up."))
        sequences: dict[str, int] = dict(connection.execute(SEQUENCES).fetchall())
        marks = key_marks(settings.encryption_keys)
        add_manifest(archive, Manifest(now.isoformat(), revision[0], marks, tables, sequences))


def _write_table(
    connection: psycopg.Connection, archive: zipfile.ZipFile, table: str, columns: list[str]
) -> TableContents:
    tally = Tally()
    with archive.open(entry(table), "w", force_zip64=True) as target:

        def keep(chunk: bytes) -> None:
            tally.add(chunk)
            target.write(chunk)

        copy_out(connection, table, columns, keep)
    return tally.contents(columns)
