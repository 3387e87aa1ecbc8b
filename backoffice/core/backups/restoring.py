"""Putting a backup back: checked first, then everything in one transaction, compared again before it counts."""

import zipfile
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import sql

from backoffice.core.backups.archive import BackupError, Manifest, each_chunk, verify
from backoffice.core.backups.writing import PLAIN_TEXT, table_contents
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.core.migrate import alembic_config, empty, head_revision, upgrade_on

OTHERS: LiteralString = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
FOREIGN_KEYS: LiteralString = """
    SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname, k.conname
"""


def restore(path: Path) -> Manifest:
    """Replace the whole database by a backup, inside the caller's transaction.

    Refuses, before anything is touched: a file that is not whole, a schema this version does not know, a
    database that others are using. Raises `BackupError`; the caller's rollback then leaves everything as it was.
    """
    manifest = verify(path)
    _refuse_unknown_revision(manifest.revision)
    connection = db.session.connection()
    raw = cast(psycopg.Connection, connection.connection.driver_connection)
    _refuse_company(raw)
    raw.execute(PLAIN_TEXT)
    empty(connection)
    upgrade_on(connection, manifest.revision)
    _load(raw, path, manifest)
    if table_contents(raw) != manifest.tables:
        raise BackupError(N_("The restored tables differ from the backup; nothing was changed."))
    upgrade_on(connection, head_revision())
    return manifest


def _refuse_unknown_revision(revision: str) -> None:
    try:
        known = ScriptDirectory.from_config(alembic_config()).get_revision(revision)
    except CommandError:
        known = None
    if known is None:
        raise BackupError(N_("This backup was made by a newer version of the product."))


def _refuse_company(raw: psycopg.Connection) -> None:
    others = raw.execute(OTHERS).fetchone()
    if others is not None and others[0]:
        raise BackupError(N_("The database is in use. Stop the product first, then restore."))


def _load(raw: psycopg.Connection, path: Path, manifest: Manifest) -> None:
    """Fill the fresh tables. Foreign keys are set aside meanwhile, so that the order of tables does not matter."""
    keys = raw.execute(FOREIGN_KEYS).fetchall()
    for table, name, _ in keys:
        raw.execute(_alter(table, sql.SQL("DROP CONSTRAINT {}").format(sql.Identifier(name))))
    with zipfile.ZipFile(path) as archive:
        for table, contents in manifest.tables.items():
            raw.execute(_alter(table, sql.SQL("DISABLE TRIGGER USER")))
            raw.execute(sql.SQL("DELETE FROM public.{}").format(sql.Identifier(table)))
            columns = sql.SQL(", ").join(map(sql.Identifier, contents.columns))
            into = sql.SQL("COPY public.{} ({}) FROM STDIN").format(sql.Identifier(table), columns)
            with raw.cursor().copy(into) as copy:
                each_chunk(archive, table, copy.write)
            raw.execute(_alter(table, sql.SQL("ENABLE TRIGGER USER")))
    for table, name, definition in keys:
        # The definition is PostgreSQL's own text of the key it gave us a moment ago.
        again = sql.SQL("ADD CONSTRAINT {} {}").format(sql.Identifier(name), sql.SQL(definition))
        raw.execute(_alter(table, again))
    for sequence, last in manifest.sequences.items():
        raw.execute(
            "SELECT setval(%s::regclass, greatest(%s, 1), %s > 0)", (f'public."{sequence}"', last, last)
        )


def _alter(table: str, what: sql.Composable) -> sql.Composed:
    return sql.SQL("ALTER TABLE public.{} {}").format(sql.Identifier(table), what)
