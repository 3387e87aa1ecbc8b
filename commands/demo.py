"""`backoffice demo`: the demo gym, and many people to measure with."""

import sys

import click

from backoffice.core import clock
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction
from backoffice.core.heartbeat import beat, detail_of
from backoffice.core.migrate import start_over
from backoffice.demo import PASSWORD, SIGN_INS, load_bulk, load_demo
from backoffice.studio.queries import has_gym, the_studio
from commands.surroundings import product

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
    click.echo("\n".join(sign_ins()))


def fill_if_empty() -> bool:
    """Make the demo gym unless there is a gym; True when it was made. One that was broken off is made anew."""
    if detail_of(MARK) == UNFINISHED:
        click.echo("the demo gym was not finished last time; beginning again")
        db.session.rollback()
        start_over(db.engine)
    elif has_gym():
        return False
    click.echo("making the demo gym (once, one to two minutes) …")
    _mark(UNFINISHED)
    load_demo(now=clock.utc_now(), progress=show_progress)
    _mark(FINISHED)
    return True


def holds_demo() -> bool:
    """Whether the gym in this database is the demo, finished or not."""
    return detail_of(MARK) is not None


def sign_ins() -> list[str]:
    """How to get into the demo gym, in lines for a terminal."""
    return [f"Demo sign-ins, all with the password {PASSWORD}:", *(f"  {mail}" for mail in SIGN_INS)]


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
