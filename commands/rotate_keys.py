"""`backoffice rotate-keys`: everything that is stored encrypted, written anew under the newest key."""

import click

from backoffice.core.rekeying import renew_all
from commands.surroundings import product


@click.command("rotate-keys", short_help="Encrypt everything anew with the newest key.")
def rotate_keys() -> None:
    """Encrypt everything that is stored encrypted with the first key of ENCRYPTION_KEYS.

    To change keys: put the new one in front of the old one, restart every process, run this, look that nothing is
    unreadable, take the old key out, restart. Broken off, it may simply be run again; the gym may go on working.
    Backups made before stay under the old key: keep that key with them.
    """
    lost = 0
    with product():
        for table, done in renew_all():
            lost += done.lost
            if done.renewed or done.lost:
                said = f", {done.lost} CANNOT BE READ" if done.lost else ""
                click.echo(f"{table:24} {done.renewed} renewed, {done.newest} new already{said}")
    if lost:
        raise click.ClickException(
            f"{lost} values open with none of the keys in ENCRYPTION_KEYS and were left as they are. "
            "Add the key they were written with and run this again; throw no key away."
        )
    click.echo("Everything is under the newest key. Older keys may be taken out of ENCRYPTION_KEYS.")
