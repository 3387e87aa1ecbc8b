"""`backoffice create-owner`: a new gym and the first person who may let others in."""

import click

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.config import Settings
from backoffice.core.db import transaction
from backoffice.core.language import Language
from backoffice.founding import found_gym
from backoffice.staff.actions import add_with_password
from backoffice.staff.models import Role
from backoffice.studio.queries import has_gym, the_studio
from commands.demo import holds_demo
from commands.surroundings import product


@click.command("create-owner", short_help="Found the gym and add its owner.")
@click.option("--mail", prompt="Mail address of the owner", help="What the owner signs in with.")
@click.option("--name", prompt="Name of the owner", help="As staff see it.")
@click.option(
    "--gym", "gym_ja", default="", help="Name of the gym in Japanese; asked for when there is none yet."
)
@click.option("--gym-en", default="", help="Name of the gym in English; the Japanese one if left out.")
@click.option(
    "--language", type=click.Choice([one.value for one in Language]), default=Language.JA.value, show_default=True,
    help="What the owner reads.",
)  # fmt: skip
@click.password_option(help="At least 12 characters. Leave it out to be asked without it being shown.")
def create_owner(mail: str, name: str, gym_ja: str, gym_en: str, language: str, password: str) -> None:
    """Add an owner with a password; in an empty database found the gym first, with usual services and hours.

    Refuses a database that holds the demo gym, and a --gym that is not the one there.
    """
    with product() as app, transaction():
        now = clock.utc_now()
        refuse_another_gym(gym_ja)
        if not has_gym():
            if not gym_ja:
                gym_ja = click.prompt("Name of the gym (Japanese)")
                gym_en = gym_en or click.prompt("Name of the gym (English)", default=gym_ja)
            found_gym(gym_ja, gym_en or gym_ja, by=SYSTEM, now=now)
        studio = the_studio()
        owner = add_with_password(
            mail,
            name,
            [Role.OWNER],
            password,
            studio_id=studio.id,
            language=Language(language),
            by=SYSTEM,
            now=now,
        )
        click.echo(f"{owner.mail} may now sign in at {_where(app.extensions['settings'])}")


def refuse_another_gym(name: str) -> None:
    """An owner meant for a gym of one's own must not land in the demo, nor in another gym than the one named."""
    if holds_demo():
        raise click.ClickException(
            "This database holds the demo gym. A gym of your own begins in an empty one: give another DATA_DIR (such "
            "as DATA_DIR=./gym, or in .env) or DATABASE_URL to this command and to `backoffice up`; docs/operations.md."
        )
    if not has_gym() or not name:
        return
    there = the_studio()
    if name not in (there.name_ja, there.name_en):
        raise click.ClickException(
            f"This database holds the gym {there.name_ja!r}, not {name!r}, and there is one gym to a database. Leave "
            "out --gym to add an owner here, or give another DATA_DIR or DATABASE_URL for another gym."
        )


def _where(settings: Settings) -> str:
    """The address to sign in at. Without PUBLIC_URL that is known when the gym is started, perhaps on another PORT."""
    if settings.is_only_here:
        return "the address that `backoffice up` prints"
    return f"{settings.public_url}/sign-in"
