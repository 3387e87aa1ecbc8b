"""Importing people and past bookings: choose a file, say its columns, look at each row, import, see what stayed out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from backoffice.core.audit import record
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.core.tables.reading import MOST_BYTES
from backoffice.core.tables.writing import TableKind
from backoffice.exchange import imports as files
from backoffice.exchange.imports import ImportKind, Read
from backoffice.exchange.verdicts import Judged, Verdict, counted
from backoffice.staff.permissions import Permission
from blueprints.exchange.words import COLUMN_WORDS, LEADS_IN, TITLES, VERDICT_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.exports import file_response
from blueprints.support.file_forms import ChooseFileForm, keep_chosen
from blueprints.support.language import language, say
from blueprints.support.limits import UPLOAD_BODY, body_limit
from blueprints.support.studio import current_studio

exchange_imports = Blueprint(
    "exchange_imports", __name__, url_prefix="/data/import/<any(people, bookings):kind>"
)

SHOWN = 100
SAMPLES = 3
LONGEST_TITLE = 200
_FIRST = (Verdict.REFUSED, Verdict.OVERLAP, Verdict.DOUBTFUL, Verdict.NEW, Verdict.ALREADY)


class ImportFileForm(ChooseFileForm):
    """The file to import."""

    file = FileField(_l("CSV or Excel file"), validators=[FileRequired()])


@exchange_imports.route("", methods=["GET", "POST"])
@permit(Permission.IMPORTS_MAKE)
@body_limit(UPLOAD_BODY)
def choose(kind: str) -> ResponseReturnValue:
    """Choose a file; it is kept for a day, and nothing is imported yet."""
    of, form = ImportKind(kind), ImportFileForm()

    def keep(content: bytes, name: str) -> str:
        upload = files.keep_file(of, content, name, by=actor(), now=now())
        return url_for(".preview", kind=kind, token=upload.token)

    if kept := keep_chosen(form, MOST_BYTES, keep):
        return kept
    page = render_template("exchange/choose.html", form=form, title=TITLES[of], lead_in=LEADS_IN[of])
    return page, 422 if form.errors else 200


@exchange_imports.route("/<token>/columns", methods=["GET", "POST"])
@permit(Permission.IMPORTS_MAKE)
def columns(kind: str, token: str) -> ResponseReturnValue:
    """Which column of the file is which: proposed by the titles, said once, remembered."""
    of, studio, refusal = ImportKind(kind), current_studio(), None
    upload = files.kept_file(of, token, by=actor())
    if request.method == "POST":
        said = {
            column.value: request.form.get(column.value, "")[:LONGEST_TITLE] for column in files.WORDS[of]
        }
        try:
            with transaction():
                files.choose_columns(of, token, said, studio, by=actor(), now=now())
            return redirect(url_for(".preview", kind=kind, token=token))
        except DomainError as error:
            refusal = error
    read = files.read_file(of, upload, studio)
    page = render_template(
        "exchange/columns.html",
        kind=kind,
        upload=upload,
        refusal=say(refusal) if refusal else "",
        header=read.table.header,
        fields=_fields(of, read, request.form if refusal else None),
        samples=_samples(read),
    )
    return page, refusal.status if refusal else 200


@exchange_imports.get("/<token>")
@permit(Permission.IMPORTS_MAKE)
def preview(kind: str, token: str) -> ResponseReturnValue:
    """What importing would do with each row. While its columns were never said they are asked for first."""
    of, studio = ImportKind(kind), current_studio()
    upload = files.kept_file(of, token, by=actor())
    if upload.imported_at is not None:
        return redirect(url_for(".done", kind=kind, token=token))
    read = files.read_file(of, upload, studio)
    if read.missing or not read.is_remembered:
        return redirect(url_for(".columns", kind=kind, token=token))
    judged = files.preview(of, read, studio, now=now())
    return render_template(
        "exchange/preview.html",
        kind=kind,
        upload=upload,
        title=TITLES[of],
        counts=counted(judged),
        rows=_worth_showing(judged),
        verdicts=VERDICT_WORDS,
        used=[
            (COLUMN_WORDS[column], read.title_of(column)) for column in COLUMN_WORDS if column in read.found
        ],
        translate=_,
    )


@exchange_imports.post("/<token>")
@permit(Permission.IMPORTS_MAKE)
def run(kind: str, token: str) -> ResponseReturnValue:
    """Import the file as it was shown. Asked twice, it is done once."""
    try:
        with transaction():
            files.import_file(
                ImportKind(kind), token, current_studio(), with_doubtful=bool(request.form.get("doubtful")),
                by=actor(), now=now(),
            )  # fmt: skip
    except files.ColumnsMissing:
        return redirect(url_for(".columns", kind=kind, token=token))
    return redirect(url_for(".done", kind=kind, token=token))


@exchange_imports.get("/<token>/done")
@permit(Permission.IMPORTS_MAKE)
def done(kind: str, token: str) -> ResponseReturnValue:
    """What an import has done, and each row it left out."""
    upload = files.kept_file(ImportKind(kind), token, by=actor())
    if upload.imported_at is None:
        return redirect(url_for(".preview", kind=kind, token=token))
    return render_template(
        "exchange/done.html",
        kind=kind,
        upload=upload,
        counts=upload.result["counts"],
        left_out=files.left_out(ImportKind(kind), upload, language()),
        shown=SHOWN,
    )


@exchange_imports.get("/<token>/left-out.csv")
@permit(Permission.IMPORTS_MAKE)
def left_out(kind: str, token: str) -> ResponseReturnValue:
    """The rows that were left out, each with its reason, to be put right and imported again."""
    upload = files.kept_file(ImportKind(kind), token, by=actor())
    content = files.left_out_csv(ImportKind(kind), upload, language())
    with transaction():
        record("export.made", "rejected rows", upload.id, by=actor(), now=now())
    return file_response(content, TableKind.CSV, "left-out")


def _fields(kind: ImportKind, read: Read, sent: dict[str, str] | None) -> list[tuple[str, str, str]]:
    """Each column that may be chosen: its field, its word, the title chosen or proposed."""
    return [
        (column.value, str(word), read.title_of(column) if sent is None else sent.get(column.value, ""))
        for column, word in COLUMN_WORDS.items()
        if column in files.WORDS[kind]
    ]


def _samples(read: Read) -> list[tuple[str, ...]]:
    return [cells for _, cells in read.table.rows[:SAMPLES] if any(cells)]


def _worth_showing(judged: list[Judged]) -> list[Judged]:
    """The first rows, with those that need a look before the others."""
    rows = [row for row in judged if row.verdict is not Verdict.BLANK]
    return sorted(rows, key=lambda row: (_FIRST.index(row.verdict), not row.warnings, row.number))[:SHOWN]
