"""`backoffice import-enquiries`: a file of enquiries into people and leads."""

import json
from pathlib import Path

import click

from backoffice.core import clock
from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.core.errors import Invalid
from backoffice.core.tables.reading import ENCODINGS
from backoffice.leads import enquiry_import
from backoffice.leads.enquiry_columns import Column
from backoffice.leads.enquiry_file import EnquiryFile, read_enquiries
from backoffice.leads.enquiry_import import Fate, Plan
from commands.surroundings import product, read_file, the_gym

IMPORTER = Actor("import", None, "import-enquiries")


@click.command("import-enquiries", short_help="Import a CSV file of enquiries.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object and nothing else.")
@click.option(
    "--encoding", type=click.Choice(ENCODINGS), help="How the file was saved, if it is not recognised."
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="COLUMN=TITLE",
    help=f"Which title means what, if it is not recognised. Columns: {', '.join(Column)}.",
)
@click.option(
    "--rejected", type=click.Path(dir_okay=False, path_type=Path),
    help="Write the rows left out to this CSV file, each with its reason.",
)  # fmt: skip
def import_enquiries(
    file: Path, as_json: bool, encoding: str | None, columns: tuple[str, ...], rejected: Path | None
) -> None:
    """Import FILE: all of it or, when it cannot be read, nothing. The same file imported again adds nothing.

    The counts speak of the file: new people, second enquiries, people who share a phone, rows with a
    warning, rows left out, empty lines.
    """
    chosen = dict(_pair(column) for column in columns)
    with product(), transaction():
        studio = the_gym()
        content = read_file(file)
        enquiries = read_enquiries(content, encoding=encoding, columns=chosen, zone=studio.zone)
        _check_columns(enquiries)
        done = enquiry_import.run(enquiries, studio_id=studio.id, by=IMPORTER, now=clock.utc_now())
        if rejected is not None:
            rejected.write_bytes(enquiry_import.rejected_csv(enquiries, "en"))
    click.echo(json.dumps(done.counts) if as_json else _told(done))


def _pair(column: str) -> tuple[str, str]:
    name, equals, title = column.partition("=")
    if not equals:
        raise click.BadParameter("write it as COLUMN=TITLE", param_hint="--column")
    return name, title


def _check_columns(file: EnquiryFile) -> None:
    """Refuse a file whose columns are unknown, with its titles."""
    if file.missing:
        raise Invalid(
            "The columns could not be recognised. Say which is which, for example "
            "--column name=… --column phone=… (titles in the file: %(titles)s)",
            titles=", ".join(title for title in file.header if title),
        )


def _told(done: Plan) -> str:
    counts = done.counts
    lines = [
        f"{done.new_leads} enquiries added, {done.number_of(Fate.ALREADY)} were here before.",
        f"The file: {counts['rows']} rows = {counts['people']} new people"
        f" + {counts['duplicates']} second enquiries"
        f" + {counts['same_phone_other_person']} who share a phone"
        f" + {counts['warnings']} with a warning"
        f" + {counts['rejected']} left out"
        f" + {counts['blank']} empty.",
    ]
    lines += [f"  row {row.row.number} left out: {row.row.rejected}" for row in done.rows if row.row.rejected]
    lines += [
        f"  row {row.row.number}: {warning}"
        for row in done.rows
        if not row.row.rejected
        for warning in row.row.warnings
    ]
    return "\n".join(lines)
