"""`backoffice import-exercises`: a file of free-exercise-db into the exercise library."""

import json
from pathlib import Path

import click

from backoffice.core import clock
from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.exercises.exercise_file import read_exercises
from backoffice.exercises.exercise_import import Plan, run, told
from commands.surroundings import product, read_file, the_gym

IMPORTER = Actor("import", None, "import-exercises")


@click.command("import-exercises", short_help="Import a JSON file of exercises.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object and nothing else.")
def import_exercises(file: Path, as_json: bool) -> None:
    """Import FILE of the project free-exercise-db. The same file imported again adds nothing.

    The counts add up to the rows of the file: new, known from an earlier import, left out because an exercise
    with that name is here (namesake), skipped because the entry cannot be used. Entries get their Japanese names
    on the pages; until then programs do not offer them.
    """
    with product(), transaction():
        rows = read_exercises(read_file(file))
        done = run(rows, the_gym().id, by=IMPORTER, now=clock.utc_now())
    click.echo(json.dumps(done.counts) if as_json else _said(done))


def _said(done: Plan) -> str:
    counts = done.counts
    lines = [
        f"{counts['new']} exercises added, {counts['known']} were here before.",
        f"Left out of {counts['rows']} entries: {counts['skipped']} that cannot be used,"
        f" {counts['namesake']} with the name of an exercise that is here.",
    ]
    lines += [
        f"  entry {one['number']} {one['name']}: {one['message'] % {'text': one['text']}}"
        for one in told(done)
    ]
    return "\n".join(lines)
