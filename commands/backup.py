"""`backoffice backup FILE`: the whole database in one file."""

from pathlib import Path

import click

from backoffice.core import backups, clock
from backoffice.erasure.again import write_list
from commands.surroundings import product


@click.command(short_help="Write the whole database to one file.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database, files included, to FILE, and read it back to be sure.

    Notes and health answers stay encrypted in it: keep ENCRYPTION_KEYS too, but somewhere else.
    """
    with product() as app:
        manifest = backups.write_backup(app.extensions["settings"], file, now=clock.utc_now())
        write_list(file.parent)
    rows = sum(table.rows for table in manifest.tables.values())
    click.echo(
        f"{file}: {len(manifest.tables)} tables, {rows:,} rows, {file.stat().st_size / 1e6:.1f} MB, checked"
    )
