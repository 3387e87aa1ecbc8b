"""The list of commands."""

import click

from commands.backup import backup
from commands.create_owner import create_owner
from commands.demo import demo
from commands.doctor import doctor
from commands.import_enquiries import import_enquiries
from commands.import_exercises import import_exercises
from commands.restore import restore
from commands.rotate_keys import rotate_keys
from commands.up import up


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Back office of a one-to-one personal-training gym.

    Without DATABASE_URL and REDIS_URL every command uses the embedded servers in DATA_DIR: it starts them if
    none run, joins them if they do, and stops only what it started.

    Exit codes: 0 done, 1 refused (the reason is said), 2 wrong use.
    """


for command in (
    up,
    demo,
    create_owner,
    import_enquiries,
    import_exercises,
    backup,
    restore,
    rotate_keys,
    doctor,
):
    cli.add_command(command)
