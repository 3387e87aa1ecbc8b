"""Importing a file of enquiries: choose it, look at what would happen, import, fetch what was left out."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from backoffice.core.audit import record
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.core.tables.reading import ENCODINGS, MOST_BYTES, XLSX, EncodingUnknown
from backoffice.core.uploads import Upload
from backoffice.leads import uploads
from backoffice.leads.enquiry_columns import Column
from backoffice.leads.enquiry_file import EnquiryFile
from backoffice.leads.enquiry_import import Fate, Plan, PlannedRow, plan, reply_days
from backoffice.staff.permissions import Permission
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.file_forms import ChooseFileForm, keep_chosen
from blueprints.support.language import language, say
from blueprints.support.limits import UPLOAD_BODY, body_limit
from blueprints.support.studio import current_studio

imports = Blueprint("imports", __name__, url_prefix="/leads/import")

SHOWN = 50

ENCODING_WORDS = {
    "utf-8": _l("UTF-8 (Google Forms, most systems)"),
    "cp932": _l("Shift JIS (Japanese Excel)"),
    "utf-16": _l("UTF-16 (Excel, Unicode text)"),
    "euc_jp": _l("EUC-JP (old systems)"),
    XLSX: _l("Excel workbook"),
}

COLUMN_WORDS = {
    Column.NAME: _l("Name"),
    Column.FAMILY: _l("Family name"),
    Column.GIVEN: _l("Given name"),
    Column.KANA: _l("Kana"),
    Column.FAMILY_KANA: _l("Family name in kana"),
    Column.GIVEN_KANA: _l("Given name in kana"),
    Column.PHONE: _l("Phone"),
    Column.MAIL: _l("Mail"),
    Column.RECEIVED: _l("Date of the enquiry"),
    Column.INTEREST: _l("Interested in"),
    Column.WISH: _l("Preferred time"),
    Column.SOURCE: _l("Source"),
    Column.ARTICLE: _l("Article"),
    Column.BODY: _l("What they asked"),
}

FATE_WORDS = {
    Fate.NEW_PERSON: _l("new person"),
    Fate.KNOWN_PERSON: _l("another enquiry of a known person"),
    Fate.ALREADY: _l("already imported"),
    Fate.REJECTED: _l("left out"),
    Fate.BLANK: _l("empty line"),
}


class FileForm(ChooseFileForm):
    """The file to import."""

    file = FileField(_l("CSV or Excel file"), validators=[FileRequired()])


@dataclass(frozen=True)
class Chosen:
    """What somebody said about a file because it could not be told: its encoding, its columns."""

    encoding: str | None
    columns: dict[str, str]


@imports.route("", methods=["GET", "POST"])
@permit(Permission.LEADS_IMPORT)
@body_limit(UPLOAD_BODY)
def choose() -> ResponseReturnValue:
    """Choose a file; it is kept for a day, and nothing is imported yet."""
    form = FileForm()
    page = keep_chosen(form, MOST_BYTES, _keep)
    return page or (render_template("leads/import.html", form=form), 422 if form.errors else 200)


def _keep(content: bytes, name: str) -> str:
    upload = uploads.keep_upload(content, name, by=actor(), now=now())
    return url_for("imports.preview", token=upload.token)


@imports.get("/<token>")
@permit(Permission.LEADS_IMPORT)
def preview(token: str) -> ResponseReturnValue:
    """What importing would do with each row; encoding and columns can be said by hand in the address."""
    upload = uploads.upload_by_token(token, by=actor())
    if upload.imported_at is not None:
        return redirect(url_for("imports.done", token=token))
    return _preview(upload, _chosen(request.args))


@imports.post("/<token>")
@permit(Permission.LEADS_IMPORT)
def run(token: str) -> ResponseReturnValue:
    """Import the file as it was shown. Asked twice, it is done once."""
    studio, chosen = current_studio(), _chosen(request.form)
    try:
        with transaction():
            uploads.import_upload(
                token,
                encoding=chosen.encoding,
                columns=chosen.columns,
                studio_id=studio.id,
                zone=studio.zone,
                by=actor(),
                now=now(),
            )
    except DomainError as error:
        return _preview(uploads.upload_by_token(token, by=actor()), chosen, error)
    return redirect(url_for("imports.done", token=token))


@imports.get("/<token>/done")
@permit(Permission.LEADS_IMPORT)
def done(token: str) -> ResponseReturnValue:
    """What an import has done."""
    upload = uploads.upload_by_token(token, by=actor())
    if upload.imported_at is None:
        return redirect(url_for("imports.preview", token=token))
    return render_template("leads/import_done.html", upload=upload)


@imports.get("/<token>/rejected.csv")
@permit(Permission.LEADS_IMPORT)
def rejected(token: str) -> ResponseReturnValue:
    """The rows that were left out, each with its reason, to be put right and imported again."""
    upload = uploads.upload_by_token(token, by=actor())
    content = uploads.rejected_of(
        upload, language(), studio_id=current_studio().id, zone=current_studio().zone
    )
    with transaction():
        record("export.made", "rejected rows", upload.id, by=actor(), now=now())
    return Response(
        content,
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=rejected.csv"},
    )


def _chosen(values: dict[str, str]) -> Chosen:
    encoding = values.get("encoding", "")
    columns = {column.value: values[column.value][:200] for column in Column if values.get(column.value)}
    return Chosen(encoding if encoding in ENCODINGS else None, columns)


def _preview(upload: Upload, chosen: Chosen, refusal: DomainError | None = None) -> ResponseReturnValue:
    file: EnquiryFile | None = None
    planned: Plan | None = None
    try:
        file = uploads.read_upload(
            upload,
            encoding=chosen.encoding,
            columns=chosen.columns,
            studio_id=current_studio().id,
            zone=current_studio().zone,
        )
        planned = None if file.missing else plan(file)
    except DomainError as error:
        refusal = error
    page = render_template(
        "leads/import_preview.html",
        upload=upload,
        chosen=chosen,
        file=file,
        plan=planned,
        spread=_spread(planned),
        rows=_worth_showing(planned),
        refusal=say(refusal) if refusal else "",
        asks_encoding=isinstance(refusal, EncodingUnknown),
        encodings=ENCODING_WORDS,
        columns=COLUMN_WORDS,
        fates=FATE_WORDS,
        Fate=Fate,
        translate=_,
    )
    return page, refusal.status if refusal else 200


def _spread(planned: Plan | None) -> dict[str, int]:
    """How many old enquiries wait for a reply, and over how many days these are spread."""
    due = reply_days(planned.to_add, current_studio().id, now=now()) if planned else {}
    return {"n": len(due), "days": len(set(due.values()))}


def _worth_showing(planned: Plan | None) -> list[PlannedRow]:
    """The first rows, with those that need a look before the others."""
    rows = [row for row in planned.rows if row.fate is not Fate.BLANK] if planned else []
    return sorted(rows, key=lambda row: (row.row.rejected is None, not row.row.warnings, row.row.number))[
        :SHOWN
    ]
