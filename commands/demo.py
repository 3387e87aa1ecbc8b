"""`backoffice demo`: the demo gym, and many people to measure with."""

import sys

import click

from backoffice.core import clock
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction
from backoffice.core.heartbeat import beat, detail_of
from backoffice.core.migrate import start_over
from backoffice.demo.bulk import load_bulk
from backoffice.demo.gym import load_demo
from backoffice.demo.people import PASSWORD, STAFF, TRAINERS
from backoffice.studio.queries import has_gym, the_studio
from commands.surroundings import product

SIGN_INS = (
    f"Demo sign-ins, password {PASSWORD}:",
    *(f"  {mail:26} {name}" for mail, _, name, _ in STAFF),
    *(f"  {trainer.mail:26} {trainer.name_en}" for trainer in TRAINERS),
)
BAR = 30
MARK, UNFINISHED, FINISHED = "demo", "unfinished", "finished"


@click.command(short_help="Fill the database with a gym to look at.")
@click.option(
    "--people", type=click.IntRange(1, 200_000), metavar="N", help="Add N people in bulk, to measure with."
)
def demo(people: int | None) -> None:
    """Make the demo gym in an empty database; with --people add N people with leads and bookings to the gym."""
    with product() as app:
        settings: Settings = app.extensions["settings"]
        if settings.production:
            raise click.ClickException("The demo has a published password, so it is refused in production.")
        is_new = fill_if_empty()
        if people is not None:
            with transaction():
                load_bulk(the_studio(), people, now=clock.utc_now(), progress=show_progress)
        elif not is_new:
            raise click.ClickException(
                "There is a gym in this database already; the demo only fills an empty one."
            )
    click.echo("\n".join(SIGN_INS))


def fill_if_empty() -> bool:
    """Make the demo gym unless there is a gym; True when it was made. One that was broken off is made anew."""
    if detail_of(MARK) == UNFINISHED:
        click.echo("the demo gym was not finished last time; beginning again")
        db.session.rollback()
        start_over(db.engine)
    elif has_gym():
        return False
    click.echo("making the demo gym (once, about a minute) …")
    _mark(UNFINISHED)
    load_demo(now=clock.utc_now(), progress=show_progress)
    _mark(FINISHED)
    return True


def show_progress(what: str, done: int, total: int) -> None:
    """A bar on a terminal; a line for every tenth elsewhere."""
    if sys.stderr.isatty():
        filled = BAR * done // max(total, 1)
        end = "\n" if done >= total else ""
        click.echo(
            f"\r  {'█' * filled}{'·' * (BAR - filled)} {what} {done:,}/{total:,}   {end}", nl=False, err=True
        )
    elif done >= total or done % max(total // 10, 1) == 0:
        click.echo(f"  {what} {done:,}/{total:,}", err=True)


def _mark(state: str) -> None:
    with transaction():
        beat(MARK, now=clock.utc_now(), detail=state)
