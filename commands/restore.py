"""`backoffice restore FILE`: put a backup back, or refuse without touching anything."""

from dataclasses import replace
from pathlib import Path

import click

from backoffice.core import backups, clock
from backoffice.core.app import create_base_app
from backoffice.core.backups.archive import key_marks
from backoffice.core.backups.nightly import FOLDER
from backoffice.core.db import transaction
from backoffice.erasure.actions import erase_again
from backoffice.erasure.again import listed, read_list
from backoffice.messaging.outbox import hold_due_for_review
from commands.surroundings import settings_and_servers


@click.command(short_help="Replace the whole database by a backup.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool) -> None:
    """Replace EVERYTHING in the database by the backup in FILE. Stop the product first.

    The file is checked completely before anything is replaced. Messages that fell due before the restore are
    held for review instead of being sent: they may have gone out after the backup was made. Whoever was erased since
    then is erased again, by the list beside the backups and by the database that is replaced.
    """
    with settings_and_servers() as settings:
        manifest = backups.verify(file)
        rows = sum(table.rows for table in manifest.tables.values())
        click.echo(
            f"{file}: taken {manifest.taken_at}, {len(manifest.tables)} tables, {rows:,} rows, complete"
        )
        if not set(manifest.keys) & set(key_marks(settings.encryption_keys)):
            click.echo(
                "Warning: this backup was made with other ENCRYPTION_KEYS. Notes, message texts and addresses in "
                "it stay unreadable until those keys are added.",
                err=True,
            )
        if not yes:
            click.confirm("Replace everything in the database by it?", abort=True)
        app = create_base_app(replace(settings, log_level="WARNING"), import_name="commands")
        known = read_list(file.parent) | read_list(settings.data_dir / FOLDER)
        with app.app_context(), transaction():
            known |= listed()
            backups.restore(file)
            held = hold_due_for_review(now=clock.utc_now())
            erased = erase_again(known, now=clock.utc_now())
        click.echo(f"restored; {held} messages wait under Messages for a decision")
        if erased:
            click.echo(f"{erased} entries of people who had been erased since were erased again")
